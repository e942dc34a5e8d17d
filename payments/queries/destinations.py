"""Bank accounts that more than one person of a pilot is paid into, and who has looked at them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from participants.models import Pilot
from payments.models import DestinationClearance, PayRun, Recipient

WORDS_NEEDED = 2
ACTIVE = Q(enrolment__state="active") & ~Q(bank_mark="")


@dataclass(frozen=True)
class SharedAccount:
    """One bank account of several people: its last figures, and them."""

    tail: str
    recipients: list[Recipient]


def is_shared(recipient: str = "", pilot: str = "enrolment__pilot") -> Exists:
    """Whether somebody else of the pilot is paid into the same account, and two people have not
    said yet that this is right. For queries about recipients, or about what leads to one by the
    path `recipient`."""
    mine = f"{recipient}__" if recipient else ""
    others = Recipient.objects.filter(
        ACTIVE, bank_mark=OuterRef(f"{mine}bank_mark"), enrolment__pilot=OuterRef(pilot)
    ).exclude(pk=OuterRef(f"{mine}pk"))
    said = DestinationClearance.objects.filter(
        recipient=OuterRef(f"{mine}pk"),
        bank_mark=OuterRef(f"{mine}bank_mark"),
        number=WORDS_NEEDED,
    )
    return Exists(others) & ~Exists(said)


def shared_accounts(pilot: Pilot) -> list[SharedAccount]:
    """The accounts that people have to look at, each with everybody who is paid into it and the
    words said so far."""
    waiting = recipients_sharing(pilot).values("bank_mark")
    words = Prefetch("clearances", DestinationClearance.objects.select_related("cleared_by"))
    people = (
        Recipient.objects.filter(ACTIVE, enrolment__pilot=pilot, bank_mark__in=waiting)
        .select_related("enrolment__participant")
        .prefetch_related(words)
        .order_by("bank_mark", "pk")
    )
    groups: dict[str, list[Recipient]] = {}
    for one in people:
        groups.setdefault(one.bank_mark, []).append(one)
    return [SharedAccount(them[0].account_tail, them) for them in groups.values()]


def recipients_sharing(pilot: Pilot) -> QuerySet[Recipient]:
    """Whose payments wait because somebody else is paid into the same account."""
    return Recipient.objects.filter(ACTIVE, is_shared(), enrolment__pilot=pilot)


def words_said(recipient: Recipient) -> list[DestinationClearance]:
    """Who has said of this account that it is right."""
    return [one for one in recipient.clearances.all() if one.bank_mark == recipient.bank_mark]


def has_shared_account(run: PayRun) -> bool:
    """Whether a person of a run is paid into an account that two people have to look at first."""
    place = "instalment__award__enrolment"
    return run.lines.filter(is_shared(f"{place}__recipient", f"{place}__pilot")).exists()
