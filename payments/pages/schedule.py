"""A participant's own payments: the next one first."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot.core.refusals import NotFound, Refused
from participants.pages.own import chosen, frame, mine
from participants.queries import NO_PERSON, notices_of
from participants.queries.signposts import places_for
from payments.models import Recipient
from payments.operations import arrivals, recipients
from payments.providers import get_provider
from payments.queries import Payment, Schedule, disbursement_of, last_change_of, schedule_of

COLOURS = {"paid": "green", "submitted": "blue", "returned": "yellow", "failed": "yellow"}
SENTENCES = {"top_up": gettext_lazy("An extra payment."), "lump": gettext_lazy("A lump sum.")}


def _my_recipient(request, public_id) -> Recipient:
    recipient = Recipient.objects.filter(enrolment=mine(request, public_id)).first()
    if recipient is None:
        raise NotFound(NO_PERSON)
    return recipient


@require_GET
def my_schedule(request, public_id):
    """The schedule of the signed-in participant, or the page of someone in a comparison arm."""
    enrolment = mine(request, public_id)
    schedule = schedule_of(enrolment)
    page = frame(enrolment.pilot) | {
        "enrolment": enrolment,
        "notices": notices_of(enrolment.participant),
        "last_change": last_change_of(enrolment),
    }
    if schedule is None:
        page["places"] = places_for(enrolment.pilot)
        return render(request, "payments/my_comparison_page.html", page)
    return render(request, "payments/my_schedule.html", page | _shown(schedule))


@require_POST
def my_destination(request, public_id):
    """A fresh address of the provider's own page for bank details, as a link to press.

    A link and no redirect: our pages let forms go nowhere but to us.
    """
    url = recipients.start_onboarding(
        recipient=_my_recipient(request, public_id),
        provider=get_provider(),
        return_url=request.build_absolute_uri(reverse("my_destination_back", args=[public_id])),
        refresh_url=request.build_absolute_uri(reverse("my_schedule", args=[public_id])),
        by="participant",
        now=timezone.now(),
    )
    page = frame(mine(request, public_id).pilot) | {"bank_url": url}
    return render(request, "payments/my_destination.html", page)


@require_http_methods(["GET", "POST"])
def my_destination_back(request, public_id):
    """Coming back from the provider proves nothing: pressing on has its own view read again."""
    recipient = _my_recipient(request, public_id)
    if request.method == "GET":
        page = frame(mine(request, public_id).pilot)
        return render(request, "payments/my_destination_back.html", page)
    recipients.observe(
        recipient=recipient, provider=get_provider(), by="provider", now=timezone.now()
    )
    return redirect("my_schedule", public_id=public_id)


@require_POST
def question_my_destination(request, public_id):
    """That was not me: nothing goes there until somebody has called."""
    recipient = _my_recipient(request, public_id)
    try:
        recipients.question_change(recipient=recipient, by="participant", now=timezone.now())
    except Refused as no:
        messages.error(request, str(no))
    return redirect("my_schedule", public_id=public_id)


@require_POST
def say_what_arrived(request, public_id, payment_id):
    """The money is here, or it is not: kept, and looked into by staff."""
    one = disbursement_of(mine(request, public_id), payment_id)
    say = chosen(request, {"here": arrivals.has_arrived, "missing": arrivals.has_not_arrived})
    try:
        say(disbursement=one, by="participant", now=timezone.now())
    except Refused as no:
        messages.error(request, str(no))
    return redirect("my_schedule", public_id=public_id)


def _shown(schedule: Schedule) -> dict:
    today = timezone.localdate()
    return {
        "today": today,
        "schedule": schedule,
        "card": _card(schedule, today),
        "so_far": [_row(one) for one in schedule.so_far],
        "newest": schedule.newest_due(today),
        "last": schedule.to_come[-1] if schedule.to_come else None,
        "extra": [one for one in schedule.to_come if one.kind == "top_up"],
        "is_moving": any(one.state in ("queued", "submitted") for one in schedule.payments),
        "needs_destination": schedule.recipient_status in ("new", "action_needed"),
    }


def _card(schedule: Schedule, today) -> dict | None:
    payment = schedule.next_payment
    if payment is None:
        return None
    is_waiting = schedule.is_held or payment.due_date < today
    return {
        "title": _("Your next payment, an extra one") if payment.kind == "top_up" else "",
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "on": payment.due_date,
        "today": None if is_waiting else today,
        "account_tail": schedule.account_tail,
        "words": _said_of_next(payment, today, schedule.is_held),
    }


def _said_of_next(payment: Payment, today, is_held: bool) -> str:
    if payment.state == "returned":
        return _("Your bank sent the money back. It is still yours. We will call you.")
    if payment.state != "planned":
        return payment.words
    if is_held:
        return _("This one is waiting for now. It is still yours.")
    if payment.due_date < today:
        return _("This one is late. We are looking into it. You did not do anything wrong.")
    return ""


def _row(payment: Payment) -> dict:
    return {
        "on": payment.paid_on or payment.due_date,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "words": payment.words,
        "colour": COLOURS.get(payment.state, "grey"),
        "sentence": SENTENCES.get(payment.kind, ""),
        "why": _why_late(payment),
    }


def _why_late(payment: Payment) -> list[str]:
    if not payment.paid_on or payment.paid_on <= payment.due_date:
        return []
    return [_("This payment came later than planned."), _("You did not do anything wrong.")]
