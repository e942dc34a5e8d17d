"""One-click sign-in for the people of the demo; the addresses exist in demo mode only."""

from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET

from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from cashpilot.demo.people import STAFF, name_of
from participants.models import Participant
from participants.pages.sign_in import open_page_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DOORS = {
    "priya": "Priya runs the pilot and prepares pay runs",
    "tom": "Tom approves pay runs that others prepared",
    "ali": "Dr Ali compares the arms and takes away anonymised data",
    "amina": "Amina takes part: a payment is on its way to her today",
}


@require_GET
def demo(request):
    """The four doors of the demo."""
    doors = [{"who": who, "words": words} for who, words in DOORS.items()]
    return render(request, "demo.html", {"doors": doors})


def sign_in_as(request, who):
    """GET shows one button; pressing it signs in as one of the four."""
    if who not in DOORS:
        raise NotFound("There is no such person in the demo.")
    if request.method != "POST":
        return render(request, "demo_door.html", {"who": who, "words": DOORS[who]})
    request.session.flush()
    if who in STAFF:
        login(request, User.objects.get(email=STAFF[who][0]), backend=BACKEND)
        return redirect("evaluation" if who == "ali" else "to_do")
    participant = Participant.objects.filter(name=name_of(0)).earliest("created_at")
    open_page_of(request, participant, is_shared=False)
    return redirect("my_pages")


urlpatterns = [
    path("", demo, name="demo"),
    path("as/<slug:who>/", sign_in_as, name="sign_in_as"),
]
