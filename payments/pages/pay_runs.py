"""Pay runs as staff see them: prepare, preview, approve, watch."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from cashpilot.forms import DateParts
from participants.queries import pilot_for, pilots_of, roles_of
from payments.operations import pay_runs
from payments.queries import (
    award_funds_of,
    balances_of,
    changes_since_the_last_run,
    fund_for,
    open_halts,
    pay_run_for,
    pay_runs_of,
    preview_of,
    send_through,
    sent_minor,
    thresholds_ahead,
    thresholds_of,
)

SHOWN = 50
NOT_ON_ITS_WAY = ("queued", "submitting", "unknown")
COLOURS = {"paid": "green", "submitted": "blue", "returned": "yellow", "failed": "yellow"}


class PrepareForm(forms.Form):
    """What to pay; the fund is asked for only where a pilot has several."""

    fund = forms.ChoiceField(label=gettext_lazy("Fund"), required=False)
    due_by = forms.DateField(
        label=gettext_lazy("Pay everything due by"),
        widget=DateParts,
        help_text=gettext_lazy(
            "What has to be sent today to arrive in time. Missed days before it are caught up."
        ),
    )

    def __init__(self, *args, pilot, **kwargs):
        super().__init__(*args, **kwargs)
        funds = [(one.public_id, one.name) for one in award_funds_of(pilot)]
        if len(funds) > 1:
            self.fields["fund"].choices = funds
        else:
            del self.fields["fund"]


@login_required
def runs(request):
    """The pay runs of this member's pilots, and a form to prepare the next."""
    mine = [
        pilot
        for pilot in pilots_of(request.user)
        if access.may(roles_of(request.user, pilot), "see money")
    ]
    groups = [_group(request, one, PrepareForm(initial=_soon(one), pilot=one)) for one in mine]
    page = {"groups": groups, "section": "pay_runs", "halts": open_halts()}
    return render(request, "payments/pay_runs.html", page)


@login_required
@require_POST
def prepare(request, pilot_id):
    """Prepare a run and show its preview; a refusal is shown beside the date."""
    pilot = pilot_for(request.user, pilot_id, "prepare pay runs")
    form = PrepareForm(request.POST, pilot=pilot)
    if form.is_valid():
        try:
            run = _prepare(request, pilot, form.cleaned_data)
            return redirect("pay_run", public_id=run.public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {"groups": [_group(request, pilot, form)], "section": "pay_runs", "form": form}
    return render(request, "payments/pay_runs.html", page, status=409)


@login_required
@require_GET
def one_run(request, public_id):
    """One run from preview to result; a fragment for live counts where htmx asks for it."""
    run = pay_run_for(request.user, public_id, "see money")
    template = "payments/_pay_run_progress.html" if request.htmx else "payments/pay_run.html"
    return render(request, template, _page(request, run))


def _prepare(request, pilot, said: dict):
    return pay_runs.prepare(
        fund=fund_for(pilot, said.get("fund", "")),
        due_by=said["due_by"],
        preparer=request.user,
        by=request.user.public_id,
        now=timezone.now(),
    )


def _soon(pilot) -> dict:
    return {"due_by": send_through(pilot, timezone.localdate())}


def _group(request, pilot, form) -> dict:
    return {
        "pilot": pilot,
        "runs": pay_runs_of(pilot),
        "may_prepare": access.may(roles_of(request.user, pilot), "prepare pay runs"),
        "form": form,
        "thresholds": thresholds_of(pilot.pk, timezone.now()),
        "thresholds_ahead": thresholds_ahead(pilot.pk, timezone.now()),
        "may_set_thresholds": access.may(roles_of(request.user, pilot), "change the pilot"),
    }


def _page(request, run) -> dict:
    fund, roles = run.fund, roles_of(request.user, run.fund.pilot)
    search = request.GET.get("search", "").strip()[:80]
    preview = preview_of(run, page=_number(request, "page"), search=search)
    return {
        "section": "pay_runs",
        "halts": open_halts(),
        "preview": preview,
        "run": run,
        "lines": [_line(line) for line in preview.lines],
        "search": search,
        "previous_page": preview.page - 1,
        "next_page": preview.page + 1 if preview.page < preview.pages else None,
        "is_mine": run.prepared_by_id == request.user.pk,
        "has_voted": any(one.approver_id == request.user.pk for one in preview.approvals),
        "may_prepare": access.may(roles, "prepare pay runs"),
        "may_approve": access.may(roles, "approve pay runs"),
        "funds_minor": balances_of(fund)["funds"],
        "left_after_minor": fund.budget_minor - sent_minor(fund) - _not_sent_yet(preview),
        "counts": _counts(preview),
        "over": preview.people - sum(preview.counts.get(one, 0) for one in NOT_ON_ITS_WAY),
    } | _changes(request, run)


def _changes(request, run) -> dict:
    """What is new since the last run, a screenful of each kind; not for a look at the progress."""
    if request.htmx:
        return {}
    found = changes_since_the_last_run(run)
    groups = (
        (found.joined, _("New in this run")),
        (found.gone, _("No longer in it")),
        (found.amounts, _("Another sum")),
        (found.destinations, _("Another destination")),
    )
    return {"changes": found, "change_groups": [(rows[:SHOWN], words) for rows, words in groups]}


def _not_sent_yet(preview) -> int:
    return 0 if preview.counts else preview.total_minor


def _number(request, name: str) -> int:
    said = request.GET.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _line(line) -> dict:
    sent = next(iter(line.instalment.in_this_run), None)
    return {
        "enrolment": line.instalment.award.enrolment,
        "number": line.instalment.number,
        "amount_minor": line.amount_minor,
        "due_date": line.due_date,
        "words": _said_of(sent) if sent else "",
        "colour": COLOURS.get(sent.state, "grey") if sent else "",
        "held": sent if sent and sent.held_reason else None,
    }


def _said_of(sent) -> str:
    return sent.get_held_reason_display() if sent.held_reason else sent.get_state_display()


def _counts(preview) -> list[dict]:
    total = sum(preview.counts.values()) or 1
    groups = (
        (_("Getting ready"), ("queued", "submitting")),
        (_("On its way"), ("submitted",)),
        (_("Paid"), ("paid",)),
        (_("Being looked at"), ("unknown", "failed", "returned")),
    )
    return [
        {"name": name, "value": n, "percent": round(100 * n / total)}
        for name, states in groups
        for n in [sum(preview.counts.get(state, 0) for state in states)]
    ]
