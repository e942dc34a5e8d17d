"""A fictional pilot with enough people in it to release anything."""

import csv
import io
import random
import zipfile
from datetime import date, timedelta

from cashpilot.core.access import Role
from evaluation.models import ResearchConsent, Response, Wave
from evaluation.operations import releases
from evaluation.queries.released_columns import age_band_at
from participants.models import Enrolment, Participant
from tests.factories import BY, NOON, a_member, a_pilot

PURPOSE = "Whether cash changes life satisfaction"
LIFE, ANXIETY = ("ons_life_satisfaction", "life_satisfaction"), ("ons_anxiety", "anxious_yesterday")


def a_studied_pilot(people: int = 80, *, seed: int = 7, name: str = "Bridge Street Cash Pilot"):
    """A pilot whose people all agreed to research and reuse, and answered at two waves."""
    pilot, chance = a_pilot(name=name), random.Random(seed)
    add_people(pilot, people, chance)
    for enrolment in pilot.enrolments.all():
        consent(enrolment, "research")
        consent(enrolment, "reuse")
    _answers(pilot, chance)
    return pilot


def add_people(pilot, people: int, chance: random.Random) -> None:
    arms = {arm.code: arm for arm in pilot.arms.all()}
    persons = Participant.objects.bulk_create(
        Participant(
            name=f"Person Surname{number:03}",
            date_of_birth=None if number % 20 == 0 else _born(chance),
            email=f"person{number:03}@example.org",
            phone=f"07700 900{number:03}",
            created_at=NOON,
        )
        for number in range(people)
    )
    Enrolment.objects.bulk_create(
        Enrolment(
            pilot=pilot,
            participant=person,
            arm=arms["cash" if number % 2 else "services"],
            is_paid=bool(number % 2),
            enrolled_on=date(2025, 11, 3) + timedelta(days=chance.randrange(200)),
            state_changed_at=NOON,
        )
        for number, person in enumerate(persons)
    )


def consent(enrolment, purpose: str, decision: str = "given") -> None:
    ResearchConsent.objects.create(
        enrolment=enrolment,
        purpose=purpose,
        decision=decision,
        decided_on=date(2026, 2, 20),
        recorded_at=NOON,
        recorded_by=BY,
    )


def a_researcher(pilot):
    return a_member(pilot, Role.RESEARCHER, email="rosa@example.org")


def a_manager(pilot):
    return a_member(pilot, Role.MANAGER, email="mina@example.org")


def a_request(pilot):
    return releases.request_release(
        pilot=pilot, purpose=PURPOSE, requester=a_researcher(pilot), by=BY, now=NOON
    )


def an_approved_release(pilot):
    release = a_request(pilot)
    releases.approve(
        release=release,
        approver=a_manager(pilot),
        digest=release.dry_run_digest,
        by=BY,
        now=NOON,
    )
    return release


def a_ready_release(pilot):
    release = an_approved_release(pilot)
    releases.build(release=release, by=BY, now=NOON)
    assert release.state == "ready", release.note
    return release


def package_of(pilot) -> bytes:
    """The zip of a new release of this pilot."""
    return releases.download(release=a_ready_release(pilot), by=BY, now=NOON)


def rows_in(package: bytes) -> list[dict[str, str]]:
    """The rows of data.csv as a researcher would read them."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read("data.csv").decode())))


def adults_of(pilot) -> list[Enrolment]:
    """Everybody who is not known to have been a child on enrolment."""
    return [
        one
        for one in pilot.enrolments.select_related("participant", "arm")
        if age_band_at(one.participant.date_of_birth, one.enrolled_on) != "under 18"
    ]


def _born(chance: random.Random) -> date:
    return date(1950, 1, 1) + timedelta(days=chance.randrange(56 * 365))


def _answers(pilot, chance: random.Random) -> None:
    waves = [
        Wave.objects.create(pilot=pilot, number=number, name=f"Wave {number}", opens_on=NOON.date())
        for number in (1, 2)
    ]
    Response.objects.bulk_create(
        Response(
            enrolment=enrolment,
            wave=wave,
            instrument=instrument,
            version="1",
            item=item,
            value=chance.randrange(11),
            mode="self",
            answered_on=NOON.date(),
            recorded_at=NOON,
        )
        for enrolment in pilot.enrolments.order_by("pk")
        for wave in waves
        for instrument, item in (LIFE, ANXIETY)
        if chance.random() > 0.1
    )
