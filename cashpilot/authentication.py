"""Who is asking over HTTP, on the staff's side, and how surely we know it."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication

from cashpilot.core.models import User
from cashpilot.core.refusals import NotAllowed

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class StaffSession(SessionAuthentication):
    """Staff and researchers, by the session they signed in with."""

    def authenticate_header(self, request) -> str:
        return "Session"


class SignInAgain(NotAllowed):
    """What is asked takes somebody who has shown who they are within the last quarter of an
    hour."""

    code = "sign-in-again"


def has_second_step(user: User) -> bool:
    """Whether the user signs in with a code or a passkey besides the password."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exists()


def check_recent(request: HttpRequest) -> None:
    """Let pass whoever has just shown who they are; the demo's doors ask for nothing to show."""
    if settings.SECOND_FACTOR_REQUIRED and not _is_recent(request):
        raise SignInAgain(
            "This takes a sign-in of the last 15 minutes. Confirm that it is you, and ask again."
        )


def confirm_first(request: HttpRequest, back: str) -> HttpResponse:
    """Lead to the page where people show again who they are, and from there `back`."""
    messages.info(request, _("Confirm that it is you, then press the button again."))
    ways = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{ways[0]['url']}?{urlencode({'next': back})}")


def _is_recent(request: HttpRequest) -> bool:
    shown = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    last = max((one["at"] for one in shown), default=0)
    return time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
