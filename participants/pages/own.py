"""What every page of a participant's own shares: whose it is, and its frame."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cashpilot.core.refusals import Invalid
from participants.models import Enrolment, Pilot
from participants.queries import own_enrolment


def mine(request, public_id: str) -> Enrolment:
    """The enrolment, if it is the visitor's own: anybody else's does not exist."""
    return own_enrolment(request.session, public_id)


def chosen(request, choices: Mapping[str, Any]) -> Any:
    """What the button that was pressed stands for. No answer, or another, is never taken for
    one."""
    if request.POST.get("says") not in choices:
        raise Invalid(_("Nothing was chosen. Go back and press one of the buttons."))
    return choices[request.POST["says"]]


def frame(pilot: Pilot) -> dict:
    """What the page's header and footer say."""
    return {
        "pilot_name": pilot.name,
        "help": {"name": pilot.help_name, "phone": pilot.help_phone, "hours": pilot.help_hours},
        "leave_url": reverse("leave"),
        "home_url": reverse("my_pages"),
    }
