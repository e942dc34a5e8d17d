"""Who can join: typed questions, a rule over their answers, and one way to decide.

A rule is plain data: comparisons of one answer each, joined by `all`, `any` and `not`. Deciding
asks nothing but the questions, the rule and the answers, so that the same answers under the same
version give the same result for ever.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from participants.rules.shapes import Fault

ELIGIBLE, NOT_ELIGIBLE, UNDECIDED = "eligible", "not_eligible", "undecided"
COMPARISONS = {
    "number": ("is", "is_not", "at_least", "at_most", "more_than", "less_than"),
    "date": ("is", "is_not", "at_least", "at_most", "more_than", "less_than"),
    "yes_no": ("is", "is_not"),
    "choice": ("is", "is_not", "one_of"),
}
WORDS = {
    "number": {
        "is": "is {}",
        "is_not": "is not {}",
        "at_least": "is at least {}",
        "at_most": "is at most {}",
        "more_than": "is more than {}",
        "less_than": "is less than {}",
    },
    "date": {
        "is": "is {}",
        "is_not": "is not {}",
        "at_least": "is on or after {}",
        "at_most": "is on or before {}",
        "more_than": "is after {}",
        "less_than": "is before {}",
    },
    "yes_no": {"is": "is {}", "is_not": "is not {}"},
    "choice": {"is": "is {}", "is_not": "is not {}", "one_of": "is one of: {}"},
}
MEANS = {
    "is": lambda answer, value: answer == value,
    "is_not": lambda answer, value: answer != value,
    "at_least": lambda answer, value: answer >= value,
    "at_most": lambda answer, value: answer <= value,
    "more_than": lambda answer, value: answer > value,
    "less_than": lambda answer, value: answer < value,
    "one_of": lambda answer, value: answer in value,
}


@dataclass(frozen=True)
class Decision:
    """A result, its reasons in words, and the questions that still want an answer."""

    result: str
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def decide(eligibility: Mapping[str, Any], answers: Mapping[str, Any]) -> Decision:
    """What these answers come to.

    Yes as soon as it cannot become anything else; no only when every question that is asked has an
    answer: what nobody has asked yet decides nothing against a person.
    """
    by_code = {one["code"]: one for one in eligibility["questions"]}
    rule = eligibility["rule"]
    holds = _holds(rule, by_code, answers) if rule else True
    if holds:
        return Decision(ELIGIBLE, tuple(_said(rule, by_code, answers, wanted=True)))
    missing = tuple(_missing(rule, by_code, answers))
    if missing:
        return Decision(UNDECIDED, missing=missing)
    return Decision(NOT_ELIGIBLE, tuple(_said(rule, by_code, answers, wanted=False)))


def is_asked(question: Mapping[str, Any], by_code, answers: Mapping[str, Any]) -> bool | None:
    """Whether a question is put to somebody who answered so far; None while nobody can tell."""
    return _holds(question["asked_if"], by_code, answers) if question["asked_if"] else True


def _holds(node, by_code, answers) -> bool | None:
    """Whether a rule holds: yes, no, or not known yet. What is not asked does not hold."""
    if "all" in node:
        parts = [_holds(one, by_code, answers) for one in node["all"]]
        return False if False in parts else None if None in parts else True
    if "any" in node:
        parts = [_holds(one, by_code, answers) for one in node["any"]]
        return True if True in parts else None if None in parts else False
    if "not" in node:
        inner = _holds(node["not"], by_code, answers)
        return None if inner is None else not inner
    question = by_code[node["question"]]
    asked = is_asked(question, by_code, answers)
    if not asked:
        return asked
    answer = answers.get(node["question"])
    if answer is None:
        return None
    comparison, value = comparison_of(node)
    return MEANS[comparison](answer, value)


def comparison_of(node: Mapping[str, Any]) -> tuple[str, Any]:
    """Which comparison a node makes, and with what."""
    return next((name, node[name]) for name in MEANS if name in node)


def codes_in(node: Mapping[str, Any]) -> Iterator[str]:
    """The questions that a rule looks at, in its order."""
    for part in parts_of(node):
        yield from codes_in(part)
    if "question" in node:
        yield node["question"]


def parts_of(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules that a rule is joined from; none for a comparison."""
    return node.get("all") or node.get("any") or ([node["not"]] if "not" in node else [])


