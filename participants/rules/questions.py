"""The shape of eligibility questions and of the rule over their answers, with every fault named."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from participants.rules import shapes
from participants.rules.eligibility import COMPARISONS, MEANS, codes_in, comparison_of, parts_of
from participants.rules.shapes import WRONG, Fault

KINDS = tuple(COMPARISONS)
MOST_QUESTIONS, MOST_CHOICES, DEEPEST, MOST_PARTS = 50, 50, 8, 200
FURTHEST = 10**9
NOTHING_ASKED: dict[str, Any] = {"questions": [], "rule": None, "what_else": ""}


def read_eligibility(value: Any, path: str, faults: list[Fault]) -> Any:
    """Questions, rule, and what is said to people whom this pilot is not for."""
    before = len(faults)
    said = _SHAPE(value, path, faults)
    if said is WRONG or len(faults) > before:
        return said
    faults += shapes.repeated([q["code"] for q in said["questions"]], f"{path}.questions", "code")
    by_code = {one["code"]: one for one in said["questions"]}
    for number, question in enumerate(said["questions"]):
        faults += _faults_of_question(question, f"{path}.questions[{number}]", by_code)
    if said["rule"]:
        faults += _faults_of_rule(said["rule"], f"{path}.rule", by_code)
    faults += _circles(by_code, f"{path}.questions")
    return said


def _rule(value: Any, path: str, faults: list[Fault], depth: int = 1) -> Any:
    if not isinstance(value, dict):
        return _no(path, "a rule is all, any, not, or a question with a comparison.", faults)
    if depth > DEEPEST:
        return _no(path, f"rules are at most {DEEPEST} deep.", faults)
    heads = [name for name in ("all", "any", "not", "question") if name in value]
    if len(heads) != 1:
        return _no(path, "a rule needs exactly one of: all, any, not, question.", faults)
    inner = partial(_rule, depth=depth + 1)
    if heads[0] == "question":
        return _comparison(value, path, faults)
    reader = inner if heads[0] == "not" else _some(inner)
    shape = {heads[0]: reader, "why": shapes.text(300, may_be_empty=True)}
    return shapes.record(shape, {"why": ""})(value, path, faults)


def _some(inner: shapes.Reader) -> shapes.Reader:
    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if value == []:
            return _no(path, "this is empty. Name at least one rule.", faults)
        return shapes.each(inner, most=50, of="rules")(value, path, faults)

    return read


def _comparison(value: dict, path: str, faults: list[Fault]) -> Any:
    made = [name for name in MEANS if name in value]
    if len(made) != 1:
        known = ", ".join(MEANS)
        return _no(path, f"compare the answer once, with one of: {known}.", faults)
    shape = {
        "question": shapes.code,
        made[0]: _anything,
        "why": shapes.text(300, may_be_empty=True),
    }
    return shapes.record(shape, {"why": ""})(value, path, faults)


def _anything(value: Any, path: str, faults: list[Fault]) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


_SHAPE = shapes.record(
    {
        "questions": shapes.each(
            shapes.record(
                {
                    "code": shapes.code,
                    "words": shapes.text(300),
                    "kind": shapes.one_of(KINDS, "kind of answer"),
                    "choices": shapes.each(
                        shapes.record({"code": shapes.code, "words": shapes.text(120)}),
                        most=MOST_CHOICES,
                        of="choices",
                    ),
                    "least": shapes.whole(-FURTHEST, FURTHEST),
                    "most": shapes.whole(-FURTHEST, FURTHEST),
                    "asked_if": shapes.perhaps(_rule),
                },
                {"choices": [], "least": 0, "most": 1_000_000, "asked_if": None},
            ),
            most=MOST_QUESTIONS,
            of="questions",
        ),
        "rule": shapes.perhaps(_rule),
        "what_else": shapes.text(1000, may_be_empty=True, has_lines=True),
    },
    NOTHING_ASKED,
)


def _faults_of_question(question: dict, path: str, by_code: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if question["kind"] == "choice" and not question["choices"]:
        faults.append(Fault(f"{path}.choices", "name at least one choice."))
    if question["kind"] != "choice" and question["choices"]:
        faults.append(Fault(f"{path}.choices", "only a question of kind choice has choices."))
    faults += shapes.repeated([c["code"] for c in question["choices"]], f"{path}.choices", "code")
    if question["least"] > question["most"]:
        faults.append(Fault(f"{path}.least", "this is more than most."))
    if question["asked_if"]:
        faults += _faults_of_rule(question["asked_if"], f"{path}.asked_if", by_code)
    return faults


def _faults_of_rule(rule: dict, path: str, by_code: Mapping[str, Any]) -> list[Fault]:
    if _parts(rule) > MOST_PARTS:
        return [Fault(path, f"at most {MOST_PARTS} parts are possible.")]
    return _faults_of_part(rule, path, by_code)


def _parts(rule: Mapping[str, Any]) -> int:
    return 1 + sum([_parts(one) for one in parts_of(rule)])


def _faults_of_part(node: dict, path: str, by_code: Mapping[str, Any]) -> list[Fault]:
    if "not" in node:
        return _faults_of_part(node["not"], f"{path}.not", by_code)
    for name in ("all", "any"):
        if name in node:
            return [
                fault
                for number, one in enumerate(node[name])
                for fault in _faults_of_part(one, f"{path}.{name}[{number}]", by_code)
            ]
    question = by_code.get(node["question"])
    if question is None:
        known = ", ".join(by_code) or "none yet"
        says = f"there is no question {node['question']!r}. Known: {known}."
        return [Fault(f"{path}.question", says)]
    return _faults_of_comparison(node, question, path)


def _faults_of_comparison(node: dict, question: dict, path: str) -> list[Fault]:
    comparison, value = comparison_of(node)
    kind = question["kind"]
    if comparison not in COMPARISONS[kind]:
        known = ", ".join(COMPARISONS[kind])
        return [Fault(f"{path}.{comparison}", f"a {kind} is compared with one of: {known}.")]
    faults: list[Fault] = []
    _value_reader(question, comparison)(value, f"{path}.{comparison}", faults)
    return faults


def _value_reader(question: dict, comparison: str) -> shapes.Reader:
    kind = question["kind"]
    if kind == "number":
        return shapes.whole(-FURTHEST, FURTHEST)
    if kind == "yes_no":
        return shapes.flag
    if kind == "date":
        return shapes.day
    choice = shapes.one_of([one["code"] for one in question["choices"]], "choice")
    return (
        shapes.each(choice, most=MOST_CHOICES, of="choices") if comparison == "one_of" else choice
    )


def _circles(by_code: Mapping[str, Any], path: str) -> list[Fault]:
    """A fault for each question that is asked only if its own answer is known already."""
    leads_to = {
        code: set(codes_in(one["asked_if"])) if one["asked_if"] else set()
        for code, one in by_code.items()
    }
    faults = []
    for number, code in enumerate(by_code):
        reached: set[str] = set()
        wanted = list(leads_to[code])
        while wanted:
            other = wanted.pop()
            if other not in reached:
                reached.add(other)
                wanted += leads_to.get(other, ())
        if code in reached:
            says = "whether this is asked depends on its own answer, in a circle."
            faults.append(Fault(f"{path}[{number}].asked_if", says))
    return faults


def _no(path: str, says: str, faults: list[Fault]) -> Any:
    faults.append(Fault(path, says))
    return WRONG
