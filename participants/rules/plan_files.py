"""One file that holds the whole set-up of a pilot, as YAML or JSON: bytes in, plain data out."""

import json
from typing import Any

import yaml

from participants.rules.plans import Plan
from participants.rules.shapes import Fault, Faulty

MOST_BYTES = 1_000_000
DEEPEST = 40
MOST_PARTS = 50_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _OneValueAKey(_Loader):
    """Reads what is safe, leaves dates as they are written, and refuses a name that stands twice in
    one mapping."""

    yaml_implicit_resolvers = {
        first: [one for one in many if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, many in _Loader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                says = f"the name {str(key.value)[:60]!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, says, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_file(raw: bytes) -> Any:
    """The data in a YAML or JSON file; `Faulty` in words where it cannot be read safely."""
    if len(raw) > MOST_BYTES:
        raise _faulty("The file is larger than 1 MB. A pilot's set-up never is.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _faulty("The file is not UTF-8 text.") from None
    if not text.strip():
        raise _faulty("The file is empty.")
    return _json(text) if text.lstrip().startswith("{") else _yaml(text)


def as_yaml(plan: Plan) -> str:
    """The same plan as the same YAML, to the byte."""
    return yaml.safe_dump(plan, sort_keys=False, allow_unicode=True, width=100)


def as_json(plan: Plan) -> str:
    """The same plan as the same JSON, to the byte."""
    return json.dumps(plan, ensure_ascii=False, indent=2) + "\n"


def _yaml(text: str) -> Any:
    try:
        _refuse_tricks(text)
        return yaml.load(text, Loader=_OneValueAKey)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"Line {mark.line + 1}: " if mark else ""
        said = getattr(error, "problem", None) or "this is no YAML"
        raise _faulty(f"{where}{said}.") from None
    except (RecursionError, ValueError) as error:
        raise _faulty(f"The file cannot be read: {error}.") from None


def _refuse_tricks(text: str) -> None:
    """No references (a few lines could stand for billions), no tags, nothing deep or endless."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _faulty(f"Line {line}: references (& and *) are not read. Write it out.")
        if getattr(event, "tag", None):
            raise _faulty(f"Line {line}: tags (!) are not read. Write plain values.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if number > MOST_PARTS:
            raise _faulty(f"Line {line}: no pilot has so many parts.")
        if depth > DEEPEST:
            raise _faulty(f"Line {line}: this is nested too deeply.")


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _faulty(f"Line {error.lineno}: {error.msg}.") from None
    except (RecursionError, ValueError) as error:
        raise _faulty(f"The file cannot be read: {error}.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in pairs:
        if name in said:
            raise ValueError(f"the name {name[:60]!r} stands twice")
        said[name] = value
    return said


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _faulty(says: str) -> Faulty:
    return Faulty([Fault("", says)], field="file")
