"""The file that leaves: attacked by who knows the people in it."""

import hashlib
import io
import json
import random
import zipfile

import pytest
from django.conf import settings

from evaluation.disclosure import pseudonym, quarter
from evaluation.models import Response
from evaluation.operations import releases
from evaluation.queries import release_building
from evaluation.queries.released_columns import (
    age_band_at,
)
from participants.models import Arm, Enrolment
from tests.evaluation.release_world import (
    LIFE,
    a_ready_release,
    a_studied_pilot,
    adults_of,
    package_of,
    rows_in,
)
from tests.factories import BY, NOON, unguarded

pytestmark = pytest.mark.django_db

HEADER = [
    "pseudonym",
    "arm",
    "age_band",
    "enrolment_quarter",
    "ons_anxiety_w1",
    "ons_life_satisfaction_w1",
    "ons_anxiety_w2",
    "ons_life_satisfaction_w2",
]
COARSER_AGE = {"18-24": (18, 24), "25-34": (25, 34), "35-49": (35, 49), "<35": (18, 34)}


def is_compatible(shown: dict, person) -> bool:
    """Whether this row could be this person's, to somebody who knows all about them."""
    born, day = person.participant.date_of_birth, person.enrolled_on
    band, when = shown["age_band"], shown["enrolment_quarter"]
    half = f"{day.year} H{(day.month + 5) // 6}"
    return _holds(band, age_band_at(born, day)) and when in ("*", quarter(day), half)


def _holds(shown: str, true: str) -> bool:
    if shown in ("*", true):
        return True
    if true == "unknown":
        return False
    youngest = int(true.split("-")[0].rstrip("+"))
    if shown in ("50+", "35+"):
        return youngest >= int(shown[:-1])
    low, high = COARSER_AGE.get(shown, (1, 0))
    return low <= youngest <= high


def test_whoever_knows_a_person_finds_at_least_five_like_them_and_three_in_their_arm():
    pilot = a_studied_pilot()

    rows = rows_in(package_of(pilot))

    for person in adults_of(pilot):
        alike = [row for row in rows if is_compatible(row, person)]
        in_arm = [row for row in alike if row["arm"] == person.arm.code]
        assert len(alike) >= 5
        assert len(in_arm) >= 3


def test_whoever_knows_age_and_arm_finds_at_least_five_people():
    pilot = a_studied_pilot()

    rows = rows_in(package_of(pilot))

    for person in adults_of(pilot):
        true = age_band_at(person.participant.date_of_birth, person.enrolled_on)
        in_arm = [row for row in rows if row["arm"] == person.arm.code]
        assert len([row for row in in_arm if _holds(row["age_band"], true)]) >= 5


@pytest.mark.parametrize("seed", range(5))
def test_every_class_of_the_leaving_file_is_large_enough_whoever_is_in_it(seed):
    rows = rows_in(package_of(a_studied_pilot(60 + 10 * seed, seed=seed)))

    shown = [(row["age_band"], row["enrolment_quarter"]) for row in rows]
    with_arm = [(*one, row["arm"]) for one, row in zip(shown, rows, strict=True)]
    assert min(map(shown.count, shown)) >= 5
    assert min(map(with_arm.count, with_arm)) >= 3


def test_no_dictionary_of_what_is_known_finds_a_pseudonym():
    pilot = a_studied_pilot()

    found = {row["pseudonym"] for row in rows_in(package_of(pilot))}

    for known in everything_known_of(pilot):
        assert known not in found
        assert not found & {
            hash_of(known.encode()).hexdigest()[:12].upper()
            for hash_of in (hashlib.md5, hashlib.sha1, hashlib.sha256)
        }
        assert pseudonym(b"a key that somebody guessed at random", pilot.public_id, known) not in (
            found
        )


def test_pseudonyms_are_the_same_at_every_release_of_a_pilot_and_of_no_other():
    pilot, other = a_studied_pilot(), a_studied_pilot(name="Another pilot", seed=8)

    first, again = rows_in(package_of(pilot)), rows_in(package_of(pilot))
    elsewhere = {row["pseudonym"] for row in rows_in(package_of(other))}

    codes = {row["pseudonym"] for row in first}
    assert codes == {row["pseudonym"] for row in again}
    assert not codes & elsewhere
    enrolment = adults_of(pilot)[0]
    key = settings.PSEUDONYM_KEY.encode()
    assert pseudonym(key, pilot.public_id, enrolment.public_id) in codes


