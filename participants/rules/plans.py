"""The whole set-up of a pilot as plain data: its shape, what it still lacks, and what differs.

A plan never holds a person or a secret: whom people can call and who works in a pilot stand
elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cashpilot.core.calendars import NATIONS
from cashpilot.core.money import CURRENCIES
from participants.rules import shapes
from participants.rules.questions import NOTHING_ASKED, read_eligibility
from participants.rules.shapes import WRONG, Fault, Faulty

Plan = dict[str, Any]
ARM_KINDS = ("cash", "services", "waiting")
FREQUENCIES = ("once", "weekly", "fortnightly", "four_weekly", "monthly")
FUND_PURPOSES = ("awards", "claims")
TEXT_PURPOSES = ("take-part", "cash", "contact")
TIME_ZONES = (
    "Europe/London",
    "Europe/Dublin",
    "America/St_Johns",
    "America/Halifax",
    "America/Toronto",
    "America/New_York",
    "America/Winnipeg",
    "America/Chicago",
    "America/Regina",
    "America/Edmonton",
    "America/Denver",
    "America/Phoenix",
    "America/Vancouver",
    "America/Los_Angeles",
    "America/Whitehorse",
    "America/Yellowknife",
    "America/Iqaluit",
    "America/Anchorage",
    "Pacific/Honolulu",
)
MOST_ARMS, MOST_PAYMENTS, MOST_RATIO, LONGEST_TEXT = 20, 520, 1_000, 5_000
NO_LOTTERY: dict[str, Any] = {
    "has_waiting_list": False,
    "has_not_in_study": False,
    "strata": [],
    "cluster": "",
}
# What is promised or dated by these already: they are written once, at launch.
FIXED_AT_LAUNCH = ("name", "currency", "nation", "time_zone")


@dataclass(frozen=True)
class Lack:
    """What is missing before a launch: where it is put right, and a sentence."""

    step: str
    path: str
    says: str


@dataclass(frozen=True)
class Difference:
    """What one version says otherwise than another, at one place."""

    path: str
    was: str
    now: str


_AWARD = shapes.record(
    {
        "fund": shapes.text(80),
        "amount_minor": shapes.money(),
        "count": shapes.whole(1, MOST_PAYMENTS),
        "frequency": shapes.one_of(FREQUENCIES, "frequency"),
        "lump_minor": shapes.money(may_be_nothing=True),
        "first_date": shapes.day,
        "when_closed": shapes.one_of(("before", "after"), "choice"),
        "may_choose": shapes.flag,
    },
    {"frequency": "monthly", "lump_minor": 0, "when_closed": "before", "may_choose": False},
)
_ARM = shapes.record(
    {
        "code": shapes.code,
        "name": shapes.text(80),
        "kind": shapes.one_of(ARM_KINDS, "kind of arm"),
        "ratio": shapes.whole(1, MOST_RATIO),
        "award": shapes.perhaps(_AWARD),
    },
    {"ratio": 1, "award": None},
)
_LOTTERY = shapes.record(
    {
        "has_waiting_list": shapes.flag,
        "has_not_in_study": shapes.flag,
        "strata": shapes.each(shapes.code, most=10, of="strata"),
        "cluster": shapes.text(30, may_be_empty=True),
    },
    NO_LOTTERY,
)
_TEXT = shapes.record(
    {
        "purpose": shapes.one_of(TEXT_PURPOSES, "purpose"),
        "language": shapes.text(10),
        "body": shapes.text(LONGEST_TEXT, has_lines=True),
    },
    {"language": "en"},
)
_BUDGET_LINE = shapes.record(
    {
        "name": shapes.text(80),
        "purpose": shapes.one_of(FUND_PURPOSES, "purpose"),
        "budget_minor": shapes.money(),
    },
    {"purpose": "awards"},
)
_PLAN = shapes.record(
    {
        "name": shapes.text(80),
        "currency": shapes.one_of(CURRENCIES, "currency"),
        "nation": shapes.one_of(tuple(NATIONS), "nation whose calendar cashpilot knows"),
        "time_zone": shapes.one_of(TIME_ZONES, "time zone of the nations here"),
        "starts_on": shapes.perhaps(shapes.day),
        "ends_on": shapes.perhaps(shapes.day),
        "arms": shapes.each(_ARM, most=MOST_ARMS, of="arms"),
        "lottery": _LOTTERY,
        "budget": shapes.each(_BUDGET_LINE, most=20, of="budget lines"),
        "sites": shapes.each(
            shapes.record({"code": shapes.code, "name": shapes.text(80)}), most=200, of="sites"
        ),
        "eligibility": read_eligibility,
        "consent_texts": shapes.each(_TEXT, most=100, of="texts"),
    },
    {
        "time_zone": "Europe/London",
        "starts_on": None,
        "ends_on": None,
        "arms": [],
        "lottery": NO_LOTTERY,
        "budget": [],
        "sites": [],
        "eligibility": NOTHING_ASKED,
        "consent_texts": [],
    },
)


def read_plan(data: Any) -> Plan:
    """A plan with its defaults filled in, in one order; `Faulty` with every fault by its path."""
    faults: list[Fault] = []
    plan = _PLAN(data, "", faults)
    if not faults and plan is not WRONG:
        faults += _contradictions(plan)
    if faults:
        raise Faulty(faults)
    return plan


def _contradictions(plan: Plan) -> Iterator[Fault]:
    """What each part allows and the whole does not."""
    starts, ends = plan["starts_on"], plan["ends_on"]
    if starts and ends and ends < starts:
        yield Fault("ends_on", f"{ends} is before the start, {starts}.")
    for name, key in (("arms", "code"), ("budget", "name"), ("sites", "code")):
        yield from shapes.repeated([one[key] for one in plan[name]], name, key)
    texts = [(one["purpose"], one["language"]) for one in plan["consent_texts"]]
    yield from shapes.repeated(texts, "consent_texts", "purpose")
    strata = plan["lottery"]["strata"]
    yield from shapes.repeated(strata, "lottery.strata", "code")
    if [one["purpose"] for one in plan["budget"]].count("claims") > 1:
        yield Fault("budget", "one line for claims is enough.")
    for number, arm in enumerate(plan["arms"]):
        yield from _contradictions_of_arm(arm, f"arms[{number}]", plan)


def _contradictions_of_arm(arm: dict, path: str, plan: Plan) -> Iterator[Fault]:
    if not arm["award"]:
        return
    if arm["kind"] != "cash":
        yield Fault(f"{path}.award", "only an arm of kind cash is promised payments.")
    funds = {one["name"]: one["purpose"] for one in plan["budget"]}
    fund = arm["award"]["fund"]
    if fund not in funds:
        yield Fault(f"{path}.award.fund", f"there is no budget line {fund!r}.")
    elif funds[fund] != "awards":
        yield Fault(f"{path}.award.fund", f"{fund!r} is set aside for claims, not for awards.")
    if arm["award"]["frequency"] == "once" and arm["award"]["count"] != 1:
        yield Fault(f"{path}.award.count", "what is paid once is one payment: write 1.")
    if plan["ends_on"] and arm["award"]["first_date"] > plan["ends_on"]:
        yield Fault(f"{path}.award.first_date", f"this is after the end, {plan['ends_on']}.")


def lacks(plan: Plan) -> Iterator[Lack]:
    """What is missing before this can be launched, in words, in the order of the steps."""
    kinds = [one["kind"] for one in plan["arms"]]
    if len(kinds) < 2:
        yield Lack("arms", "arms", "Name at least two arms: people are compared with each other.")
    if "cash" not in kinds:
        yield Lack("arms", "arms", "Name at least one arm of kind cash, in which people are paid.")
    for number, arm in enumerate(plan["arms"]):
        if arm["kind"] == "cash" and not arm["award"]:
            says = f"Say what people in “{arm['name']}” are promised."
            yield Lack("arms", f"arms[{number}].award", says)
    if not any(one["purpose"] == "awards" for one in plan["budget"]):
        yield Lack("budget", "budget", "Add a budget line for awards.")
    eligibility = plan["eligibility"]
    if eligibility["rule"] and not eligibility["what_else"]:
        says = "Say what else there is for people whom this pilot is not for."
        yield Lack("eligibility", "eligibility.what_else", says)
    if ("take-part", "en") not in {(t["purpose"], t["language"]) for t in plan["consent_texts"]}:
        says = "Write what people agree to when they take part, in English at least."
        yield Lack("texts", "consent_texts", says)


def canonical(plan: Mapping[str, Any]) -> str:
    """The same plan as the same text, to the byte."""
    return json.dumps(plan, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """The SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_fixed(old: Plan, new: Plan) -> list[Fault]:
    """What no amendment can change, because promises and people hang on it."""
    faults = [
        Fault(name, f"this is fixed since the launch: {old[name]}.")
        for name in FIXED_AT_LAUNCH
        if new[name] != old[name]
    ]
    arms = {one["code"]: one for one in new["arms"]}
    for one in old["arms"]:
        kept = arms.get(one["code"])
        if kept is None:
            faults.append(Fault("arms", f"the arm {one['code']!r} cannot be taken away."))
        elif kept["kind"] != one["kind"]:
            faults.append(Fault("arms", f"the arm {one['code']!r} stays of kind {one['kind']}."))
    funds = {one["name"]: one["purpose"] for one in new["budget"]}
    for one in old["budget"]:
        if funds.get(one["name"]) != one["purpose"]:
            faults.append(Fault("budget", f"the line {one['name']!r} stays, for its purpose."))
    if new["consent_texts"] != old["consent_texts"]:
        says = "publish a new version of what people agree to on its own page."
        faults.append(Fault("consent_texts", says))
    return faults


def differences(old: Plan, new: Plan) -> list[Difference]:
    """What the new one says otherwise, place by place; arms and the like are matched by code."""
    was, now = dict(_leaves(old, "")), dict(_leaves(new, ""))
    paths = [*was, *(path for path in now if path not in was)]
    return [
        Difference(path, was.get(path, ""), now.get(path, ""))
        for path in paths
        if was.get(path) != now.get(path)
    ]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{_name_of(inner, number)}]")
    elif value not in (None, ""):
        yield path, json.dumps(value, ensure_ascii=False) if isinstance(value, bool) else str(value)


def _name_of(inner: Any, number: int) -> str:
    if isinstance(inner, dict):
        if "purpose" in inner and "language" in inner:
            return f"{inner['purpose']} {inner['language']}"
        return str(inner.get("code") or inner.get("name") or number)
    return str(number)
