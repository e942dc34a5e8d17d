"""What each column would tell a stranger, how long it is kept, and the one place that says so.

Every model of ours has an inner class `Privacy` with three sets of column names:

* `identifying`: names a person or reaches them; never leaves, masked in logs, erased with them;
* `linkable`: points at a person or a deed through other data; never leaves as it is;
* `shareable`: may leave in a release, through the rules of the release;

and with `kept`, one of the terms below. Of the identifying ones, `in_clear` says why a column is
not sealed in the database, `stays` why it outlives an erasure, and `not_copied` why the table is
left out of a person's copy; `names` are those that name or
reach a person wherever they are quoted. `points` are columns that hold what a column of another
model holds, where no foreign key says so. A column in none of the three
sets, or in two, fails `tests/architecture`; docs/data-register.md is written from all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cashpilot.core.encrypted_fields import Sealed

KINDS = ("identifying", "linkable", "shareable")
MASK = "[masked]"
ERASED = "[erased]"


@dataclass(frozen=True)
class Term:
    """How long something is kept, in words; by a clock of its own where it names one.

    With `since` and `after`, rows are deleted that long after the time in that column, or, where
    `blanks`, only what identifies is taken out of them.
    """

    words: str
    since: str = ""
    after: timedelta | None = None
    blanks: bool = False


TERMS = {
    "with the person": Term(
        "What identifies goes when the person is erased: when they ask, or ERASE_AFTER_DAYS after "
        "the last enrolment ended. The rest stays with the accounts and names nobody."
    ),
    "with the accounts": Term(
        "For good, or as the law of the accounts says: what was sent, when and why. What "
        "identifies somebody goes when they are erased."
    ),
    "with the pilot": Term("For good: the design of the pilot, its words and who worked on it."),
    "with the account": Term("As long as somebody works with cashpilot; closed by hand."),
    "for a day": Term("A day.", since="asked_at", after=timedelta(days=1)),
    "for a month": Term("A month after it expires.", since="expires_at", after=timedelta(days=30)),
    "half a year": Term(
        "What identifies goes half a year after it was sent or heard, or with the person.",
        since="state_changed_at",
        after=timedelta(days=183),
        blanks=True,
    ),
    "until it is decided": Term(
        "Until somebody has decided on the file, a month at most; the file itself is not searched "
        "when a person in it is erased meanwhile."
    ),
    "as machinery": Term("As long as the machinery needs it; it is about nobody."),
}


def kind_of(model: Any, column: str) -> str:
    """How private a column is; a column nobody classified is an error, never a default."""
    for kind in KINDS:
        if column in getattr(model.Privacy, kind):
            return kind
    raise LookupError(f"{model._meta.label}.{column} has no privacy classification")


def term_of(model: Any) -> Term:
    """How long the rows of a model are kept."""
    return TERMS[model.Privacy.kept]


def why_in_clear(model: Any) -> dict[str, str]:
    """The identifying columns that are not sealed, each with why."""
    return getattr(model.Privacy, "in_clear", {})


def why_it_stays(model: Any) -> dict[str, str]:
    """The identifying columns that outlive an erasure, each with why."""
    return getattr(model.Privacy, "stays", {})


def why_not_copied(model: Any) -> str:
    """Why a person's copy of everything leaves this table out; empty where it does not."""
    return getattr(model.Privacy, "not_copied", "")


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
    if getattr(model.Privacy, "kept", None) not in TERMS:
        yield f"{model._meta.label}.Privacy does not say how long it is kept"
    yield from _faults_of_what_identifies(model)


def _faults_of_what_identifies(model: Any) -> Iterator[str]:
    identifying = set(model.Privacy.identifying)
    sealed = {field.name for field in model._meta.fields if isinstance(field, Sealed)}
    for name in sorted(identifying - sealed - set(why_in_clear(model))):
        yield f"{model._meta.label}.{name} identifies people and is not sealed"
    for name in sorted(set(getattr(model.Privacy, "names", ())) - identifying):
        yield f"{model._meta.label}.Privacy calls {name} a name, which does not identify"
    for name in sorted({*why_in_clear(model), *why_it_stays(model)} - identifying):
        yield f"{model._meta.label}.Privacy excuses {name}, which does not identify"


def our_models() -> list[Any]:
    """Every model that says how private it is: ours, of whichever app is installed."""
    from django.apps import apps

    return [model for model in apps.get_models() if hasattr(model, "Privacy")]


def identifying_names() -> set[str]:
    """The names of all identifying columns in the project: what logs must never show."""
    return {name for model in our_models() for name in model.Privacy.identifying}
