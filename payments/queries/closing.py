"""What keeps a person from being erased, and which accounts at the provider are to be closed."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from cashpilot.core.templatetags.cashpilot_words import long_date
from participants.models import Enrolment, Pilot
from participants.queries import roles_of
from payments.models import AccountToClose, Claim, Difference, Disbursement, Instalment

ON_ITS_WAY = ("queued", "submitting", "unknown", "submitted")


def why_not_to_erase(enrolments: QuerySet[Enrolment], now: datetime) -> Iterator[str]:
    """Why the money of these enrolments is not over yet, each with what to do about it."""
    to_come = Instalment.objects.filter(award__enrolment__in=enrolments, state="planned").count()
    if to_come:
        yield ngettext(
            "%(n)d payment is still to come. Send it, or stop what is to come.",
            "%(n)d payments are still to come. Send them, or stop what is to come.",
            to_come,
        ) % {"n": to_come}
    sent = Disbursement.objects.filter(instalment__award__enrolment__in=enrolments)
    moving = sent.filter(Q(state__in=ON_ITS_WAY) | Q(state="returned", returned_to="recipient"))
    if count := moving.count():
        yield ngettext(
            "%(n)d payment is on its way. Wait until it has arrived or come back.",
            "%(n)d payments are on their way. Wait until they have arrived or come back.",
            count,
        ) % {"n": count}
    until = sent.filter(state="paid", final_at__gt=now).aggregate(last=Max("final_at"))["last"]
    if until:
        day = {"day": long_date(until)}
        yield _("A bank may still send a payment back until %(day)s. Wait until then.") % day
    if Claim.objects.filter(enrolment__in=enrolments, state__in=["proposed", "agreed"]).exists():
        yield _("A claim for a lost benefit is open. Pay or decline it first.")
    if Difference.objects.filter(disbursement__in=sent, state="open").exists():
        yield _("Our books and the provider's differ about a payment. Close that first.")


def accounts_to_close(pilot: Pilot) -> QuerySet[AccountToClose]:
    """Accounts that are still open at the provider, oldest first."""
    return AccountToClose.objects.filter(pilot=pilot, closed_at=None).order_by("pk")


def account_to_close_for(user: User, public_id: str, act: str) -> AccountToClose:
    """One of them in a pilot of the user's, if they may do this there."""
    found = AccountToClose.objects.filter(
        public_id=public_id, pilot__memberships__user_id=user.pk
    ).first()
    if found is None:
        raise NotFound("There is no such account to close in your pilots.")
    access.check(roles_of(user, found.pilot), act)
    return found
