"""What people answered, as rows and as frames; only of those who let us."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from cashpilot.core.refusals import Invalid, NotFound
from evaluation.models import ResearchConsent, Response, Wave
from evaluation.queries.consent import enrolments_with
from evaluation.queries.instruments import registry
from participants.models import Pilot

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Scores = dict[tuple[int, int, str], float]


def waves_of(pilot: Pilot) -> QuerySet[Wave]:
    """The rounds of questions of a pilot, in order."""
    return Wave.objects.filter(pilot=pilot).order_by("number")


def wave_called(pilot: Pilot, number: int, *, field: str = "wave") -> Wave:
    """One wave by its number, or a refusal that lists those there are."""
    wave = waves_of(pilot).filter(number=number).first()
    if wave is None:
        there = ", ".join(str(one) for one in waves_of(pilot).values_list("number", flat=True))
        raise Invalid(
            f"This pilot has no wave {number}. It has: {there or 'none yet'}.", field=field
        )
    return wave


def instruments_answered(pilot: Pilot) -> list[str]:
    """The ids of the instruments that anybody in the pilot answered, in order of name."""
    answered = Response.objects.filter(wave__pilot=pilot)
    return list(answered.order_by("instrument").values_list("instrument", flat=True).distinct())


def waves_answered(pilot: Pilot, instrument: str) -> list[int]:
    """The numbers of the waves at which anybody answered this instrument, in order."""
    answered = Response.objects.filter(wave__pilot=pilot, instrument=instrument)
    return list(answered.order_by("wave__number").values_list("wave__number", flat=True).distinct())


def people_with_answers(
    pilot: Pilot, *purposes: str, columns: Iterable[str], instrument: str = ""
) -> list[Row]:
    """One row a person who consents to these uses, with these columns and `answers`.

    One statement, hence one snapshot: nobody can come, go or answer half-way through it.
    """
    asked = Response.objects.filter(enrolment=OuterRef("pk"))
    if instrument:
        asked = asked.filter(instrument=instrument)
    answers = ArraySubquery(
        asked.order_by("wave__number", "instrument", "item").values(
            answer=JSONObject(
                wave="wave__number",
                instrument="instrument",
                version="version",
                item="item",
                value="value",
            )
        )
    )
    people = enrolments_with(pilot, *purposes).annotate(answers=answers)
    return list(people.order_by("enrolled_on", "pk").values("pk", *columns, "answers"))


def scores_of(people: list[Row]) -> Scores:
    """Scores by (person, wave, instrument), the person being the row's `pk`; NaN for none.

    Each answer is scored by the version of the instrument that it was given to.
    """
    import pandas as pd

    from evaluation.instruments import score

    columns = ["participant", "wave", "instrument", "version", "item", "value"]
    rows = [{"participant": one["pk"], **answer} for one in people for answer in one["answers"]]
    scored = score(pd.DataFrame(rows, columns=columns), registry())
    by = scored.groupby(["participant", "wave", "instrument"])["score"].first()
    return by.astype("float64").to_dict()


def frame_of(
    pilot: Pilot, instrument: str, *, wave: int, baseline_wave: int | None = None
) -> "pd.DataFrame":
    """One row an enrolment as assigned whose consent to research is in force, ended ones too.

    Columns: `person` (a number of ours, nobody's name), `arm` (its code), `baseline` and
    `outcome` (float64 scores, NaN where there is none; `baseline` throughout without a wave).
    """
    import pandas as pd

    people = people_with_answers(
        pilot, ResearchConsent.Purpose.RESEARCH, columns=["arm__code"], instrument=instrument
    )
    scores = scores_of(people)
    frame = pd.DataFrame(
        {
            "person": pd.Series([one["pk"] for one in people], dtype="int64"),
            "arm": pd.Series([one["arm__code"] for one in people], dtype="str"),
        }
    )
    for name, number in (("baseline", baseline_wave), ("outcome", wave)):
        found = [scores.get((one["pk"], number, instrument)) for one in people]
        frame[name] = pd.Series(found, dtype="float64")
    return frame


def pilot_called(name_or_id: str) -> Pilot:
    """A pilot by its id or its name, for whoever runs commands on this machine."""
    found = Pilot.objects.filter(Q(public_id=name_or_id) | Q(name__iexact=name_or_id)).first()
    if found is None:
        raise NotFound(f"There is no pilot {name_or_id!r}.")
    return found