def test_nothing_that_names_or_reaches_a_person_is_anywhere_in_the_zip():
    pilot = a_studied_pilot()

    package = package_of(pilot)

    for known in everything_known_of(pilot):
        assert known.encode() not in package
    for staff in pilot.memberships.select_related("user"):
        assert staff.user.email.encode() not in package
        assert staff.user.public_id.encode() not in package


def everything_known_of(pilot) -> list[str]:
    known = []
    for one in pilot.enrolments.select_related("participant"):
        person = one.participant
        known += [person.name, person.name.split()[1], person.email, person.phone]
        known += [person.public_id, one.public_id, one.code, one.enrolled_on.isoformat()]
        known += [person.date_of_birth.isoformat()] if person.date_of_birth else []
    return known


def test_arm_and_scores_leave_exactly_as_they_were_recorded():
    pilot = a_studied_pilot()

    rows = {row["pseudonym"]: row for row in rows_in(package_of(pilot))}

    key = settings.PSEUDONYM_KEY.encode()
    people = adults_of(pilot)
    assert len(rows) == len(people)
    for person in people:
        row = rows[pseudonym(key, pilot.public_id, person.public_id)]
        assert row["arm"] == person.arm.code
        for wave in (1, 2):
            answer = Response.objects.filter(
                enrolment=person, wave__number=wave, instrument=LIFE[0]
            ).first()
            shown = row[f"ons_life_satisfaction_w{wave}"]
            assert (float(shown) if shown else None) == (float(answer.value) if answer else None)


def test_the_file_holds_exactly_the_declared_columns():
    rows = rows_in(package_of(a_studied_pilot()))

    assert list(rows[0]) == HEADER


def test_text_that_a_spreadsheet_would_calculate_is_escaped():
    pilot = a_studied_pilot()
    with unguarded("participants_arm"):
        Arm.objects.filter(pilot=pilot, code="cash").update(code="=HYPERLINK(1)")

    rows = rows_in(package_of(pilot))

    assert {row["arm"] for row in rows} == {"'=HYPERLINK(1)", "services"}


def test_the_same_data_give_the_same_bytes_whatever_their_order():
    pilot = a_studied_pilot()
    release = a_ready_release(pilot)
    before = releases.download(release=release, by=BY, now=NOON)
    shuffle(pilot)

    after = release_building.make(pilot)

    assert after.csv == bytes(release.content)
    assert after.digest == release.dry_run_digest
    assert release_building.manifest_for(release, after) == release.manifest
    assert releases.download(release=release, by=BY, now=NOON) == before


def shuffle(pilot) -> None:
    """Write every row anew in another order, so that the database finds them in another order."""
    people = list(pilot.enrolments.all())
    random.Random(3).shuffle(people)
    for one in people:
        Enrolment.objects.filter(pk=one.pk).update(state_changed_at=one.state_changed_at)
        for answer in Response.objects.filter(enrolment=one).order_by("-pk"):
            Response.objects.filter(pk=answer.pk).update(mode=answer.mode)


def test_rows_come_in_the_order_of_their_pseudonyms():
    codes = [row["pseudonym"] for row in rows_in(package_of(a_studied_pilot()))]

    assert codes == sorted(codes)


def test_the_zip_says_what_it_is_and_can_be_checked():
    release = a_ready_release(a_studied_pilot())

    package = releases.download(release=release, by=BY, now=NOON)

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.namelist() == ["SHA256SUMS", "data.csv", "manifest.json"]
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        data, manifest = archive.read("data.csv"), json.loads(archive.read("manifest.json"))
        sums = archive.read("SHA256SUMS").decode().splitlines()
    assert f"{hashlib.sha256(data).hexdigest()}  data.csv" in sums
    assert manifest["files"]["data.csv"]["sha256"] == release.dry_run_digest
    assert manifest["label"].startswith("de-identified, tier researcher, measured risk 1 in ")
    assert manifest["measured"]["k"] >= manifest["required"]["k"] == 5
    assert manifest["people"] % 5 == 0
    assert [column["name"] for column in manifest["columns"]] == HEADER
    assert all("starred_percent" in one for one in manifest["columns"] if "level" in one)
