"""What people let us do with their answers: by staff, and by themselves. No payment is near."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import NotFound, Refused
from evaluation.models import ResearchConsent
from evaluation.operations.consent import publish_research_text, record_research_consent
from evaluation.pages.forms import ResearchTextForm
from evaluation.queries import (
    current_research_text,
    research_decisions_of,
    research_switches,
    research_texts_in_force,
)
from participants.models import Consent, Enrolment
from participants.pages.forms import DecisionForm
from participants.pages.own import chosen, frame, mine
from participants.queries import NO_PERSON, enrolment_for, pilot_for

Purpose, Decision = ResearchConsent.Purpose, ResearchConsent.Decision


@login_required
@require_http_methods(["GET", "POST"])
def choices(request, public_id):
    """What a person decided about their answers so far, and a form for the next decision."""
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    start = {"language": enrolment.participant.language}
    form = DecisionForm(request.POST or None, purposes=Purpose.choices, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            record_research_consent(enrolment=enrolment, **form.cleaned_data, **who)
            messages.success(request, _("Written down. No payment changes."))
            return redirect("research_choices", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "decisions": research_decisions_of(enrolment),
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "evaluation/choices.html", page, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def texts(request, pilot_id):
    """The words about answers in force; the manager publishes the next."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = ResearchTextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            publish_research_text(pilot=pilot, **form.cleaned_data, **who)
            messages.success(request, _("Published. Who agreed to earlier words stays on those."))
            return redirect("research_texts", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "texts": research_texts_in_force(pilot),
        "form": form,
        "section": "evaluation",
    }
    return render(request, "evaluation/texts.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def my_choices(request, public_id):
    """A person's own switches; each is pressed by itself, and none reaches a payment."""
    enrolment = mine(request, public_id)
    if request.method == "POST":
        _decide(request, enrolment)
        return redirect("my_research_choices", public_id=public_id)
    now = research_switches(enrolment)
    page = {"enrolment": enrolment, "choices": [_shown(enrolment, use, now) for use in Purpose]}
    return render(request, "evaluation/my_choices.html", frame(enrolment.pilot) | page)


def _decide(request, enrolment: Enrolment) -> None:
    use = request.POST.get("purpose")
    if use not in Purpose.values:
        raise NotFound(NO_PERSON)
    decision = chosen(request, {"yes": Decision.GIVEN, "no": Decision.WITHDRAWN})
    record_research_consent(
        enrolment=enrolment,
        purpose=use,
        decision=decision,
        decided_on=timezone.localdate(),
        how=Consent.How.ONLINE,
        by="participant",
        now=timezone.now(),
    )
    messages.success(
        request, _("Thank you. We have written it down. Your payments stay as they are.")
    )


def _shown(enrolment: Enrolment, use: Purpose, now: dict[str, ResearchConsent]) -> dict:
    last = now.get(use)
    return {
        "purpose": str(use),
        "label": use.label,
        "last": last,
        "is_given": last is not None and last.decision == Decision.GIVEN,
        "text": current_research_text(enrolment.pilot, use, enrolment.participant.language),
    }
