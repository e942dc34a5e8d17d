"""Setting up a pilot, and looking at one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cashpilot import journeys
from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import NotAllowed, Refused
from cashpilot.pages.forms import PilotForm
from participants.operations.pilots import HelpLine
from participants.queries import arms_of, pilot_for, roles_of
from payments.queries import promised_minor

HELP = ("help_name", "help_phone", "help_hours")
PROMISE = (
    "amount_minor",
    "count",
    "first_date",
    "budget_minor",
    "received_minor",
    "when_closed",
    "frequency",
    "lump_minor",
    "may_choose",
)


@login_required
def set_up(request):
    """The form that makes a whole pilot, or nothing."""
    if not request.user.may_set_up_pilots:
        raise NotAllowed(_("You may not set up pilots. Ask whoever runs this cashpilot."))
    form = PilotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pilot = _set_up(request.user, dict(form.cleaned_data))
            messages.success(request, _("The pilot is set up. Now enrol people."))
            return redirect("pilot", public_id=pilot.public_id)
        except Refused as no:
            add_refusal(form, no)
    return render(request, "set_up_pilot.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_GET
def pilot(request, public_id):
    """One pilot: its arms, its promise, its people in numbers."""
    found = pilot_for(request.user, public_id, "see the pilot")
    terms = (
        found.award_terms.select_related("arm", "fund").order_by("arm", "-version").distinct("arm")
    )
    roles = roles_of(request.user, found)
    page = {
        "pilot": found,
        "pilot_name": found.name,
        "arms": arms_of(found),
        "may_change": access.may(roles, "change the pilot"),
        "may_signpost": access.may(roles, "keep the list of places"),
        "may_see_staff": access.may(roles, "see staff"),
        "terms": [{"of": one, "promised_minor": promised_minor(one.fund)} for one in terms],
    }
    return render(request, "pilot.html", page)


def _set_up(user, said: dict):
    terms = {name: said.pop(name) for name in PROMISE}
    promise = journeys.CashPromise(**{name: value or 0 for name, value in terms.items()})
    help_line = HelpLine(*(said.pop(name) for name in HELP))
    return journeys.set_up_whole_pilot(
        manager=user,
        promise=promise,
        help_line=help_line,
        by=user.public_id,
        now=timezone.now(),
        **said,
    )
