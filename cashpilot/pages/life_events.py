"""What happened in somebody's life, and what it does to their payments."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot import journeys
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from cashpilot.forms import DateParts
from participants.models import LifeEvent, LifeEventPolicy
from participants.queries import (
    enrolment_for,
    life_event_for,
    life_events_of,
    policies_of,
)

CHOICES = [one for one in LifeEvent.Kind.choices if one[0] != LifeEvent.Kind.CORRECTION]


class LifeEventForm(forms.Form):
    kind = forms.ChoiceField(label=_("What happened"), choices=CHOICES, widget=forms.RadioSelect)
    happened_on = forms.DateField(label=_("On"), widget=DateParts)
    payee_name = forms.CharField(
        label=_("Who receives the money for them"),
        max_length=200,
        required=False,
        help_text=_("Only where somebody else does."),
    )


@login_required
@require_GET
def life_events(request, public_id):
    """What was written down so far, what each kind does to payments, and a form."""
    enrolment = enrolment_for(request.user, public_id, "hold payments")
    return render(request, "life_events.html", _page(enrolment, LifeEventForm()))


@login_required
@require_POST
def record(request, public_id):
    """Write an event down, and do to the payments what the pilot's policy says."""
    enrolment = enrolment_for(request.user, public_id, "hold payments")
    form = LifeEventForm(request.POST)
    if form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            journeys.record_life_event(
                enrolment=enrolment, recorder=request.user, **form.cleaned_data, **who
            )
            messages.success(request, _("Written down."))
            return redirect("life_events", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    return render(request, "life_events.html", _page(enrolment, form), status=400)


@login_required
@require_POST
def correct(request, public_id, event_id):
    """A death was recorded by mistake: another person says so."""
    enrolment = enrolment_for(request.user, public_id, "hold payments")
    try:
        journeys.correct_death(
            event=life_event_for(enrolment, event_id),
            by=request.user.public_id,
            now=timezone.now(),
        )
        messages.success(request, _("Put right. Everything that was owed is owed again."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("life_events", public_id=public_id)


def _page(enrolment, form) -> dict:
    kinds, effects = dict(LifeEvent.Kind.choices), dict(LifeEventPolicy.Effect.choices)
    return {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "form": form,
        "events": life_events_of(enrolment),
        "policies": [
            (kinds[kind], effects[effect]) for kind, effect in policies_of(enrolment.pilot).items()
        ],
    }
