"""Who is asking over HTTP, on the staff's side of the API."""

from rest_framework.authentication import SessionAuthentication


class StaffSession(SessionAuthentication):
    """Staff and researchers, by the session they signed in with."""

    def authenticate_header(self, request) -> str:
        return "Session"
