"""What staff do about a pay run or a payment: one button, one operation, one sentence back."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cashpilot.authentication import SignInAgain, check_recent, confirm_first
from cashpilot.core.fields import MoneyField
from cashpilot.core.refusals import NotAllowed, NotFound, Refused
from participants.queries import enrolment_for, pilot_for, pilots_where
from payments.operations import (
    pausing,
    pay_runs,
    provider_events,
    recipients,
    thresholds,
    waiting,
)
from payments.operations.taking_back import take_back
from payments.providers import get_provider
from payments.queries import (
    disbursement_for,
    events_that_need_a_person,
    pay_run_for,
    recipient_for,
)


class ThresholdForm(forms.Form):
    from_amount = MoneyField(label=gettext_lazy("From this sum on"))
    approvers = forms.IntegerField(label=gettext_lazy("So many people approve"))


@login_required
@require_POST
def act(request, public_id, verb):
    """Submit, approve, send back, stop, pause or resume; a refusal comes back as its sentence."""
    needed, do, done = _VERBS[verb]
    run = pay_run_for(request.user, public_id, needed)
    try:
        _try(request, lambda: do(run, request), done)
    except SignInAgain:
        return confirm_first(request, reverse("pay_run", args=[public_id]))
    return redirect("pay_run", public_id=public_id)


@login_required
@require_POST
def act_on_payment(request, public_id, verb):
    """Let a held payment go on, withdraw one that was certainly not sent, or give one up."""
    needed, do, done = _PAYMENT_VERBS[verb]
    disbursement = disbursement_for(request.user, public_id, needed)
    _try(request, lambda: do(disbursement, request), done)
    return redirect("pay_run", public_id=disbursement.pay_run.public_id)


@login_required
@require_POST
def look_again_at_event(request, public_id):
    """Have what the provider said looked at once more, once its cause is gone."""
    if not pilots_where(request.user, "approve pay runs").exists():
        raise NotAllowed(_("Only a finance approver can have this looked at again."))
    mine = events_that_need_a_person(request.user, "approve pay runs")
    event = mine.filter(public_id=public_id).first()
    if event is None:
        raise NotFound(_("There is no such news in your pilots."))
    provider_events.try_again(event=event, **_who_and_when(request))
    messages.success(request, _("It is looked at again now."))
    return redirect("to_do")


@login_required
@require_POST
def set_threshold(request, pilot_id):
    """Ask for more approvals from a sum on."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = ThresholdForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a sum, and a number of people from 1 to 5."))
        return redirect("pay_runs")
    said = form.cleaned_data
    _try(
        request,
        lambda: thresholds.set_threshold(
            pilot=pilot,
            from_minor=said["from_amount"],
            approvers=said["approvers"],
            **_who_and_when(request),
        ),
        gettext_lazy("Set. Asking for more holds from now on, asking for fewer in three days."),
    )
    return redirect("pay_runs")


@login_required
@require_POST
def answer_question(request, public_id):
    """Staff have spoken to the person: the change was theirs."""
    enrolment = enrolment_for(request.user, public_id, "hold payments")
    recipient = recipient_for(enrolment)
    _try(
        request,
        lambda: recipients.answer_question(
            recipient=recipient, editor=request.user, **_who_and_when(request)
        ),
        gettext_lazy("Kept. Their payments go on."),
    )
    return redirect("recipients", pilot_id=enrolment.pilot.public_id)


def _try(request, do, done) -> None:
    try:
        messages.success(request, do() or done)
    except SignInAgain:
        raise
    except Refused as no:
        messages.error(request, str(no))


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}


def _submit(run, request) -> None:
    pay_runs.submit_for_approval(run=run, preparer=request.user, **_who_and_when(request))


def _approve(run, request) -> str | None:
    check_recent(request)
    who = {"approver": request.user, **_who_and_when(request)}
    after = pay_runs.approve(run=run, provider=get_provider(), **who)
    is_last = after.state == after.State.APPROVED
    return _("Approved. The payments are being sent.") if is_last else None


def _send_back(run, request) -> None:
    reason = request.POST.get("reason", "")
    who = {"approver": request.user, **_who_and_when(request)}
    pay_runs.send_back(run=run, reason=reason, **who)


def _stop(run, request) -> None:
    pay_runs.stop(run=run, **_who_and_when(request))


def _pause(run, request) -> None:
    pausing.pause_by_hand(run=run, **_who_and_when(request))


def _resume(run, request) -> None:
    pausing.resume(run=run, **_who_and_when(request))


def _release(disbursement, request) -> None:
    waiting.release(disbursement=disbursement, person=request.user, **_who_and_when(request))


def _withdraw(disbursement, request) -> None:
    waiting.withdraw(disbursement=disbursement, **_who_and_when(request))


def _give_up(disbursement, request) -> None:
    who = {"person": request.user, **_who_and_when(request)}
    waiting.give_up(disbursement=disbursement, provider=get_provider(), **who)


def _take_back(disbursement, request) -> str | None:
    who = {"person": request.user, **_who_and_when(request)}
    is_back = take_back(disbursement=disbursement, provider=get_provider(), **who)
    return _("It is back in the fund, and owed again.") if is_back else None


_VERBS = {
    "submit": (
        "prepare pay runs",
        _submit,
        gettext_lazy("The list is frozen. Someone else can now approve it."),
    ),
    "approve": (
        "approve pay runs",
        _approve,
        gettext_lazy("Your approval is kept. One more person has to agree."),
    ),
    "send_back": (
        "approve pay runs",
        _send_back,
        gettext_lazy("Sent back with your reason. Everything in it is owed again."),
    ),
    "stop": ("prepare pay runs", _stop, gettext_lazy("Stopped. Nothing more of this run is sent.")),
    "pause": (
        "prepare pay runs",
        _pause,
        gettext_lazy("Paused. What is on its way goes on; nothing more is sent."),
    ),
    "resume": ("approve pay runs", _resume, gettext_lazy("It goes on, under the same rules.")),
}

_PAYMENT_VERBS = {
    "release": (
        "approve pay runs",
        _release,
        gettext_lazy("Your word is kept. It goes on once nobody else has to agree."),
    ),
    "withdraw": (
        "prepare pay runs",
        _withdraw,
        gettext_lazy("Withdrawn. The money is owed again."),
    ),
    "give_up": (
        "approve pay runs",
        _give_up,
        gettext_lazy("Your word is kept. Once a second person agrees, the money is owed again."),
    ),
    "take_back": (
        "approve pay runs",
        _take_back,
        gettext_lazy("Your word is kept. Once a second person agrees, it is asked for back."),
    ),
}
