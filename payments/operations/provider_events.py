"""Hearing from providers: first keep what they said, then act on what is true now."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q

from cashpilot.core.models import Heartbeat
from cashpilot.core.money import in_words
from cashpilot.core.refusals import Overtaken, Refused
from payments.lifecycles import PROVIDER_EVENT
from payments.models import Disbursement, ProviderEvent, Recipient
from payments.operations import pausing, recipients, settlement
from payments.operations.settlement import TooEarly
from payments.providers.base import (
    Event,
    NotThere,
    Payout,
    Provider,
    Transfer,
    Unreachable,
)
from payments.queries import events_waiting

Act = Callable[..., Refused | None]
State = ProviderEvent.State
PATIENCE = timedelta(days=1)
LOOK_BACK = timedelta(hours=48)


def keep(*, event: Event, by: str, now: datetime, was_asked_for: bool = False) -> ProviderEvent:
    """Keep an event before anything is made of it; hearing it again changes nothing, unless only
    now we can read it."""
    reason = _why_not_ours(event, was_asked_for)
    kept, is_new = ProviderEvent.objects.get_or_create(
        public_id=event.id,
        defaults={
            "type": event.type,
            "account": event.account,
            "object_reference": event.object_reference,
            "happened_at": event.happened_at,
            "received_at": now,
            "body": event.body,
            "state": State.IGNORED if reason else State.RECEIVED,
            "state_changed_at": now,
            "reason": reason,
        },
    )
    if not is_new and not reason and kept.state == State.IGNORED:
        PROVIDER_EVENT.move(kept, State.RECEIVED, now=now, by=by, reason="")
    return kept


def sweep(*, provider: Provider, by: str, now: datetime) -> int:
    """Keep every event of ours of the last days that no webhook brought; returns how many."""
    last, _ = Heartbeat.objects.get_or_create(
        name="provider sweep", defaults={"beat_at": now - timedelta(days=28)}
    )
    new = _keep_unseen(provider.events_since(last.beat_at - LOOK_BACK), by=by, now=now)
    Heartbeat.objects.filter(pk=last.pk).update(beat_at=now)
    return new


def sweep_accounts(*, provider: Provider, by: str, now: datetime) -> int:
    """The same for the accounts of everybody whose money is still on its way; returns how many."""
    may_bounce = Q(state="paid", final_at__gte=now)
    waiting = Disbursement.objects.filter(Q(state__in=["submitted", "returned"]) | may_bounce)
    since = waiting.values("destination").annotate(oldest=Min("state_changed_at"))
    new = 0
    for row in since:
        with suppress(Unreachable):  # one closed account does not keep us from hearing the others
            since_then, account = row["oldest"] - LOOK_BACK, row["destination"]
            events = provider.events_since(since_then, account=account)
            new += _keep_unseen(events, by=by, now=now)
    return new


def _keep_unseen(events: list[Event], *, by: str, now: datetime) -> int:
    ids = [event.id for event in events]
    heard = ProviderEvent.objects.filter(public_id__in=ids).exclude(state=State.IGNORED)
    known = set(heard.values_list("public_id", flat=True))
    unseen = [event for event in events if event.id not in known]
    for event in unseen:
        keep(event=event, by=by, now=now, was_asked_for=True)
    return len(unseen)


def apply_waiting(*, provider: Provider, by: str, now: datetime, limit: int = 1_000) -> int:
    """Act on the events that wait, oldest first; returns how many objects they were about.

    What counts is the object as it is now, so several events about one object need one look. One
    that breaks us does not keep the others waiting: they are acted on first, then it is raised.
    """
    about = events_waiting(limit)
    broken: list[Exception] = []
    for events in about:
        try:
            apply(events=events, provider=provider, by=by, now=now)
        except Exception as error:
            broken.append(error)
    if broken:
        raise ExceptionGroup("Some events from the provider could not be applied.", broken)
    return len(about)


def apply(*, events: Sequence[ProviderEvent], provider: Provider, by: str, now: datetime) -> None:
    """Act on kept events about one object by reading the object again at the provider.

    Each payment that the object concerns moves in a transaction of its own, so that one which
    cannot does not hold back the others; acting again changes nothing. News that outran our own
    record stays `received` and is tried again; news we can never act on waits for a person.
    """
    try:
        acts = _read_again(events, provider)
        refused = [no for act in acts if (no := _act(act, by=by, now=now))]
        if refused:
            raise _first_for_a_person(refused)
        with transaction.atomic():
            for event in events:
                PROVIDER_EVENT.move(event, State.APPLIED, now=now, by=by)
    except NotThere as no:
        _refuse(events, no, by=by, now=now)
    except (Unreachable, Overtaken):
        _look_later(events, now)
    except TooEarly as early:
        _look_later(events, now)
        late = [one for one in events if now - one.received_at > PATIENCE]
        _refuse(late, early, by=by, now=now)
    except Refused as no:
        _refuse(events, no, by=by, now=now)


@transaction.atomic
def try_again(*, event: ProviderEvent, by: str, now: datetime) -> None:
    """Have an event that waits for a person looked at once more, because its cause is gone."""
    PROVIDER_EVENT.move(event, State.RECEIVED, now=now, by=by, reason="")


def _look_later(events: Sequence[ProviderEvent], now: datetime) -> None:
    """Those nobody has looked at yet go first, so that a thousand stuck ones hold up no news."""
    ProviderEvent.objects.filter(pk__in=[one.pk for one in events]).update(looked_at=now)


def _refuse(events: Sequence[ProviderEvent], no: Refused, *, by: str, now: datetime) -> None:
    for event in events:
        event.refresh_from_db()
        if event.state == State.RECEIVED:
            PROVIDER_EVENT.move(event, State.REFUSED, now=now, by=by, reason=str(no)[:200])


def _act(act: Act, *, by: str, now: datetime) -> Refused | None:
    """What a person has to look at: what could not be done, or what was done and is strange."""
    try:
        with transaction.atomic():
            return act(by=by, now=now)
    except Overtaken:
        raise
    except Refused as no:
        return no


def _first_for_a_person(refused: list[Refused]) -> Refused:
    """What can never be acted on goes before what is only early."""
    return min(refused, key=lambda no: isinstance(no, TooEarly))


def _read_again(events: Sequence[ProviderEvent], provider: Provider) -> Iterable[Act]:
    """The network part, before any transaction: what is true of the object at this moment, as
    one act for each payment that it concerns."""
    event = events[0]
    kind = event.type.split(".")[0]
    if kind == "transfer":
        return [_about_transfer(provider.transfer(event.object_reference))]
    if kind == "payout":
        return _about_payout(events, provider)
    if kind == "topup":
        return [pausing.look_soon]
    return [_about_account(event, provider)]


def _about_transfer(transfer: Transfer) -> Act:
    def act(*, by: str, now: datetime) -> Refused | None:
        ours = Disbursement.objects.filter(public_id=transfer.disbursement).first()
        if ours is None:
            raise Refused(f"The transfer {transfer.reference} belongs to no payment of ours.")
        _check_same(ours, transfer)
        settlement.adopt(disbursement=ours, reference=transfer.reference, by=by, now=now)
        part = settlement.reverse(disbursement=ours, transfer=transfer, by=by, now=now)
        return _taken_back_in_part(part, transfer) if part else None

    return act


def _taken_back_in_part(part: int, transfer: Transfer) -> Refused:
    how_much = in_words(part, transfer.currency)
    return Refused(f"{how_much} of {transfer.reference} was taken back, and is in the books.")


def _about_payout(events: Sequence[ProviderEvent], provider: Provider) -> Iterator[Act]:
    """First the transfers that we did not know of, then each payment that the payout carries."""
    event = events[0]
    payout = provider.payout(account=event.account, reference=event.object_reference)
    said = [one.happened_at for one in events if one.type == f"payout.{payout.status}"]
    payout = replace(payout, changed_at=min(said, default=None))
    if not payout.is_complete:
        raise TooEarly("The provider has not finished listing what this payout carries.")
    ours = Disbursement.objects.filter(provider_reference__in=payout.transfers)
    unknown = set(payout.transfers) - set(ours.values_list("provider_reference", flat=True))
    yield from [_about_transfer(provider.transfer(one)) for one in sorted(unknown)]
    for one in _carried_by(payout, event.account):
        yield partial(settlement.apply_payout, disbursement=one, payout=payout)


def _carried_by(payout: Payout, account: str) -> list[Disbursement]:
    """The disbursements whose money this payout took to the bank, or back from it.

    A payout that came back may list nothing any more. Then it is the one we saw on its way, or
    the whole of what waited in the account, to the penny; anything less certain is for a person.
    """
    ours = Disbursement.objects.order_by("pk")
    if payout.transfers:
        return list(ours.filter(provider_reference__in=payout.transfers))
    if payout.status == "paid" and ours.filter(destination=account, state="submitted").exists():
        raise Refused(f"The payout {payout.reference} arrived, and lists nothing of ours.")
    if payout.status not in ("failed", "canceled"):
        return []
    seen = list(ours.filter(payout_reference=payout.reference))
    if seen or payout.status == "canceled":
        return seen
    waiting = list(ours.filter(destination=account, state="submitted", payout_reference=""))
    if sum(one.amount_minor for one in waiting) != payout.amount_minor:
        raise Refused(f"The payout {payout.reference} came back: nobody can tell whose it was.")
    return waiting


def _about_account(event: ProviderEvent, provider: Provider) -> Act:
    account = event.account or event.object_reference
    recipient = Recipient.objects.filter(provider_account=account).first()
    seen = provider.observe_recipient(account) if recipient else None

    def act(*, by: str, now: datetime) -> None:
        if recipient and seen:
            recipients.keep_observation(recipient=recipient, seen=seen, by=by, now=now)

    return act


def _check_same(ours: Disbursement, transfer: Transfer) -> None:
    ordered = (ours.amount_minor, ours.currency, ours.destination)
    if ordered != (transfer.amount_minor, transfer.currency, transfer.destination):
        raise Refused(f"The transfer {transfer.reference} is not the one that was ordered.")


def _why_not_ours(event: Event, was_asked_for: bool) -> str:
    """What we asked for ourselves is a hint in any version: the object is read again in ours."""
    if event.is_live != (settings.CASHPILOT_MODE == "live"):
        return "It comes from the provider's other mode (test or live)."
    if not was_asked_for and event.api_version != settings.STRIPE_API_VERSION:
        return f"It is written in version {event.api_version}, not {settings.STRIPE_API_VERSION}."
    return ""
