"""What people lost because of the cash, and the fund that makes up for it."""

from django.db.models import QuerySet

from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.models import Enrolment, Pilot
from participants.queries import check_act, people_in_reach, pilots_of
from payments.models import Claim, Fund

NO_CLAIM = "There is no such claim in your pilots."


def claims_fund_of(pilot: Pilot) -> Fund | None:
    """The money that a pilot has set aside for lost benefits."""
    return pilot.funds.filter(purpose=Fund.Purpose.CLAIMS).first()


def award_funds_of(pilot: Pilot) -> QuerySet[Fund]:
    """The funds that awards are promised and paid from."""
    return pilot.funds.filter(purpose=Fund.Purpose.AWARDS).order_by("pk")


def claims_of(pilot: Pilot) -> QuerySet[Claim]:
    """Every claim of a pilot, newest first."""
    found = Claim.objects.filter(fund__pilot=pilot).select_related("fund", "enrolment")
    return found.order_by("-pk")


def claims_of_person(enrolment: Enrolment) -> QuerySet[Claim]:
    """The claims of one person, newest first."""
    return enrolment.claims.select_related("fund").order_by("-pk")


def claim_for(user: User, public_id: str, act: str) -> Claim:
    """One claim in a pilot of the user's, if they may do this there."""
    found = (
        Claim.objects.filter(public_id=public_id, fund__pilot__in=pilots_of(user))
        .select_related("fund__pilot", "enrolment")
        .first()
    )
    if found is None:
        raise NotFound(NO_CLAIM)
    check_act(user, found.fund.pilot, act)
    if not people_in_reach(user, found.fund.pilot, act).filter(pk=found.enrolment_id).exists():
        raise NotFound(NO_CLAIM)
    return found
