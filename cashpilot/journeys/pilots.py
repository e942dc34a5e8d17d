"""From a draft to a running pilot: its design, its money and its promises, all at once or not."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cashpilot.core.access import Role
from cashpilot.core.models import User
from cashpilot.core.money import known_currency
from cashpilot.core.refusals import Invalid
from participants.models import DesignVersion, Pilot
from participants.operations.designs import amend, launch
from participants.operations.drafts import begin_pilot, declare_ready
from participants.operations.pilots import HelpLine
from participants.queries.designs import plan_in
from participants.rules.plans import Plan
from participants.rules.shapes import Faulty
from payments.models import Fund
from payments.operations.awards import change_budget, open_fund, set_terms
from payments.operations.ledger import receive_funding
from payments.queries import as_planned, terms_of

FUND = "Awards"
FIELDS = {
    "arms[0].name": "cash_arm",
    "arms[1].name": "comparison_arm",
    "consent_texts[0].body": "consent_text",
}


@dataclass(frozen=True)
class CashPromise:
    """What the cash arm is promised, the most that may be promised, and what has come in so far."""

    amount_minor: int
    count: int
    first_date: date
    budget_minor: int
    received_minor: int = 0
    when_closed: str = "before"
    frequency: str = "monthly"
    lump_minor: int = 0
    may_choose: bool = False


@transaction.atomic
def launch_pilot(*, pilot: Pilot, by: str, now: datetime) -> DesignVersion:
    """Lock the design, open its funds and set its award terms; from now on people can come in."""
    first = launch(pilot=pilot, by=by, now=now)
    pilot.refresh_from_db()
    _fit_money(pilot, plan_in(first), reason="", by=by, now=now)
    return first


@transaction.atomic
def amend_pilot(*, pilot: Pilot, plan: Plan, reason: str, by: str, now: datetime) -> DesignVersion:
    """Amend a running pilot for whoever comes from now on: arms, ratios, questions, budget, terms.

    Nobody's enrolment, award, instalment or draw changes by it.
    """
    made = amend(pilot=pilot, plan=plan, reason=reason, by=by, now=now)
    _fit_money(pilot, plan_in(made), reason=made.reason, by=by, now=now)
    return made


@transaction.atomic
def set_up_whole_pilot(
    *,
    name: str,
    currency: str,
    nation: str,
    cash_arm: str,
    comparison_arm: str,
    promise: CashPromise,
    consent_text: str,
    manager: User,
    by: str,
    now: datetime,
    help_line: HelpLine | None = None,
) -> Pilot:
    """Set up a pilot with two arms and launch it: fund, award terms, consent text; or nothing."""
    plan = {
        "name": name,
        "currency": known_currency(currency),
        "nation": nation,
        "arms": [
            {"code": "cash", "name": cash_arm, "kind": "cash", "award": _award(promise)},
            {"code": "services", "name": comparison_arm, "kind": "services"},
        ],
        "budget": [{"name": FUND, "budget_minor": promise.budget_minor}],
        "consent_texts": [{"purpose": "take-part", "language": "en", "body": consent_text}],
    }
    try:
        pilot = begin_pilot(
            plan=plan,
            manager=manager,
            help_line=help_line,
            also=[Role.PREPARER],
            by=by,
            now=now,
        )
    except Faulty as no:
        raise _of_the_form(no) from None
    declare_ready(pilot=pilot, by=by, now=now)
    launch_pilot(pilot=pilot, by=by, now=now)
    if promise.received_minor:
        fund = pilot.funds.get(name=FUND)
        came = {"amount_minor": promise.received_minor, "reference": "set-up"}
        receive_funding(fund=fund, **came, by=by, now=now)
    return pilot


def _of_the_form(no: Faulty) -> Invalid:
    """The first fault of a plan, by the name that the form of a pilot with two arms has for it."""
    first = no.faults[0]
    return Invalid(first.says, field=FIELDS.get(first.path, first.path.rpartition(".")[2]))


def _award(promise: CashPromise) -> dict[str, Any]:
    once = promise.frequency == "once"
    return {
        "fund": FUND,
        "amount_minor": promise.amount_minor,
        "count": 1 if once else promise.count,
        "frequency": str(promise.frequency),
        "lump_minor": promise.lump_minor,
        "first_date": promise.first_date.isoformat(),
        "when_closed": str(promise.when_closed),
        "may_choose": bool(promise.may_choose),
    }


def _fit_money(pilot: Pilot, plan: Plan, *, reason: str, by: str, now: datetime) -> None:
    """Open the funds and write the terms that the plan names and that are not there yet."""
    who = {"by": by, "now": now}
    funds = {one.name: one for one in pilot.funds.all()}
    for line in plan["budget"]:
        fund = funds.get(line["name"])
        if fund is None:
            funds[line["name"]] = open_fund(pilot=pilot, **line, **who)
        elif fund.budget_minor != line["budget_minor"]:
            change_budget(fund=fund, budget_minor=line["budget_minor"], **who)
    for one in plan["arms"]:
        if one["award"]:
            _fit_terms(pilot, one["code"], dict(one["award"]), funds, reason=reason, **who)


def _fit_terms(
    pilot: Pilot, code: str, award: dict, funds: dict[str, Fund], *, reason, by, now
) -> None:
    arm = pilot.arms.get(code=code)
    before = terms_of(arm)
    if before and as_planned(before) == award:
        return
    fund = funds[award.pop("fund")]
    first = date.fromisoformat(award.pop("first_date"))
    said = {"first_date": first, "reason": reason, "is_in_design": True, **award}
    set_terms(arm=arm, fund=fund, **said, by=by, now=now)
