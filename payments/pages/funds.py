"""What each fund needs in the months ahead, and what may be promised from it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core import access
from cashpilot.core.fields import MoneyField, add_refusal
from cashpilot.core.refusals import Refused
from participants.queries import pilot_for, roles_of
from payments.operations.awards import change_budget
from payments.pages.amendments import WHY
from payments.queries import award_funds_of, forecast_of, fund_for, promised_minor


class BudgetForm(forms.Form):
    budget_minor = MoneyField(label=_("Budget"))
    reason = forms.CharField(**WHY)


@login_required
@require_GET
def forecast(request, pilot_id):
    """What each fund of a pilot needs in the next six months."""
    pilot = pilot_for(request.user, pilot_id, "see money")
    return render(request, "payments/forecast.html", _ahead(request, pilot))


@login_required
@require_POST
def budget(request, pilot_id, fund_id):
    """Let more, or less, be promised from a fund."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    fund = fund_for(pilot, fund_id)
    form = BudgetForm(request.POST, prefix=fund.public_id)
    if form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            change_budget(fund=fund, **form.cleaned_data, **who)
            messages.success(request, _("The budget is changed."))
            return redirect("forecast", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = _ahead(request, pilot, {fund.public_id: form})
    return render(request, "payments/forecast.html", page, status=400)


def _ahead(request, pilot, given: dict | None = None) -> dict:
    may_change = access.may(roles_of(request.user, pilot), "change the pilot")
    funds = [
        {
            "fund": fund,
            "needs": needs,
            "most": max([1, *(one.due_minor for one in needs)]),
            "promised_minor": promised_minor(fund),
            "form": (given or {}).get(fund.public_id) or BudgetForm(prefix=fund.public_id),
        }
        for fund in award_funds_of(pilot)
        for needs in [forecast_of(fund, timezone.localdate())]
    ]
    return {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "funds": funds,
        "section": "pay_runs",
        "may_change": may_change,
    }
