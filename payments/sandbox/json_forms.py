"""Requests of the second API: bodies in JSON, times in RFC 3339, and pages by an opaque mark."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from . import errors, forms, lists

PAGING = frozenset({"limit", "page"})
LARGEST = 10**15
USUAL_PAGE = 20


def decoded(text):
    """A JSON object; anything else, and text that no answer could repeat, is refused."""
    try:
        params = json.loads(text or "{}")
        json.dumps(params, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise errors.invalid("The body could not be read as JSON.") from None
    if not isinstance(params, dict):
        raise errors.invalid("The body must be a JSON object.")
    return params


def branch(params, name):
    """The object under `name`; an empty one if it is not given."""
    value = params.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise errors.invalid(f"Invalid object: {name}", param=name)
    return value


def words(params, name, known):
    """The list of words under `name`, each of them known."""
    given = params.get(name) or []
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        raise errors.invalid(f"Invalid array: {name}", param=name)
    for word in given:
        if word not in known:
            raise errors.invalid(f"Invalid {name}: {word}", param=name)
    return given


def money(params, name="amount"):
    """(minor units, currency) of a required `{"value", "currency"}`."""
    forms.required(params, name)
    given = branch(params, name)
    value = given.get("value")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < LARGEST:
        raise errors.invalid(f"{name}.value must be a positive whole number", param=name)
    return value, forms.currency(given)


def written(moment):
    """Seconds since 1970 as the second API writes them; None stays None."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def created(params):
    """The conditions of a `created` filter."""
    given = branch(params, "created")
    forms.only(given, lists.COMPARISONS)
    return [(f"created {lists.COMPARISONS[word]} ?", _moment(given, word)) for word in given]


def page(world, kind, call, filters, show):
    """One page, newest first. `next_page_url` carries the same filters and the mark of the last."""
    conditions, values = ["kind = ?"], [kind]
    for condition, *given in [*filters, *_after(call.params)]:
        conditions.append(condition)
        values.extend(given)
    limit = _limit(call.params)
    rows = world.store.run(
        f"SELECT created, seq, body FROM objects WHERE {' AND '.join(conditions)}"
        " ORDER BY created DESC, seq DESC LIMIT ?",
        *values,
        limit + 1,
    )
    shown = [show(json.loads(body)) for _, _, body in rows[:limit]]
    more = None
    if len(rows) > limit:
        made, seq, _ = rows[limit - 1]
        more = f"{call.path}?{urlencode(_flat({**call.params, 'page': f'{made}-{seq}'}))}"
    return {"data": shown, "next_page_url": more}


def _after(params):
    mark = forms.text(params, "page")
    if not mark:
        return []
    made, _, seq = mark.partition("-")
    if not (made.isdecimal() and seq.isdecimal() and len(mark) < 40):
        raise errors.invalid("This page is not one that a list named.", param="page")
    return [("(created, seq) < (?, ?)", min(int(made), LARGEST), min(int(seq), LARGEST))]


def _limit(params):
    limit = forms.integer(params, "limit", USUAL_PAGE)
    if not 1 <= limit <= 100:
        raise errors.invalid("limit must be between 1 and 100", param="limit")
    return limit


def _moment(given, word):
    try:
        return datetime.fromisoformat(forms.required_text(given, word)).timestamp()
    except (ValueError, OverflowError):
        raise errors.invalid(f"Not a date and time: created.{word}", param="created") from None


def _flat(params, prefix=""):
    """`{"a": {"b": 1}, "c": [2]}` as the pairs of a query."""
    pairs = []
    for name, value in params.items():
        label = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(value, list):
            value = dict(enumerate(value))
        pairs += _flat(value, label) if isinstance(value, dict) else [(label, value)]
    return pairs
