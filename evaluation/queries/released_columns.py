"""What a release may hold: each column declared, with where its values come from and by which rule.

A column of the database that no declaration reads never leaves: the values of a release are read
through this list and through nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from cashpilot.core.privacy import kind_of
from cashpilot.core.refusals import Refused
from evaluation.models import Response
from participants.models import Enrolment

UNKNOWN = "unknown"
MINOR = "under 18"
PSEUDONYM, ARM, QUASI, OUTCOME = "pseudonym", "arm", "quasi-identifier", "outcome"

Read = tuple[Any, ...]
Levels = list[tuple[str, ...]]


class NotDeclaredSafe(Refused):
    """A declared column would carry something that may not leave as it is."""

    code = "not-declared-safe"


@dataclass(frozen=True)
class Rule:
    """How what was read becomes what leaves.

    `private` names the columns, not shareable as they are, that this rule may read: of each it
    leaves too little to find anybody by.
    """

    words: str
    make: Callable[..., Any]
    private: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Column:
    """One released column. `reads` are paths from a row of `root` to columns of the database.

    A quasi-identifier has a `hierarchy`, made from what was read of everybody, and words for each
    of its `levels`, the star last.
    """

    name: str
    role: str
    description: str
    reads: tuple[str, ...]
    rule: Rule
    root: type[Model] = Enrolment
    levels: tuple[str, ...] = ()
    hierarchy: Callable[[Sequence[Read]], Levels] | None = None


@dataclass(frozen=True)
class Tier:
    """What has to hold for everybody in a file of this kind."""

    name: str
    k: int
    k_arm: int
    minimum_people: int


RESEARCHER = Tier("researcher", k=5, k_arm=3, minimum_people=50)


def check_declared(columns: Sequence[Column]) -> None:
    """Refuse a declaration that would let a private column out without a rule that coarsens it."""
    for column in columns:
        for path in column.reads:
            model, name = _source(column.root, path)
            kind = kind_of(model, name)
            if kind != "shareable" and f"{model.__name__}.{name}" not in column.rule.private:
                raise NotDeclaredSafe(
                    f"The column {column.name} would release {model.__name__}.{name}, which is "
                    f"{kind}, as it is. Declare a rule that coarsens it, or leave the column out."
                )


def outcome(instrument: str, wave: int, versions: Sequence[str]) -> Column:
    """The declaration of one score, such as ons_happiness_w1: exact, from answers alone."""
    which = "version" if len(versions) == 1 else "versions"
    return Column(
        name=f"{instrument}_w{wave}",
        role=OUTCOME,
        description=f"Score of {instrument} ({which} {', '.join(versions)}) at wave {wave}",
        reads=("instrument", "version", "item", "value", "wave__number"),
        rule=EXACT_TOTAL,
        root=Response,
    )


def age_band_at(born: date | None, enrolled: date) -> str:
    """The finest age band of a person on the day they were enrolled."""
    from evaluation.disclosure import age_band

    if born is None:
        return UNKNOWN
    is_before_birthday = (enrolled.month, enrolled.day) < (born.month, born.day)
    return age_band(enrolled.year - born.year - is_before_birthday)


def _source(root: type[Model], path: str) -> tuple[type[Model], str]:
    """The model and the column at the end of a path."""
    *steps, name = path.split("__")
    model: Any = root
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model, name


def _as_it_is(value: Any) -> Any:
    return value


def _age_hierarchy(read: Sequence[Read]) -> Levels:
    from evaluation.disclosure import age_bands

    return [*age_bands(), (UNKNOWN, UNKNOWN, UNKNOWN)]


def _quarter(day: date) -> str:
    from evaluation.disclosure import quarter

    return quarter(day)


def _quarter_hierarchy(read: Sequence[Read]) -> Levels:
    from evaluation.disclosure import quarters

    days = [day for (day,) in read]
    return quarters(min(days), max(days))


KEYED = Rule(
    "replaced by a keyed code that only this pilot could work out",
    _as_it_is,
    private=frozenset({"Enrolment.public_id"}),
)
EXACT = Rule("as it is", _as_it_is)
EXACT_TOTAL = Rule("the exact total of the scale", _as_it_is)
AGE_BAND = Rule(
    "completed years on the day of enrolment, in bands",
    age_band_at,
    private=frozenset({"Participant.date_of_birth"}),
)
QUARTER = Rule("the quarter of the year", _quarter)

PERSON_COLUMNS = (
    Column(
        name="pseudonym",
        role=PSEUDONYM,
        description="One code a person, the same at every wave and in every release of this pilot",
        reads=("public_id",),
        rule=KEYED,
    ),
    Column(
        name="arm",
        role=ARM,
        description="The arm of the design that the person was enrolled in",
        reads=("arm__code",),
        rule=EXACT,
    ),
    Column(
        name="age_band",
        role=QUASI,
        description="Age on the day of enrolment",
        reads=("participant__date_of_birth", "enrolled_on"),
        rule=AGE_BAND,
        levels=("5-year bands", "18-24, 25-34, 35-49 and 50+", "under 35, and 35+", "not shown"),
        hierarchy=_age_hierarchy,
    ),
    Column(
        name="enrolment_quarter",
        role=QUASI,
        description="When the person was enrolled",
        reads=("enrolled_on",),
        rule=QUARTER,
        levels=("quarters", "half-years", "not shown"),
        hierarchy=_quarter_hierarchy,
    ),
)
