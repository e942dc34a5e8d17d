"""How staff and researchers get accounts: by invitation, never by signing themselves up."""

from allauth.account.adapter import DefaultAccountAdapter


class StaffAccounts(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False
