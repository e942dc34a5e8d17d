"""Finding people who may have come in twice, and keeping what somebody said of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.lifecycles import ENROLMENT, PAIR
from participants.models import Enrolment, Pair, PairSearch, Pilot
from participants.queries.pairs import pairs_found, people_to_compare

State = Pair.State
BATCH = 1_000


@transaction.atomic
def search(*, pilot: Pilot, by: str, now: datetime, anew: bool = False) -> int:
    """Hold the people who came in since the last search against everybody in the pilot, or
    everybody with `anew`; returns how many pairs that nobody has seen were found.

    What was said of a pair stays: it is not shown again.
    """
    kept, _ = PairSearch.objects.select_for_update().get_or_create(
        pilot=pilot, defaults={"searched_at": now}
    )
    if not anew and not pilot.enrolments.filter(pk__gt=kept.through).exists():
        return 0
    people = people_to_compare(pilot)
    new = {one.key for one in people if anew or one.key > kept.through}
    before = pilot.pairs.count()
    Pair.objects.bulk_create(
        (
            Pair(
                pilot=pilot,
                first_id=first,
                second_id=second,
                score=found.score,
                reasons=list(found.reasons),
                found_at=now,
                state_changed_at=now,
            )
            for first, second, found in pairs_found(people, new=None if anew else new)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    kept.through = max((one.key for one in people), default=kept.through)
    kept.people, kept.searched_at = len(people), now
    kept.save()
    unseen = pilot.pairs.count() - before
    if unseen:
        AuditEvent.record(pilot, "pairs.found", at=now, by=by, pairs=unseen)
    return unseen


@transaction.atomic
def say_different(*, pair: Pair, by: str, now: datetime) -> None:
    """They are two people: the pair is never shown again."""
    PAIR.move(pair, State.DIFFERENT, now=now, by=by)


@transaction.atomic
def say_same(*, pair: Pair, kept: Enrolment, by: str, now: datetime) -> Enrolment:
    """They are one person: one enrolment stays, the other ends; both stay in the books.

    Returns the one that ended. What was promised to it is the journey's to stop.
    """
    sides = {pair.first_id: pair.second, pair.second_id: pair.first}
    other = sides.get(kept.pk)
    if other is None:
        raise Invalid("Say which of the two stays.", field="kept")
    PAIR.move(pair, State.SAME, now=now, by=by, kept=kept)
    if other.state == Enrolment.State.ACTIVE:
        ENROLMENT.move(other, Enrolment.State.ENDED, now=now, by=by)
    return other


@transaction.atomic
def remember_different(
    *,
    one: Enrolment,
    other: Enrolment,
    score: int,
    reasons: Sequence[str],
    by: str,
    now: datetime,
) -> Pair:
    """Keep that two people are two, said before one of them was added."""
    first, second = sorted((one, other), key=lambda each: each.pk)
    pair, _ = Pair.objects.get_or_create(
        first=first,
        second=second,
        defaults={
            "pilot_id": one.pilot_id,
            "score": score,
            "reasons": list(reasons),
            "found_at": now,
            "state_changed_at": now,
        },
    )
    if pair.state == State.OPEN:
        PAIR.move(pair, State.DIFFERENT, now=now, by=by)
    return pair
