"""The books as finance and auditors see them: balances, entries, statements, comparisons."""

import csv
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core.refusals import Refused
from cashpilot.core.spreadsheets import safe_cell
from participants.queries import enrolment_for, people_in_reach, pilot_for, pilots_where
from payments.models import Difference, FollowUp, Reconciliation
from payments.operations import arrivals, follow_ups, reconciliation
from payments.queries import (
    EXPORT,
    accounting_rows,
    concerns_of,
    difference_for,
    differences_of,
    disbursement_for,
    entries_of,
    pay_run_for,
    recipients_not_ready,
    statement_of,
    trial_balance,
)

PAGE = 50


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(choices=Difference.Outcome.choices)
    note = forms.CharField(max_length=500)


class FollowUpForm(forms.Form):
    kind = forms.ChoiceField(choices=FollowUp.Kind.choices)
    note = forms.CharField(max_length=500)


@login_required
@require_GET
def ledger(request, pilot_id):
    """Each fund of a pilot: its accounts, which come to nothing, and its entries."""
    pilot = pilot_for(request.user, pilot_id, "see money")
    funds = [
        {
            "fund": fund,
            "balance": trial_balance(fund),
            "page_obj": Paginator(entries_of(fund), PAGE).get_page(request.GET.get("page")),
        }
        for fund in pilot.funds.order_by("pk")
    ]
    page = {"pilot": pilot, "pilot_name": pilot.name, "funds": funds, "section": "pay_runs"}
    return render(request, "payments/ledger.html", page)


@login_required
@require_GET
def statement(request, public_id):
    """What reached one person in a year, from the ledger, to print."""
    enrolment = enrolment_for(request.user, public_id, "see people")
    today = timezone.localdate()
    lines = statement_of(enrolment, today - timedelta(days=365), today)
    page = {"enrolment": enrolment, "lines": lines, "today": today, "section": "participants"}
    return render(request, "payments/statement.html", page | {"pilot_name": enrolment.pilot.name})


@login_required
@require_GET
def export(request, public_id):
    """A pay run for the accounts: codes and no names."""
    run = pay_run_for(request.user, public_id, "see money")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{run.public_id}.csv"'
    out = csv.writer(answer)
    out.writerow(EXPORT)
    out.writerows([safe_cell(cell) for cell in row] for row in accounting_rows(run))
    return answer


@login_required
@require_GET
def differences(request):
    """What differs between the provider's books and ours, and how the last comparisons went."""
    found = differences_of(request.user)
    page = {
        "open": found.filter(state="open"),
        "closed": found.filter(state="closed")[:PAGE],
        "may_close": pilots_where(request.user, "match the books").exists(),
        "runs": Reconciliation.objects.order_by("-pk")[:10],
        "outcomes": Difference.Outcome.choices,
        "section": "pay_runs",
    }
    return render(request, "payments/differences.html", page)


@login_required
@require_POST
def close_difference(request, public_id):
    """Say how a difference came about and what was done."""
    form, found = CloseForm(request.POST), difference_for(request.user, public_id)
    if not form.is_valid():
        messages.error(request, _("Choose an outcome, and say what you found and did."))
        return redirect("differences")
    who = {"person": request.user, "by": request.user.public_id, "now": timezone.now()}
    try:
        reconciliation.close_difference(difference=found, **form.cleaned_data, **who)
        messages.success(request, _("Closed."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("differences")


@login_required
@require_GET
def concerns(request, pilot_id):
    """Payments that need a person: why, since when, what to do, what was done."""
    pilot = pilot_for(request.user, pilot_id, "see money")
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "concerns": concerns_of(pilot, timezone.localdate()),
        "kinds": FollowUp.Kind.choices,
        "section": "pay_runs",
    }
    return render(request, "payments/concerns.html", page)


@login_required
@require_POST
def follow_up(request, public_id):
    """Keep what was told or done about a payment."""
    form, one = (
        FollowUpForm(request.POST),
        disbursement_for(request.user, public_id, "note what arrived"),
    )
    if form.is_valid():
        who = {"person": request.user, "by": request.user.public_id, "now": timezone.now()}
        follow_ups.follow_up(disbursement=one, **form.cleaned_data, **who)
        messages.success(request, _("Kept."))
    else:
        messages.error(request, _("Say what was told or done."))
    return redirect("concerns", pilot_id=one.pay_run.fund.pilot.public_id)


@login_required
@require_POST
def note_arrival(request, public_id):
    """The person told us that the money is there after all."""
    one = disbursement_for(request.user, public_id, "note what arrived")
    try:
        arrivals.has_arrived(disbursement=one, by=request.user.public_id, now=timezone.now())
        messages.success(request, _("Kept."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("concerns", pilot_id=one.pay_run.fund.pilot.public_id)


@login_required
@require_GET
def recipients(request, pilot_id):
    """People whom the provider cannot pay just now: why, and since when."""
    pilot = pilot_for(request.user, pilot_id, "see people")
    people = people_in_reach(request.user, pilot, "see people")
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "recipients": recipients_not_ready(people),
        "section": "participants",
    }
    return render(request, "payments/recipients.html", page)