def _missing(rule, by_code, answers) -> Iterator[str]:
    seen: set[str] = set()
    wanted = list(codes_in(rule))
    while wanted:
        code = wanted.pop(0)
        if code in seen:
            continue
        seen.add(code)
        question = by_code[code]
        asked = is_asked(question, by_code, answers)
        if asked is None:
            wanted = [*codes_in(question["asked_if"]), *wanted]
        elif asked and answers.get(code) is None:
            yield code


def _said(node, by_code, answers, *, wanted: bool) -> Iterator[str]:
    """Why a rule holds, or does not, in words; a rule's own words come before ours."""
    if not node:
        return
    if not wanted and node.get("why"):
        yield node["why"]
    elif "question" in node or "not" in node:
        yield (
            in_words(node, by_code)
            if wanted
            else f"This pilot asks that {in_words(node, by_code)}."
        )
    else:
        for part in parts_of(node):
            if _holds(part, by_code, answers) is wanted:
                yield from _said(part, by_code, answers, wanted=wanted)


def in_words(node: Mapping[str, Any], by_code: Mapping[str, Any]) -> str:
    """A rule as a sentence: “How old are you?” is at least 18."""
    for name, joint in (("all", " and "), ("any", " or ")):
        if name in node:
            parts = [in_words(one, by_code) for one in node[name]]
            inner = [f"({p})" if joint in p or " and " in p or " or " in p else p for p in parts]
            return joint.join(inner)
    if "not" in node:
        return f"not ({in_words(node['not'], by_code)})"
    question = by_code[node["question"]]
    comparison, value = comparison_of(node)
    said = WORDS[question["kind"]][comparison].format(_value_in_words(question, value))
    return f"“{question['words']}” {said}"


def _value_in_words(question: Mapping[str, Any], value: Any) -> str:
    if question["kind"] == "yes_no":
        return "yes" if value else "no"
    if question["kind"] == "choice":
        words = {one["code"]: one["words"] for one in question["choices"]}
        return ", ".join(words[one] for one in (value if isinstance(value, list) else [value]))
    return str(value)


def read_answers(
    eligibility: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """Answers by the kind of their question, and what is wrong; what is empty is not answered."""
    by_code = {one["code"]: one for one in eligibility["questions"]}
    answers, faults = {}, []
    for code, value in said.items():
        if code not in by_code:
            faults.append(Fault(str(code)[:60], "there is no such question."))
        elif value is not None and value != "":
            try:
                answers[code] = _answer(by_code[code], value)
            except ValueError as error:
                faults.append(Fault(code, str(error)))
    return answers, faults


def _answer(question: Mapping[str, Any], value: Any) -> Any:
    kind = question["kind"]
    if kind == "number":
        return _whole(question, value)
    if kind == "yes_no":
        return _yes_or_no(value)
    if kind == "date":
        return _date(value)
    known = [one["code"] for one in question["choices"]]
    if value not in known:
        raise ValueError(f"choose one of: {', '.join(known)}.")
    return value


def _whole(question: Mapping[str, Any], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("write a whole number.")
    try:
        number = int(value) if len(str(value)) <= 12 else None
    except ValueError:
        number = None
    if number is None:
        raise ValueError("write a whole number.")
    if not question["least"] <= number <= question["most"]:
        raise ValueError(f"write a number from {question['least']:,} to {question['most']:,}.")
    return number


def _yes_or_no(value: Any) -> bool:
    known = {"yes": True, "no": False, True: True, False: False}
    if not isinstance(value, bool | str) or value not in known:
        raise ValueError("answer yes or no.")
    return known[value]


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("write a date that exists, such as 2026-03-31.") from None
