"""What a pilot does to payments when something happens in somebody's life."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.models import LifeEvent, LifeEventPolicy, Pilot
from participants.operations.life_events import set_policies
from participants.queries import pilot_for, policies_of


class PoliciesForm(forms.Form):
    """One question a kind of event; after a death there is no choice."""

    def __init__(self, *args, pilot: Pilot, **kwargs):
        super().__init__(*args, **kwargs)
        words = dict(LifeEvent.Kind.choices)
        for kind, effect in policies_of(pilot).items():
            if kind != LifeEvent.Kind.DEATH:
                self.fields[kind] = forms.ChoiceField(
                    label=words[kind],
                    choices=LifeEventPolicy.Effect.choices,
                    widget=forms.RadioSelect,
                    initial=effect,
                )


@login_required
@require_http_methods(["GET", "POST"])
def policies(request, pilot_id):
    """What each kind of event does to payments from now on, to be changed by the manager."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = PoliciesForm(request.POST or None, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        who = {"by": request.user.public_id, "now": timezone.now()}
        set_policies(pilot=pilot, effects=form.cleaned_data, **who)
        messages.success(request, _("Kept. It holds for what is written down from now on."))
        return redirect("pilot", public_id=pilot_id)
    page = {"pilot": pilot, "pilot_name": pilot.name, "form": form, "section": "to_do"}
    return render(request, "participants/policies.html", page, status=400 if form.errors else 200)
