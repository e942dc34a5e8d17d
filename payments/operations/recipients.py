"""Where money goes: accounts at the provider, and what it says of them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from cashpilot.core.calendars import NATIONS
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Refused
from participants.models import Notice
from participants.operations.notices import tell
from participants.queries import who_let_in
from payments.models import DestinationChange, Disbursement, Recipient
from payments.providers.base import Observed, Provider

Status, Kind = Recipient.Status, DestinationChange.Kind


def ensure_account(*, recipient: Recipient, provider: Provider, by: str, now: datetime) -> None:
    """Give a recipient an account at the provider; asking twice makes one.

    The provider is asked outside any transaction, under a key made from our id.
    """
    if recipient.provider_account:
        return
    country = NATIONS[recipient.enrolment.pilot.nation][1]
    name = recipient.public_id
    if recipient.account_number > 1:
        name = f"{name}_{recipient.account_number}"
    account = provider.ensure_recipient(recipient=name, country=country)
    with transaction.atomic(durable=True):
        changed = Recipient.objects.filter(
            pk=recipient.pk, provider_account=None, account_number=recipient.account_number
        ).update(provider_account=account, status=Status.ACTION_NEEDED)
        if changed:
            AuditEvent.record(recipient, "recipient.account made", at=now, by=by)
    recipient.refresh_from_db()


def start_onboarding(
    *,
    recipient: Recipient,
    provider: Provider,
    return_url: str,
    refresh_url: str,
    by: str,
    now: datetime,
) -> str:
    """A fresh address of the provider's page for bank details; good once, for minutes.

    Whoever has given their details signs in there; everybody else is asked for them. A member of
    staff whose sign-in link led here counts as who edits the destination.
    """
    ensure_account(recipient=recipient, provider=provider, by=by, now=now)
    if helper := who_let_in(recipient.enrolment.participant):
        Recipient.objects.filter(pk=recipient.pk).update(last_edited_by=helper)
    account = recipient.provider_account or ""
    if recipient.status == Status.READY:
        url = provider.login_url(account)
    else:
        url = provider.onboarding_url(
            account=account, return_url=return_url, refresh_url=refresh_url
        )
    AuditEvent.record(recipient, "recipient.onboarding offered", at=now, by=by)
    return url


def observe(*, recipient: Recipient, provider: Provider, by: str, now: datetime) -> Recipient:
    """Read the provider's view of the recipient again and keep it, unless a newer one is kept.

    `now` is when the provider was asked: it orders what was seen.
    """
    if recipient.provider_account:
        seen = provider.observe_recipient(recipient.provider_account)
        keep_observation(recipient=recipient, seen=seen, by=by, now=now)
        recipient.refresh_from_db()
    return recipient


@transaction.atomic
def keep_observation(*, recipient: Recipient, seen: Observed, by: str, now: datetime) -> None:
    """Keep what the provider says of a recipient, unless something newer is kept already.

    Another bank account than before is not paid before a cooling-off is over, and the person is
    told where they were reached before.
    """
    kept = Recipient.objects.select_for_update().get(pk=recipient.pk)
    if kept.observed_at and kept.observed_at > now:
        return
    if kept.provider_account != recipient.provider_account:
        return
    status, reason = _judged(kept, seen)
    changes = {
        "status": status,
        "reason": reason,
        "details_missing": seen.details_missing,
        "account_tail": seen.account_tail,
        "due_at": seen.due_at,
        "bank_mark": seen.bank_mark or kept.bank_mark,
        "observed_at": now,
    }
    if kept.bank_mark and seen.bank_mark and seen.bank_mark != kept.bank_mark:
        changes["payable_from"] = _cool_off(kept, Kind.BANK, seen.account_tail, by=by, now=now)
    elif kept.account_number > 1 and seen.bank_mark and not kept.bank_mark:
        changes["payable_from"] = now + timedelta(hours=settings.COOLING_OFF_HOURS)
    Recipient.objects.filter(pk=kept.pk).update(**changes)
    if kept.status != status:
        AuditEvent.record(kept, f"recipient.{status}", at=now, by=by, was=kept.status)
        if status == Status.ACTION_NEEDED and kept.status == Status.READY:
            kind = Notice.Kind.DETAILS_NEEDED
            tell(participant=kept.enrolment.participant, kind=kind, by=by, now=now)


@transaction.atomic
def start_new_account(
    *, recipient: Recipient, payee_name: str, editor: User, by: str, now: datetime
) -> Recipient:
    """Have somebody's money go to another account from now on, such as an appointee's.

    The old account is never paid again; whoever starts this does not approve a run with it.
    """
    kept = Recipient.objects.select_for_update().get(pk=recipient.pk)
    until = _cool_off(kept, Kind.ACCOUNT, "", by=by, now=now)
    Recipient.objects.filter(pk=kept.pk).update(
        provider_account=None,
        account_number=kept.account_number + 1,
        account_tail="",
        bank_mark="",
        status=Status.NEW,
        reason="",
        payee_name=payee_name.strip()[:200],
        payable_from=until,
        last_edited_by=editor,
        observed_at=None,
    )
    recipient.refresh_from_db()
    return recipient


@transaction.atomic
def question_change(*, recipient: Recipient, by: str, now: datetime) -> None:
    """The person says that a change was not theirs: nothing is sent there until staff look."""
    kept = Recipient.objects.select_for_update().get(pk=recipient.pk)
    if not kept.changes.filter(kind__in=[Kind.BANK, Kind.ACCOUNT]).exists():
        raise Refused("Nothing about your bank account has changed.")
    Recipient.objects.filter(pk=kept.pk).update(questioned_at=now)
    _note(kept, Kind.QUESTIONED, by=by, now=now)


@transaction.atomic
def answer_question(*, recipient: Recipient, editor: User, by: str, now: datetime) -> None:
    """Staff have spoken to the person, and it was theirs after all."""
    if not Recipient.objects.filter(pk=recipient.pk, questioned_at__isnull=False).update(
        questioned_at=None
    ):
        raise Refused("Nobody has questioned this.")
    Held = Disbursement.Held
    Disbursement.objects.filter(
        instalment__award__enrolment=recipient.enrolment_id,
        state__in=["queued", "unknown"],
        held_reason=Held.STAFF_CHECK,
    ).update(held_reason="", held_at=None)
    _note(recipient, Kind.CONFIRMED, by=by, now=now)


def _cool_off(kept: Recipient, kind: str, tail: str, *, by: str, now: datetime) -> datetime:
    """Write the change down, tell the person, and say from when the new place is paid."""
    until = now + timedelta(hours=settings.COOLING_OFF_HOURS)
    _note(kept, kind, tail, until, by=by, now=now)
    tell(participant=kept.enrolment.participant, kind=Notice.Kind.BANK_CHANGED, by=by, now=now)
    return until


def _note(
    kept: Recipient,
    kind: str,
    tail: str = "",
    until: datetime | None = None,
    *,
    by: str,
    now: datetime,
) -> None:
    DestinationChange.objects.create(
        recipient=kept,
        kind=kind,
        tail_before=kept.account_tail,
        tail_after=tail,
        payable_from=until,
        seen_by=by,
        seen_at=now,
    )
    AuditEvent.record(kept, f"recipient.{kind}", at=now, by=by)


def _judged(recipient: Recipient, seen: Observed) -> tuple[str, str]:
    """Money is never exchanged on the way, nor sent to another country than the pilot's."""
    pilot = recipient.enrolment.pilot
    if seen.status == Status.READY and seen.currency != pilot.currency:
        return Status.DISABLED, "other_currency"
    if seen.status == Status.READY and seen.country not in ("", NATIONS[pilot.nation][1]):
        return Status.DISABLED, "other_country"
    return seen.status, seen.reason
