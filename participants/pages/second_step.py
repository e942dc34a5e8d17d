"""Roles that move money or take data out take a second step at sign-in; until it is set up,
nothing else is there."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cashpilot.api import problem_document
from cashpilot.authentication import has_second_step
from cashpilot.core.refusals import NotAllowed
from participants.queries.team import needs_second_step

ROOMS = ("/staff/", "/api/v1/")


class SecondStepNeeded(NotAllowed):
    """The role asks for a second step at sign-in, and there is none yet."""

    code = "second-step-needed"


class SecondStep:
    """Leads whoever has such a role, and no second step yet, to where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_missing(request):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return problem_document(
                SecondStepNeeded(
                    "Your role takes a second step at sign-in. Set it up on the pages first."
                )
            )
        messages.info(request, _("Your role takes a second step at sign-in. Set it up now."))
        return redirect("mfa_index")


def _is_missing(request: HttpRequest) -> bool:
    return (
        settings.SECOND_FACTOR_REQUIRED
        and request.path.startswith(ROOMS)
        and request.user.is_authenticated
        and needs_second_step(request.user)
        and not has_second_step(request.user)
    )
