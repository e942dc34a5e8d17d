"""Pay runs as staff see them: prepare, preview, approve, watch."""

from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import NotAllowed, Refused
from cashpilot.forms import DateParts
from participants.queries import pilot_for, pilots_of, roles_of
from payments.operations import pay_runs, provider_events, waiting
from payments.queries import (
    balances_of,
    disbursement_for,
    events_that_need_a_person,
    pay_run_for,
    pay_runs_of,
    preview_of,
    sent_minor,
)

COLOURS = {"paid": "green", "submitted": "blue", "returned": "yellow", "failed": "yellow"}


class PrepareForm(forms.Form):
    due_by = forms.DateField(
        label=gettext_lazy("Pay everything due by"),
        widget=DateParts,
        help_text=gettext_lazy("Missed days before it are caught up."),
    )


@login_required
def runs(request):
    """The pay runs of this member's pilots, and a form to prepare the next."""
    mine = [
        pilot
        for pilot in pilots_of(request.user)
        if access.may(roles_of(request.user, pilot), "see money")
    ]
    form = PrepareForm(initial={"due_by": timezone.localdate()})
    groups = [_group(request, pilot, form) for pilot in mine]
    return render(request, "payments/pay_runs.html", {"groups": groups, "section": "pay_runs"})


@login_required
@require_POST
def prepare(request, pilot_id):
    """Prepare a run and show its preview; a refusal is shown beside the date."""
    pilot = pilot_for(request.user, pilot_id, "prepare pay runs")
    form = PrepareForm(request.POST)
    if form.is_valid():
        try:
            run = _prepare(request, pilot, form.cleaned_data["due_by"])
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


@login_required
@require_POST
def act(request, public_id, verb):
    """Submit, approve or stop a run; a refusal comes back as its sentence, and nothing is done."""
    needed, do, done = _VERBS[verb]
    run = pay_run_for(request.user, public_id, needed)
    try:
        do(run, request)
        messages.success(request, done)
    except Refused as no:
        messages.error(request, str(no))
    return redirect("pay_run", public_id=public_id)


@login_required
@require_POST
def act_on_payment(request, public_id, verb):
    """Let a held payment go on, or withdraw one that was certainly not sent."""
    needed, do, done = _PAYMENT_VERBS[verb]
    disbursement = disbursement_for(request.user, public_id, needed)
    try:
        do(disbursement, request)
        messages.success(request, done)
    except Refused as no:
        messages.error(request, str(no))
    return redirect("pay_run", public_id=disbursement.pay_run.public_id)


@login_required
@require_POST
def look_again_at_event(request, public_id):
    """Have what the provider said looked at once more, once its cause is gone."""
    approves = any(
        access.may(roles_of(request.user, pilot), "approve pay runs")
        for pilot in pilots_of(request.user)
    )
    event = events_that_need_a_person().filter(public_id=public_id).first()
    if event is None or not approves:
        raise NotAllowed(_("Only a finance approver can have this looked at again."))
    provider_events.try_again(event=event, **_who_and_when(request))
    messages.success(request, _("It is looked at again now."))
    return redirect("to_do")


def _prepare(request, pilot, due_by: date):
    return pay_runs.prepare(
        fund=pilot.funds.get(),
        due_by=due_by,
        preparer=request.user,
        by=request.user.public_id,
        now=timezone.now(),
    )


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}


def _submit(run, request) -> None:
    pay_runs.submit_for_approval(run=run, preparer=request.user, **_who_and_when(request))


def _approve(run, request) -> None:
    pay_runs.approve(run=run, approver=request.user, **_who_and_when(request))


def _stop(run, request) -> None:
    pay_runs.stop(run=run, **_who_and_when(request))


def _release(disbursement, request) -> None:
    waiting.release(disbursement=disbursement, person=request.user, **_who_and_when(request))


def _withdraw(disbursement, request) -> None:
    waiting.withdraw(disbursement=disbursement, **_who_and_when(request))


_VERBS = {
    "submit": (
        "prepare pay runs",
        _submit,
        gettext_lazy("The list is frozen. Someone else can now approve it."),
    ),
    "approve": (
        "approve pay runs",
        _approve,
        gettext_lazy("Approved. The payments are being sent."),
    ),
    "stop": ("prepare pay runs", _stop, gettext_lazy("Stopped. Nothing more of this run is sent.")),
}

_PAYMENT_VERBS = {
    "release": (
        "approve pay runs",
        _release,
        gettext_lazy("Released. It goes on under the same rules."),
    ),
    "withdraw": (
        "prepare pay runs",
        _withdraw,
        gettext_lazy("Withdrawn. The money is owed again."),
    ),
}


def _group(request, pilot, form) -> dict:
    return {
        "pilot": pilot,
        "runs": pay_runs_of(pilot),
        "may_prepare": access.may(roles_of(request.user, pilot), "prepare pay runs"),
        "form": form,
    }


def _page(request, run) -> dict:
    preview, fund = preview_of(run), run.fund
    roles = roles_of(request.user, fund.pilot)
    balances = balances_of(fund)
    return {
        "section": "pay_runs",
        "preview": preview,
        "run": run,
        "lines": [_line(line) for line in preview.lines],
        "is_mine": run.prepared_by_id == request.user.pk,
        "may_prepare": access.may(roles, "prepare pay runs"),
        "may_approve": access.may(roles, "approve pay runs"),
        "funds_minor": balances["funds"],
        "left_after_minor": fund.budget_minor - sent_minor(fund) - _not_sent_yet(preview),
        "counts": _counts(preview),
    }


def _not_sent_yet(preview) -> int:
    return 0 if preview.counts else preview.total_minor


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
