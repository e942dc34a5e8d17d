"""A plan in words: each step's answers, and what one version says otherwise than another."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cashpilot.core.money import in_words
from participants.models import Arm, Pilot
from participants.rules.eligibility import in_words as rule_in_words
from participants.rules.plans import Difference, Plan
from payments.models import Frequency

PARTS = {
    "starts_on": gettext_lazy("It starts on"),
    "ends_on": gettext_lazy("It ends on"),
    "arms": gettext_lazy("Arm"),
    "name": gettext_lazy("name"),
    "code": gettext_lazy("short name"),
    "kind": gettext_lazy("what it gives"),
    "ratio": gettext_lazy("share of people"),
    "award": gettext_lazy("promise"),
    "amount_minor": gettext_lazy("amount of each payment"),
    "count": gettext_lazy("number of payments"),
    "frequency": gettext_lazy("how often"),
    "lump_minor": gettext_lazy("lump sum"),
    "first_date": gettext_lazy("first payment"),
    "when_closed": gettext_lazy("when banks are closed"),
    "may_choose": gettext_lazy("people may choose the rhythm"),
    "fund": gettext_lazy("paid from"),
    "budget": gettext_lazy("Budget"),
    "budget_minor": gettext_lazy("amount"),
    "purpose": gettext_lazy("purpose"),
    "lottery": gettext_lazy("Lottery"),
    "has_waiting_list": gettext_lazy("waiting list"),
    "has_not_in_study": gettext_lazy("not in the study"),
    "strata": gettext_lazy("strata"),
    "cluster": gettext_lazy("cluster"),
    "sites": gettext_lazy("Site"),
    "eligibility": gettext_lazy("Who can join"),
    "questions": gettext_lazy("question"),
    "words": gettext_lazy("words"),
    "rule": gettext_lazy("rule"),
    "what_else": gettext_lazy("what else there is"),
}
_PART = re.compile(r"([a-z_]+)(?:\[([^\]]*)\])?")


def place(path: str) -> str:
    """arms[cash].award.count → Arm “cash”, promise, number of payments."""
    said = []
    for name, which in _PART.findall(path):
        words = str(PARTS.get(name, name.replace("_", " ")))
        said.append(f"{words} “{which}”" if which else words)
    return ", ".join(said)


def value(path: str, said: str, currency: str) -> str:
    """A value of a plan as people read it: money as money, yes and no."""
    if not said:
        return _("nothing")
    if path.endswith("_minor"):
        return in_words(int(said), currency)
    return {"true": _("yes"), "false": _("no")}.get(said, said)


def changed(found: list[Difference], currency: str) -> list[list[str]]:
    """Rows of a table: where, what it was, what it is now."""
    return [
        [
            place(one.path),
            value(one.path, one.was, currency),
            value(one.path, one.now, currency),
        ]
        for one in found
    ]


def award(arm: dict[str, Any], currency: str) -> str:
    """What an arm promises, in one line; nothing for an arm that pays nobody."""
    promise = arm["award"]
    if not promise:
        return ""
    said = {
        "n": promise["count"],
        "amount": in_words(promise["amount_minor"], currency),
        "often": Frequency(promise["frequency"]).label.lower(),
        "day": promise["first_date"],
    }
    return _("%(n)d × %(amount)s, %(often)s, from %(day)s") % said


def answers(pilot: Pilot, plan: Plan) -> Iterator[tuple[str, str, list[str]]]:
    """What was said in each step: its name in addresses, its title, and lines of answers."""
    dates = [one for one in (plan["starts_on"], plan["ends_on"]) if one]
    basics = [plan["name"], plan["currency"].upper(), pilot.get_nation_display(), " – ".join(dates)]
    yield "basics", _("Name, money and calendar"), basics
    yield "budget", _("Budget"), [_budget(one, plan) for one in plan["budget"]]
    yield "arms", _("Arms"), [_arm(one, plan) for one in plan["arms"]]
    yield "lottery", _("Lottery"), _lottery(plan["lottery"])
    yield "eligibility", _("Who can join"), who_can_join(plan["eligibility"])
    yield "texts", _("What people agree to"), [one["body"] for one in plan["consent_texts"]]
    yield "sites", _("Sites"), [one["name"] for one in plan["sites"]]


def who_can_join(eligibility: dict[str, Any]) -> list[str]:
    """Who can join, as sentences."""
    if not eligibility["rule"]:
        return [_("Everybody can join.")]
    by_code = {one["code"]: one for one in eligibility["questions"]}
    rule = eligibility["rule"]
    parts = rule.get("all", [rule])
    return [rule_in_words(one, by_code) for one in parts]


def _budget(line: dict[str, Any], plan: Plan) -> str:
    return f"{line['name']}: {in_words(line['budget_minor'], plan['currency'])}"


def _arm(arm: dict[str, Any], plan: Plan) -> str:
    kind, share = Arm.Kind(arm["kind"]).label, _("share %(n)d") % {"n": arm["ratio"]}
    promise = award(arm, plan["currency"])
    return f"{arm['name']}: {kind}, {share}" + (f", {promise}" if promise else "")


def _lottery(lottery: dict[str, Any]) -> list[str]:
    lines = [_("Into an arm")]
    if lottery["has_waiting_list"]:
        lines.append(_("or onto a waiting list"))
    if lottery["has_not_in_study"]:
        lines.append(_("or not into the study"))
    if lottery["strata"]:
        lines.append(_("in balance: %(what)s") % {"what": ", ".join(lottery["strata"])})
    if lottery["cluster"]:
        lines.append(_("drawn together: %(what)s") % {"what": lottery["cluster"]})
    return lines
