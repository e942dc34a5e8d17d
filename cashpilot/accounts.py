"""How staff and researchers sign in: by invitation, never by signing themselves up."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

KEPT = "account_"


class StaffAccounts(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def login(self, request, user) -> None:
        """Start a session of their own: whatever was open in it is closed, but for how they have
        just shown who they are."""
        for name in list(request.session.keys()):
            if not name.startswith(KEPT):
                del request.session[name]
        super().login(request, user)


class SecondSteps(DefaultMFAAdapter):
    """The secrets behind people's codes lie in the database encrypted."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second steps " + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in digests])
