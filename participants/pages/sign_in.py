"""How a participant gets in and out. Looking at a link changes nothing; pressing the button
does."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from participants.operations.sign_in import LinkIsOver, use_link
from participants.queries import signed_in_participant

A_SHARED_PHONE_IS_OPEN_FOR = 10 * 60


def link(request, secret):
    """A link in a message: GET and previewers see a button, only POST signs in."""
    if request.method != "POST":
        return render(request, "participants/sign_in.html")
    try:
        participant = use_link(secret=secret, by="participant", now=timezone.now())
    except LinkIsOver as over:
        return render(request, "participants/link_is_over.html", {"says": str(over)}, status=410)
    open_page_of(request, participant, is_shared=request.POST.get("phone") == "shared")
    return redirect("my_pages")


def open_page_of(request, participant, *, is_shared: bool) -> None:
    """Start a new session for this participant; whoever was signed in before is out."""
    request.session.flush()
    request.session["participant"] = participant.public_id
    request.session.set_expiry(A_SHARED_PHONE_IS_OPEN_FOR if is_shared else 0)


@require_POST
def leave(request):
    """Sign out and show nothing of the person's."""
    request.session.flush()
    return redirect("left")


@require_GET
def left(request):
    return render(request, "participants/left.html")


@require_GET
def my_pages(request):
    """A participant's home: the page of their pilot."""
    participant = signed_in_participant(request.session)
    if participant is None:
        return render(request, "participants/link_is_over.html", status=401)
    enrolment = participant.enrolments.order_by("-enrolled_on").first()
    if enrolment is None:
        return render(request, "participants/link_is_over.html", status=404)
    return redirect("my_schedule", public_id=enrolment.public_id)
