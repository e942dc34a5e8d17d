"""How staff and researchers get accounts: by invitation, never by signing themselves up."""

from allauth.account.adapter import DefaultAccountAdapter


class StaffAccounts(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def login(self, request, user) -> None:
        """Start a session of their own: a participant's page that was open in it is closed."""
        request.session.flush()
        super().login(request, user)
