"""A draw in words and tables."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Draw
from participants.queries.draws import balance_of, counts_of, outcome_names, totals_of

METHODS = [
    ("counted", gettext_lazy("Counted: in each group as many of each arm as the ratios say")),
    ("blocks", gettext_lazy("Blocks: the ratios hold all the way down the drawn order")),
    ("simple", gettext_lazy("Simple: each by themselves, and the numbers fall as they may")),
    ("minimised", gettext_lazy("Minimisation: each goes, mostly, where it evens the arms out")),
]


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
    names = outcome_names(draw)
    groups = [one.name for one in draw.plan.strata]
    return {
        "columns": [
            *(groups or [_("Group")]),
            *({"name": n, "is_number": True} for n in names.values()),
        ],
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
        "columns": [_("Of"), _("In"), *({"name": one, "is_number": True} for one in numbers)],
        "rows": [
            [
                one.trait,
                one.value,
                *(f"{share:.0%}" for share in one.shares.values()),
                *(_apart(one.standardised[arm]) for arm in compared),
            ]
            for one in rows
        ],
    }


def _arm_names(draw: Draw) -> dict[str, str]:
    return {arm: name for (_kind, arm), name in outcome_names(draw).items() if arm}


def _apart(figure: float | None) -> str:
    return _("none varies") if figure is None else f"{figure:+.2f}"
