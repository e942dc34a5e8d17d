"""What every page of a participant's own shares: whose it is, and its frame."""

from django.urls import reverse

from participants.models import Enrolment, Pilot
from participants.queries import own_enrolment


def mine(request, public_id: str) -> Enrolment:
    """The enrolment, if it is the visitor's own: anybody else's does not exist."""
    return own_enrolment(request.session, public_id)


def frame(pilot: Pilot) -> dict:
    """What the page's header and footer say."""
    return {
        "pilot_name": pilot.name,
        "help": {"name": pilot.help_name, "phone": pilot.help_phone, "hours": pilot.help_hours},
        "leave_url": reverse("leave"),
        "home_url": reverse("my_pages"),
    }
