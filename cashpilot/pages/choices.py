"""What people decide about the cash and about being contacted: by staff, and by themselves."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cashpilot import journeys
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import NotFound, Refused
from participants.models import Consent, ConsentText, Enrolment, LifeEvent, LifeEventPolicy
from participants.pages.forms import DecisionForm
from participants.pages.own import chosen, frame, mine
from participants.queries import (
    NO_PERSON,
    consents_of,
    current_text,
    decisions_now,
    enrolment_for,
    left_the_cash_on,
    policies_of,
)

Purpose, Decision = ConsentText.Purpose, Consent.Decision
LEAVING = (Purpose.CASH, Decision.WITHDRAWN)


class ChoiceForm(DecisionForm):
    """A decision; leaving the cash asks whether its effect is known."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("I have told them what leaving the cash does to their payments"),
        required=False,
    )

    def clean(self):
        said = super().clean()
        if (said.get("purpose"), said.get("decision")) == LEAVING and not said.get("is_sure"):
            self.add_error("is_sure", _("Tell them first what it does to their payments."))
        return said


@login_required
@require_http_methods(["GET", "POST"])
def choices(request, public_id):
    """What a person decided so far, and a form for the next decision."""
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    start = {"language": enrolment.participant.language}
    form = ChoiceForm(request.POST or None, purposes=_purposes(enrolment), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, enrolment, request.user.public_id, **form.cleaned_data)
            messages.success(request, _("Written down."))
            return redirect("choices", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "consents": consents_of(enrolment),
        "left_on": left_the_cash_on(enrolment),
        "leaving_does": _leaving_does(enrolment),
        "form": form,
    }
    return render(request, "choices.html", page, status=400 if form.errors else 200)


@require_GET
def my_choices(request, public_id):
    """A person's own decisions, with the words they are about, in their language."""
    enrolment = mine(request, public_id)
    page = {
        "enrolment": enrolment,
        "choices": [_choice(enrolment, *o) for o in _purposes(enrolment)],
    }
    return render(request, "my_choices.html", frame(enrolment.pilot) | page)


@require_http_methods(["GET", "POST"])
def my_choice(request, public_id, purpose):
    """One decision of their own. Looking says what it does; pressing the button does it."""
    enrolment = mine(request, public_id)
    if purpose not in dict(_purposes(enrolment)):
        raise NotFound(NO_PERSON)
    choice = _choice(enrolment, purpose, Purpose(purpose).label)
    if request.method == "POST":
        decision = chosen(request, {"yes": Decision.GIVEN, "no": Decision.WITHDRAWN})
        said = {"purpose": purpose, "decision": decision, "how": Consent.How.ONLINE}
        try:
            _record(request, enrolment, "participant", decided_on=timezone.localdate(), **said)
            messages.success(request, _("Thank you. We have written it down."))
        except Refused as no:
            messages.error(request, str(no))
        return redirect("my_choices", public_id=public_id)
    page = {"enrolment": enrolment, "choice": choice, "leaving_does": _leaving_does(enrolment)}
    return render(request, "my_choice.html", frame(enrolment.pilot) | page)


def _record(request, enrolment: Enrolment, by: str, **said):
    said.pop("is_sure", None)
    return journeys.record_decision(enrolment=enrolment, by=by, now=timezone.now(), **said)


def _purposes(enrolment: Enrolment) -> list[tuple[str, str]]:
    """What this person can be asked about: nobody in a comparison arm is asked about cash."""
    return [one for one in Purpose.choices if enrolment.is_paid or one[0] != Purpose.CASH]


def _choice(enrolment: Enrolment, purpose: str, label) -> dict:
    last = decisions_now(enrolment).get(purpose)
    text = current_text(enrolment.pilot, purpose, enrolment.participant.language)
    return {
        "purpose": purpose,
        "label": label,
        "text": text,
        "last": last,
        "is_given": last is not None and last.decision == Decision.GIVEN,
    }


def _leaving_does(enrolment: Enrolment) -> str:
    effect = policies_of(enrolment.pilot)[LifeEvent.Kind.LEFT_THE_CASH]
    return str(LifeEventPolicy.Effect(effect).label)
