"""Holding a pilot's draw: asked once more, then done for good."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cashpilot import journeys
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.queries import pilot_for
from participants.queries.draws import the_draw_of


class HoldForm(forms.Form):
    """One box, so that nobody holds a draw by a slip."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("The list is complete, and this draw counts whatever comes out")
    )


@login_required
@require_http_methods(["GET", "POST"])
def hold(request, pilot_id):
    """What holding the draw does, and the button."""
    pilot = pilot_for(request.user, pilot_id, "hold the draw")
    draw = the_draw_of(pilot)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            journeys.hold_draw_and_award(draw=draw, **who)
            messages.success(request, _("The draw is held. Its seed is open for all to check."))
            return redirect("draw", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "draw": draw,
        "listed": draw.entrants.count(),
        "form": form,
        "section": "to_do",
    }
    return render(request, "hold_draw.html", page, status=400 if form.errors else 200)
