"""Pages of objects, newest first, with the API's cursors and `created` filters."""

import json

from . import errors, forms

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PAGING = frozenset({"limit", "starting_after", "ending_before", "created"})


def page(store, kind, params, url, filters=(), show=None):
    """One page. `filters` are (SQL condition, value…) tuples; `show` turns a row into its public
    form."""
    conditions, values = ["kind = ?"], [kind]
    for condition, *given in [*filters, *_created(params), *_cursor(store, kind, params)]:
        conditions.append(condition)
        values.extend(given)
    limit = _limit(params)
    backwards = bool(params.get("ending_before"))
    direction = "ASC" if backwards else "DESC"
    rows = store.run(
        f"SELECT body FROM objects WHERE {' AND '.join(conditions)}"
        f" ORDER BY created {direction}, seq {direction} LIMIT ?",
        *values,
        limit + 1,
    )
    found = [(show or public)(json.loads(body)) for (body,) in rows[:limit]]
    return listed(found[::-1] if backwards else found, url, has_more=len(rows) > limit)


def listed(objects, url, has_more=False):
    return {"object": "list", "url": url, "has_more": has_more, "data": objects}


def public(body):
    """The object without what only the sandbox may know."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


def compared(params, name):
    """The conditions for `name` given as one value or as gt, gte, lt, lte."""
    given = params.get(name)
    if given is None:
        return []
    if isinstance(given, dict):
        forms.only(given, COMPARISONS)
        return [(f"{name} {COMPARISONS[word]} ?", forms.integer(given, word)) for word in given]
    return [(f"{name} = ?", forms.integer(params, name))]


def _created(params):
    return compared(params, "created")


def _cursor(store, kind, params):
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if id := forms.text(params, name):
            row = store.row("SELECT created, seq FROM objects WHERE id = ? AND kind = ?", id, kind)
            if row is None:
                raise errors.no_such(kind, id, param=name, status=400)
            return [(f"(created, seq) {sign} (?, ?)", *row)]
    return []


def _limit(params):
    limit = forms.integer(params, "limit", 10)
    if not 1 <= limit <= 100:
        raise errors.invalid("limit must be between 1 and 100", param="limit")
    return limit
