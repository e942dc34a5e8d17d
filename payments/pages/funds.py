"""What each fund needs in the months ahead, and what may be promised from it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cashpilot.core import access
from participants.queries import pilot_for, roles_of
from payments.queries import award_funds_of, forecast_of, promised_minor


@login_required
@require_GET
def forecast(request, pilot_id):
    """What each fund of a pilot needs in the next six months."""
    pilot = pilot_for(request.user, pilot_id, "see money")
    return render(request, "payments/forecast.html", _ahead(request, pilot))


def _ahead(request, pilot) -> dict:
    funds = [
        {
            "fund": fund,
            "needs": needs,
            "most": max([1, *(one.due_minor for one in needs)]),
            "promised_minor": promised_minor(fund),
        }
        for fund in award_funds_of(pilot)
        for needs in [forecast_of(fund, timezone.localdate())]
    ]
    return {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "funds": funds,
        "section": "pay_runs",
        "may_change": access.may(roles_of(request.user, pilot), "change the pilot"),
    }
