"""A draw in words and tables."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Draw
from participants.queries.draws import (
    AGE,
    LANGUAGE,
    balance_of,
    counts_of,
    outcome_names,
    totals_of,
)
from participants.rules.balance import Difference

METHODS = [
    ("counted", gettext_lazy("Counted: in each group as many of each arm as the ratios say")),
    ("blocks", gettext_lazy("Blocks: the ratios hold all the way down the drawn order")),
    ("simple", gettext_lazy("Simple: each by themselves, and the numbers fall as they may")),
    ("minimised", gettext_lazy("Minimisation: each goes, mostly, where it evens the arms out")),
]
SAID = {
    AGE: gettext_lazy("age when drawn"),
    LANGUAGE: gettext_lazy("language"),
    "under 25": gettext_lazy("under 25"),
    "25 to 34": gettext_lazy("25 to 34"),
    "35 to 49": gettext_lazy("35 to 49"),
    "50 to 64": gettext_lazy("50 to 64"),
    "65 and over": gettext_lazy("65 and over"),
    "not known": gettext_lazy("not known"),
}
LANGUAGES = dict(settings.PARTICIPANT_LANGUAGES)


def design_rows(draw: Draw) -> list[dict]:
    """The design, as rows of what and how."""
    plan, names = draw.plan, _arm_names(draw)
    shares = ", ".join(f"{names[one.arm]} {one.ratio}" for one in plan.arms)
    strata = "; ".join(f"{one.name}: {', '.join(one.values)}" for one in plan.strata)
    method = str(dict(METHODS)[plan.method])
    if plan.blocks:
        method += " " + _("(the ratios fit in a block %(times)s times)") % {
            "times": _(" or ").join(map(str, plan.blocks))
        }
    if plan.coin:
        method += " " + _("(%(coin)s times in a hundred)") % {"coin": plan.coin}
    rows = {
        _("How people are drawn"): method,
        _("Parts for each arm"): shares,
        _("Arms are kept alike in"): strata or _("nothing in particular"),
        _("Drawn together"): plan.cluster or _("each person alone"),
        _("Places in the arms"): plan.places or _("for everybody on the list"),
    }
    if plan.places:
        rows[_("Places on the waiting list")] = plan.waiting
    return [{"key": key, "value": value} for key, value in rows.items()]


def totals(draw: Draw) -> list[dict]:
    """How many people have each outcome."""
    found = totals_of(draw)
    return [{"name": name, "value": found[key]} for key, name in outcome_names(draw).items()]


def counts_table(draw: Draw) -> dict:
    """People by group and outcome."""
    groups = [one.name for one in draw.plan.strata] or [_("Group")]
    numbers = [{"name": name, "is_number": True} for name in outcome_names(draw).values()]
    return {
        "columns": [*groups, *numbers],
        "rows": [
            [*(group or (_("everybody"),)), *counts.values()] for group, counts in counts_of(draw)
        ],
    }


def balance_table(draw: Draw) -> dict:
    """Shares by arm, and how far each arm is from the reference in standard deviations."""
    names, rows = _arm_names(draw), balance_of(draw)
    compared = list(rows[0].standardised) if rows else []
    reference = next((names[arm] for arm in draw.plan.ratios if arm not in compared), "")
    numbers = [names[arm] for arm in draw.plan.ratios]
    numbers += [
        _("%(arm)s against %(other)s") % {"arm": names[arm], "other": reference} for arm in compared
    ]
    return {
        "columns": [_("Trait"), _("Value"), *({"name": one, "is_number": True} for one in numbers)],
        "rows": [
            [
                SAID.get(one.trait, one.trait),
                _value_of(one),
                *(f"{share:.0%}" for share in one.shares.values()),
                *(_apart(one.standardised[arm]) for arm in compared),
            ]
            for one in rows
        ],
    }


def _arm_names(draw: Draw) -> dict[str, str]:
    return {arm: name for (_kind, arm), name in outcome_names(draw).items() if arm}


def _value_of(one: Difference) -> str:
    said = {AGE: SAID, LANGUAGE: LANGUAGES}.get(one.trait, {})
    return str(said.get(one.value, one.value))


def _apart(figure: float | None) -> str:
    return _("none varies") if figure is None else f"{figure:+.2f}"
