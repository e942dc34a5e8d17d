"""Bringing people in, one by one or by file, and the page of one person."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot import journeys
from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.looks import note_looks
from cashpilot.core.models import Look
from cashpilot.core.refusals import Refused
from cashpilot.pages.forms import EnrolForm
from cashpilot.pages.study import surveys_due_of
from participants.operations.sign_in import issue_link
from participants.queries import (
    arms_of,
    consents_of,
    enrolment_for,
    pilot_for,
    roles_of,
    site_of,
    talks_of,
)
from participants.queries.signposts import places_for
from participants.rules import OPTIONAL, REQUIRED
from payments.queries import schedule_of


@login_required
def enrol(request, pilot_id):
    """One person by form. The award, if their arm has one, is promised in the same act."""
    pilot = pilot_for(request.user, pilot_id, "enrol people")
    form = EnrolForm(request.POST or None, arms=arms_of(pilot))
    if request.method == "POST" and form.is_valid():
        try:
            enrolment = _enrol(request, pilot, dict(form.cleaned_data))
            messages.success(request, _("This person takes part now."))
            return redirect("person", public_id=enrolment.public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {"form": form, "pilot": pilot, "section": "participants"}
    return render(request, "enrol.html", page, status=400 if form.errors else 200)


@login_required
@require_GET
def file_to_fill(request, pilot_id):
    """An empty file with the right columns, and one line that shows how to fill it."""
    pilot = pilot_for(request.user, pilot_id, "enrol people")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    rows = csv.writer(response)
    rows.writerow([*REQUIRED, *OPTIONAL])
    arm = pilot.arms.first()
    rows.writerow(["Sam Example", arm.code if arm else "cash", "2026-03-31", "", "", "", "", "en"])
    return response


@login_required
@require_GET
def person(request, public_id):
    """One person: who they are, what they agreed to, their payments; or, of somebody who is not
    paid, which surveys wait for them and which places they are told of."""
    enrolment = enrolment_for(request.user, public_id, "see people")
    roles = roles_of(request.user, enrolment.pilot)
    note_looks(
        people=[enrolment.participant.public_id],
        page=Look.Page.PERSON,
        by=request.user.public_id,
        now=timezone.now(),
    )
    page = {
        "enrolment": enrolment,
        "pilot_name": enrolment.pilot.name,
        "section": "participants",
        "consents": consents_of(enrolment),
        "talk": talks_of(enrolment).first(),
        "schedule": schedule_of(enrolment),
        "is_lead": access.may(roles, "safeguard people"),
        "may_copy": access.may(roles, "copy personal data"),
        "may_place": access.may(roles, "change the pilot"),
    }
    if not enrolment.is_paid:
        page["places"] = places_for(enrolment.pilot)
        if access.may(roles, "record answers"):
            page["surveys"] = surveys_due_of(enrolment, timezone.localdate())
    return render(request, "person.html", page)


@login_required
@require_POST
def offer_link(request, public_id):
    """Make a sign-in link for a person; it is shown once, to be sent or read out."""
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    secret = issue_link(
        participant=enrolment.participant, by=request.user.public_id, now=timezone.now()
    )
    url = request.build_absolute_uri(reverse("sign_in_link", args=[secret]))
    page = {"enrolment": enrolment, "url": url, "section": "participants"}
    return render(request, "sign_in_offer.html", page)


def _enrol(request, pilot, said: dict):
    arm = pilot.arms.get(code=said.pop("arm"))
    site = site_of(request.user, pilot, "enrol people")
    who = {"by": request.user.public_id, "now": timezone.now()}
    return journeys.enrol_and_award(pilot=pilot, arm=arm, site=site, **said, **who)
