"""The draw of a pilot: committing to it, and holding it once."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cashpilot.core.ids import new_id
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.lifecycles import DRAW
from participants.models import (
    Allotment,
    Arm,
    Consent,
    ConsentText,
    DesignVersion,
    Draw,
    Enrolment,
    Entrant,
    Pilot,
)
from participants.queries import current_text
from participants.queries.draws import draw_of, entrants_of, roster_of
from participants.rules import check_length
from participants.rules.assignment import Outcome, units_of
from participants.rules.assignment import draw as outcomes_for
from participants.rules.design import commitment_of, read_design
from participants.rules.proof import digest_of, outcomes_text, roster_text
from participants.rules.sealing import sealed

BATCH = 2_000
PURPOSE = ConsentText.Purpose.TAKE_PART


class AlreadyHeld(Refused):
    """A draw is held once; a second one would let somebody choose between two outcomes."""

    code = "already-held"


@transaction.atomic
def commit_to_draw(*, pilot: Pilot, design: Mapping[str, Any], by: str, now: datetime) -> Draw:
    """Freeze a design, draw a seed that nobody sees, and publish the commitment to both.

    Only while nobody is enrolled: a commitment made after the people are known proves nothing.
    """
    plan = read_design(design)
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    if draw_of(pilot):
        raise Refused("This pilot has a draw already, and gets no second one.")
    if pilot.enrolments.exists():
        raise Refused("People are enrolled here already. A draw is committed to before anybody is.")
    known = set(pilot.arms.values_list("code", flat=True))
    if strange := sorted(set(plan.ratios) - known):
        raise Invalid(f"This pilot has no arm {strange[0]!r}.", field="arms")
    seed, name = secrets.token_bytes(32), new_id("drw")
    made = Draw.objects.create(
        public_id=name,
        pilot=pilot,
        design=plan.as_plain(),
        commitment=commitment_of(seed, plan.as_bytes()),
        sealed_seed=sealed(seed, key=settings.PSEUDONYM_KEY, name=name).hex(),
        committed_by=by,
        committed_at=now,
        state=Draw.State.COMMITTED,
        state_changed_at=now,
    )
    AuditEvent.record(made, "draw.committed", at=now, by=by, commitment=made.commitment)
    return made


@transaction.atomic
def withdraw_draw(*, draw: Draw, reason: str, by: str, now: datetime) -> None:
    """Take a commitment back, such as for a mistake in its design, while nobody is on its list."""
    reason = check_length(reason, field="reason")
    if not reason:
        raise Invalid("Say why, for whoever looks later.", field="reason")
    held = Draw.objects.select_for_update().get(pk=draw.pk)
    if held.entrants.exists():
        raise Refused("People are on the list: this draw is held as it was committed to.")
    DRAW.move(held, Draw.State.WITHDRAWN, now=now, by=by, reason=reason)


@transaction.atomic
def hold_draw(*, draw: Draw, by: str, now: datetime) -> list[Enrolment]:
    """Hold the draw, once: open the seed, write down everybody's outcome for good, and enrol
    whoever is in an arm; or do nothing at all.

    The list that is written is the one by which people count in the study; nobody is moved between
    its arms, and nobody takes another's place.
    """
    held = Draw.objects.select_for_update().select_related("pilot").get(pk=draw.pk)
    if held.state != Draw.State.COMMITTED:
        raise AlreadyHeld("This draw is over. A second one is refused.")
    if held.pilot.state != Pilot.State.LAUNCHED:
        raise Refused("This pilot takes nobody in any more, so nothing is drawn.")
    seed, design, roster = _opened(held), held.plan, roster_of(held)
    if len(units_of(design, roster)) < len(design.arms):
        raise Refused("There are fewer to be drawn than arms. Put people on the list first.")
    outcomes = outcomes_for(design, seed, roster)
    people = list(entrants_of(held))
    lots = _written_down(held, people, outcomes)
    enrolments = _enrol(held, people, lots, by=by, now=now)
    digests = {
        "roster_digest": digest_of(roster_text(design, roster)),
        "outcomes_digest": digest_of(outcomes_text(outcomes)),
    }
    AuditEvent.record(held, "draw.written down", at=now, by=by, people=len(people), **digests)
    DRAW.move(held, Draw.State.HELD, now=now, by=by, seed=seed.hex(), **digests)
    return enrolments


def _opened(held: Draw) -> bytes:
    """The seed under its seal; refused where it is not the one that was committed to."""
    closed = bytes.fromhex(held.sealed_seed)
    seed = sealed(closed, key=settings.PSEUDONYM_KEY, name=held.public_id)
    if commitment_of(seed, held.plan.as_bytes()) != held.commitment:
        raise Refused(
            "The seed cannot be opened: PSEUDONYM_KEY is another than when the draw was committed "
            "to. Put the old key back and hold the draw again."
        )
    return seed


def _written_down(
    held: Draw, people: Sequence[Entrant], outcomes: Sequence[Outcome]
) -> dict[int, Allotment]:
    """The list as the database keeps it, by entrant."""
    arms = {arm.code: arm for arm in held.pilot.arms.all()}
    by_code = {one.code: one for one in outcomes}
    lots = {}
    for entrant in people:
        said = by_code[entrant.code]
        lots[entrant.pk] = Allotment(
            entrant=entrant,
            kind=said.kind,
            arm=arms.get(said.arm),
            position=said.position or None,
        )
    Allotment.objects.bulk_create(lots.values(), batch_size=BATCH)
    return lots


def _enrol(
    held: Draw,
    people: Sequence[Entrant],
    lots: Mapping[int, Allotment],
    *,
    by: str,
    now: datetime,
) -> list[Enrolment]:
    """Enrol whoever is in an arm, with the consent to take part that they gave on joining."""
    placed = [(one, arm) for one in people if (arm := lots[one.pk].arm)]
    design = held.pilot.designs.latest("version")
    enrolments = [_enrolment(design, one, arm, now) for one, arm in placed]
    Enrolment.objects.bulk_create(enrolments, batch_size=BATCH)
    for arm, group in _grouped(enrolments, lambda one: one.arm).items():
        AuditEvent.record_each(group, "enrolment.active", at=now, by=by, arm=arm.code)
    texts = _texts(held.pilot, {one.participant.language for one, _ in placed})
    consents = [
        _consent(enrolment, one, texts, by, now)
        for enrolment, (one, _) in zip(enrolments, placed, strict=True)
    ]
    Consent.objects.bulk_create(consents, batch_size=BATCH)
    said = _grouped(consents, lambda one: (one.text.version, one.decided_on))
    for (version, day), given in said.items():
        about = {"purpose": PURPOSE, "version": version, "on": day.isoformat()}
        enrolled = [one.enrolment for one in given]
        AuditEvent.record_each(enrolled, "consent.given", at=now, by=by, **about)
    return enrolments


def _enrolment(design: DesignVersion, entrant: Entrant, arm: Arm, now: datetime) -> Enrolment:
    return Enrolment(
        pilot=design.pilot,
        design=design,
        participant=entrant.participant,
        arm=arm,
        site=entrant.site,
        is_paid=arm.is_paid,
        code=entrant.code,
        enrolled_on=timezone.localdate(now),
        state_changed_at=now,
    )


def _consent(
    enrolment: Enrolment,
    entrant: Entrant,
    texts: Mapping[str, ConsentText],
    by: str,
    now: datetime,
) -> Consent:
    return Consent(
        enrolment=enrolment,
        text=texts[entrant.participant.language],
        decision=Consent.Decision.GIVEN,
        decided_on=entrant.consent_date,
        how=entrant.how,
        read_by=entrant.read_by,
        recorded_at=now,
        recorded_by=by,
    )


def _texts(pilot: Pilot, languages: Iterable[str]) -> dict[str, ConsentText]:
    texts = {}
    for language in languages:
        if (text := current_text(pilot, PURPOSE, language)) is None:
            raise Refused("No text for taking part is published yet. Publish one first.")
        texts[language] = text
    return texts


def _grouped(things: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    groups = defaultdict(list)
    for one in things:
        groups[key(one)].append(one)
    return groups
