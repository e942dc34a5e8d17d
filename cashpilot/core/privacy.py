"""What each column would tell a stranger, and the one place that says so.

Every model of ours has an inner class `Privacy` with three sets of column names:

* `identifying`: names a person or reaches them; never leaves, masked in logs, blanked by erasure;
* `linkable`: points at a person or a deed through other data; never leaves as it is;
* `shareable`: may leave in a release, through the rules of the release.

A column in none of them, or in two, fails `tests/architecture`.
"""

from collections.abc import Iterator
from typing import Any

KINDS = ("identifying", "linkable", "shareable")
MASK = "[masked]"


def kind_of(model: Any, column: str) -> str:
    """How private a column is; a column nobody classified is an error, never a default."""
    for kind in KINDS:
        if column in getattr(model.Privacy, kind):
            return kind
    raise LookupError(f"{model._meta.label}.{column} has no privacy classification")


def faults_of(model: Any) -> Iterator[str]:
    """What is wrong with a model's classification, in words for the developer who added a
    column."""
    columns = {field.name for field in model._meta.fields}
    said = [name for kind in KINDS for name in getattr(model.Privacy, kind, ())]
    for name in sorted(columns - set(said)):
        yield f"{model._meta.label}.{name} is not classified in its Privacy class"
    for name in sorted(set(said) - columns):
        yield f"{model._meta.label}.Privacy names {name}, which is no column"
    for name in sorted({name for name in said if said.count(name) > 1}):
        yield f"{model._meta.label}.{name} is classified twice"


def identifying_names() -> set[str]:
    """The names of all identifying columns in the project: what logs must never show."""
    from django.apps import apps

    return {
        name
        for model in apps.get_models()
        if hasattr(model, "Privacy")
        for name in model.Privacy.identifying
    }
