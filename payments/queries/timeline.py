"""What happened to a person's money: promised, changed, held, sent, arrived, come back."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cashpilot.core.audit import open_events
from cashpilot.core.happenings import Happening
from cashpilot.core.models import subject_name
from cashpilot.core.money import in_words
from participants.models import Enrolment
from payments.models import (
    Amendment,
    Award,
    DestinationChange,
    Disbursement,
    FollowUp,
    Hold,
)

SENT = {
    "disbursement.queued": (gettext_lazy("In a pay run: %s"), gettext_lazy("We get %s ready")),
    "disbursement.submitted": (gettext_lazy("Sent: %s"), gettext_lazy("We sent you %s")),
    "disbursement.paid": (gettext_lazy("Arrived: %s"), gettext_lazy("%s reached your account")),
    "disbursement.failed": (
        gettext_lazy("Not sent: %s"),
        gettext_lazy("%s could not be sent. It is still yours"),
    ),
    "disbursement.returned": (
        gettext_lazy("Came back: %s"),
        gettext_lazy("%s came back to us. It is still yours"),
    ),
    "disbursement.confirmed": (
        gettext_lazy("They have it: %s"),
        gettext_lazy("You told us that you have %s"),
    ),
    "disbursement.missed": (
        gettext_lazy("It has not reached them: %s"),
        gettext_lazy("You told us that %s has not reached you"),
    ),
}
OWN_AMENDMENTS = {
    Amendment.Kind.TOP_UP: gettext_lazy("An extra payment was promised to you"),
    Amendment.Kind.CHANGED: gettext_lazy("Your payments to come were changed"),
    Amendment.Kind.STOPPED: gettext_lazy("Your payments to come were stopped"),
    Amendment.Kind.RESTORED: gettext_lazy("Your payments to come were brought back"),
}


def money_happenings_of(enrolment: Enrolment) -> Iterator[Happening]:
    """Award, changes, holds, payments and accounts of one person; nothing where none was
    promised."""
    award = Award.objects.filter(enrolment=enrolment).first()
    if award is None:
        return
    yield from _promised(award)
    yield from _sent(award)
    for change in DestinationChange.objects.filter(recipient__enrolment=enrolment):
        what, own = change.get_kind_display(), _("Where your money goes was changed")
        yield Happening("payment", change.seen_at, change.seen_by, what, own=own)


def _promised(award: Award) -> Iterator[Happening]:
    granted = open_events().filter(subject=subject_name(award), verb="award.granted")
    for event in granted:
        own = _("Your payments were promised to you")
        yield Happening("award", event.at, event.by, _("Payments were promised"), own=own)
    for one in Amendment.objects.filter(award=award):
        own = OWN_AMENDMENTS[Amendment.Kind(one.kind)]
        what = one.get_kind_display()
        yield Happening("award", one.made_at, one.made_by, what, one.reason, own)
    for one in Hold.objects.filter(award=award):
        own, reason = _("Your payments wait. They are still yours"), str(one.get_reason_display())
        yield Happening("award", one.placed_at, one.placed_by, _("Payments wait"), reason, own)
        if one.lifted_at:
            own = _("Your payments go on")
            yield Happening("award", one.lifted_at, one.lifted_by, _("Payments go on"), own=own)


def _sent(award: Award) -> Iterator[Happening]:
    sums = {
        subject_name(one): in_words(one.amount_minor, one.currency)
        for one in Disbursement.objects.filter(instalment__award=award)
    }
    for event in open_events().filter(subject__in=sums, verb__in=SENT):
        what, own = (str(words) % sums[event.subject] for words in SENT[event.verb])
        yield Happening("payment", event.at, event.by, what, own=own)
    ups = FollowUp.objects.filter(disbursement__instalment__award=award).select_related("made_by")
    for one in ups:
        by, what = one.made_by.public_id, one.get_kind_display()
        yield Happening("note", one.made_at, by, what, one.note)
