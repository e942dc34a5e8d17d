"""The draw by page: committed to, listed, held, checked; and sealed from everybody until then."""

import json
import logging

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from participants.models import Allotment, Draw, Enrolment, Entrant
from participants.rules.proof import fault_in
from participants.rules.sealing import sealed
from tests.factories import MANY_ROLES, a_member, a_pilot, a_user, an_enrolment
from tests.participants.draw_world import a_draw, a_held_draw, a_list, a_listed_draw, every_row
from tests.test_pages import browser_of, member, problems_beside, text_of

pytestmark = pytest.mark.django_db
DESIGN = {
    "method": "blocks",
    "ratio_cash": "1",
    "ratio_services": "1",
    "strata": "site: North, South\nband: 18-34, 35-54, 55+",
    "blocks": "1, 2",
}
AMINA = {
    "name": "Amina Example",
    "language": "en",
    "consent_date": "2026-02-20",
    "how": "in-person",
    "site": "North",
    "band": "55+",
}


@pytest.fixture
def pilot():
    return a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))


@pytest.fixture
def mona(pilot):
    return browser_of(a_user("mona@example.org"))


def at(pilot, rest=""):
    return f"/staff/pilots/{pilot.public_id}/draw/{rest}"


def seed_under_the_seal(draw) -> str:
    closed = bytes.fromhex(draw.sealed_seed)
    return sealed(closed, key=settings.PSEUDONYM_KEY, name=draw.public_id).hex()


def test_a_draw_is_committed_to_listed_and_held_by_page(mona, pilot):
    assert "Choose a design" in text_of(mona.get(at(pilot)))
    shown = text_of(mona.post(at(pilot, "commit/"), DESIGN, follow=True))
    draw = Draw.objects.get()
    assert draw.commitment in shown
    assert "It gives neither away" in shown
    mona.post(at(pilot, "list/new/"), AMINA)
    file = SimpleUploadedFile("people.csv", a_list(23))
    listed = mona.post(at(pilot, "list/file/"), {"file": file}, follow=True)
    assert "23 more people are on the list." in text_of(listed)

    held = text_of(mona.post(at(pilot, "hold/"), {"is_sure": "on"}, follow=True))

    draw.refresh_from_db()
    assert draw.seed in held
    assert draw.outcomes_digest in held
    assert "How alike the arms are" in held
    assert "p-value" not in held.lower()
    assert Enrolment.objects.count() == Allotment.objects.count() == 24
    names = text_of(mona.get(at(pilot, "list/")))
    assert "Amina Example" in names
    assert "Usual services" in names


def test_the_pilots_page_leads_to_its_draw(mona, pilot):
    assert f'href="{at(pilot)}"' in mona.get(f"/staff/pilots/{pilot.public_id}/").content.decode()


def test_a_draw_is_not_held_by_a_slip(mona, pilot):
    a_listed_draw(6, pilot)

    answer = mona.post(at(pilot, "hold/"), {})

    assert answer.status_code == 400
    assert problems_beside(answer.content.decode(), "is_sure")
    assert Draw.objects.get().state == "committed"


def test_holding_it_again_says_that_it_is_over(mona, pilot):
    a_held_draw(6, pilot)
    before = every_row()

    answer = mona.post(at(pilot, "hold/"), {"is_sure": "on"})

    assert answer.status_code == 400
    assert "A second one is refused" in text_of(answer)
    assert every_row() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"method": "by hand"}, "method"),
        ({"ratio_cash": "-1"}, "ratio_cash"),
        ({"ratio_cash": ""}, "ratio_cash"),
        ({"strata": "site: North"}, "strata"),
        ({"strata": "site North South"}, "strata"),
        ({"blocks": "1; 2"}, "blocks"),
        ({"blocks": ""}, "blocks"),
        ({"coin": "80"}, "coin"),
        ({"waiting": "5"}, "waiting"),
        ({"cluster": "The House"}, "cluster"),
    ],
)
def test_a_wrong_design_is_explained_beside_its_field(mona, pilot, change, field):
    answer = mona.post(at(pilot, "commit/"), {**DESIGN, **change})

    assert answer.status_code == 400
    assert problems_beside(answer.content.decode(), field)
    assert not Draw.objects.exists()


def test_an_arm_without_a_part_is_left_out_and_one_arm_is_no_draw(mona, pilot):
    answer = mona.post(at(pilot, "commit/"), {**DESIGN, "ratio_services": "0"})

    assert answer.status_code == 400
    assert "two arms or more" in text_of(answer)


def test_where_people_are_enrolled_already_the_page_says_why_there_is_no_draw(mona, pilot):
    an_enrolment(pilot)

    shown = text_of(mona.get(at(pilot)))

    assert "before anybody is known" in shown
    assert "Choose a design" not in shown


def test_a_commitment_is_taken_back_with_its_reason_on_the_page(mona, pilot):
    draw = a_draw(pilot)

    shown = text_of(mona.post(at(pilot, "withdraw/"), {"reason": "A site is missing"}, follow=True))

    assert draw.commitment in shown
    assert "A site is missing" in shown
    assert "Choose a design" in shown


def test_without_a_reason_nothing_is_taken_back(mona, pilot):
    a_draw(pilot)

    answer = mona.post(at(pilot, "withdraw/"), {"reason": ""})

    assert answer.status_code == 400
    assert problems_beside(answer.content.decode(), "reason")
    assert Draw.objects.get().state == "committed"


def test_a_person_is_taken_off_the_list_until_it_is_held(mona, pilot):
    draw = a_listed_draw(6, pilot)
    first = draw.entrants.first()

    shown = text_of(mona.post(at(pilot, f"list/{first.public_id}/take-off/"), follow=True))

    assert "Taken off the list" in shown
    assert Entrant.objects.count() == 5


def test_after_the_draw_taking_off_is_refused_in_words(mona, pilot):
    draw = a_held_draw(6, pilot)
    first = draw.entrants.first()

    shown = text_of(mona.post(at(pilot, f"list/{first.public_id}/take-off/"), follow=True))

    assert "This draw is over" in shown
    assert "Take off" not in shown
    assert Entrant.objects.count() == 6


def test_a_wrong_group_is_explained_beside_its_question(mona, pilot):
    a_draw(pilot)

    answer = mona.post(at(pilot, "list/new/"), {**AMINA, "site": "East"})

    assert answer.status_code == 400
    assert problems_beside(answer.content.decode(), "site")
    assert not Entrant.objects.exists()


def test_problems_of_a_file_stand_by_row_and_column(mona, pilot):
    a_draw(pilot)
    raw = a_list(4).replace(b"North", b"East", 1)

    answer = mona.post(at(pilot, "list/file/"), {"file": SimpleUploadedFile("l.csv", raw)})

    assert answer.status_code == 400
    assert "What to correct" in text_of(answer)
    assert not Entrant.objects.exists()


def test_the_empty_file_has_the_columns_of_this_draw(mona, pilot):
    a_draw(pilot)

    lines = mona.get(at(pilot, "list.csv")).content.decode().splitlines()

    assert lines[0].startswith("name,consent_date,site,band,code")


def test_until_the_draw_nobody_can_read_the_seed_or_an_outcome(mona, pilot, caplog):
    caplog.set_level(logging.DEBUG)
    draw = a_listed_draw(24, pilot)
    seed = seed_under_the_seal(draw)
    addresses = [at(pilot, rest) for rest in ("", "list/", "hold/", "list/new/", "draw.json")]
    api = f"/api/v1/pilots/{pilot.public_id}/draw/"
    addresses += [api, f"{api}entrants/", f"{api}document/", f"{api}withdraw/"]
    roles = {role: member(pilot, role) for role in Role} | {"manager of the pilot": mona}

    said = [
        (address, browser.get(address).content.decode())
        for browser in roles.values()
        for address in addresses
    ]

    for address, words in said:
        assert seed not in words, address
        assert draw.sealed_seed not in words, address
    lists = [json.loads(words) for address, words in said if address == f"{api}entrants/"]
    shown = [one for found in lists for one in found.get("results", [])]
    assert shown
    assert {one["outcome"] for one in shown} == {None}
    assert draw.sealed_seed in every_row()
    assert seed not in every_row()
    assert seed not in str(list(AuditEvent.objects.values()))
    assert draw.sealed_seed not in str(list(AuditEvent.objects.values()))
    assert seed not in caplog.text
    assert draw.sealed_seed not in caplog.text


def test_before_it_is_held_there_is_no_document_even_for_the_manager(mona, pilot):
    a_listed_draw(6, pilot)

    answer = mona.get(at(pilot, "draw.json"))

    assert answer.status_code == 409
    assert "its seed is sealed" in text_of(answer)


def test_whoever_checks_gets_the_document_with_codes_and_no_names(mona, pilot):
    a_held_draw(12, pilot)
    auditor = member(pilot, Role.AUDITOR)

    said = json.loads(auditor.get(at(pilot, "draw.json")).content)

    assert fault_in(said) == ""
    assert "Example" not in json.dumps(said)
    assert json.loads(mona.get(at(pilot, "draw.json")).content) == said


@pytest.mark.parametrize(
    ("role", "sees", "lists", "holds", "checks"),
    [
        (Role.MANAGER, 200, 200, 200, 200),
        (Role.CASEWORKER, 200, 200, 403, 403),
        (Role.AUDITOR, 200, 403, 403, 200),
        (Role.RESEARCHER, 200, 403, 403, 403),
        (Role.PREPARER, 200, 403, 403, 403),
        (Role.APPROVER, 200, 403, 403, 403),
    ],
)
def test_each_role_sees_its_part(pilot, role, sees, lists, holds, checks):
    a_held_draw(6, pilot)
    browser = member(pilot, role)

    parts = ("", "list/", "hold/", "draw.json")

    statuses = [browser.get(at(pilot, rest)).status_code for rest in parts]
    assert statuses == [sees, lists, holds, checks]


def test_whoever_sees_no_people_sees_totals_and_no_small_groups(pilot):
    a_held_draw(12, pilot)

    shown = text_of(member(pilot, Role.RESEARCHER).get(at(pilot)))

    assert "What it gave" in shown
    assert "How alike the arms are" not in shown
    assert "People by group and outcome" not in shown


def test_another_pilots_draw_is_not_there(pilot):
    draw = a_listed_draw(4, pilot)
    there = a_pilot(
        name="Harbour Cash Pilot", manager=a_user("n@example.org", may_set_up_pilots=True)
    )
    browser = browser_of(a_member(there, *MANY_ROLES, email="n@example.org"))
    other = a_draw(there)
    first = draw.entrants.first().public_id
    before = every_row()

    gets = ["", "commit/", "list/", "hold/", "draw.json", "list/new/", "list/file/", "list.csv"]
    posts = ["commit/", "hold/", "withdraw/", "list/new/", "list/file/", f"list/{first}/take-off/"]
    api = f"/api/v1/pilots/{pilot.public_id}/draw/"
    statuses = [browser.get(at(pilot, rest)).status_code for rest in gets]
    statuses += [browser.post(at(pilot, rest)).status_code for rest in posts]
    statuses += [browser.get(api + rest).status_code for rest in ("", "entrants/", "document/")]
    statuses += [browser.post(api + rest).status_code for rest in ("", "hold/", "withdraw/")]
    statuses += [browser.delete(f"{api}entrants/{first}/").status_code]
    crossed = browser.post(at(other.pilot, f"list/{first}/take-off/"))

    assert set(statuses) == {404}
    assert crossed.status_code == 404
    assert every_row() == before


def test_a_pilot_without_a_draw_has_no_list(mona, pilot):
    assert mona.get(at(pilot, "list/")).status_code == 404


def test_enrolling_by_page_points_to_the_draw(mona, pilot):
    a_draw(pilot)
    person = {"name": "Zofia Example", "arm": "cash", "language": "en", "how": "in-person"}

    answer = mona.post(
        f"/staff/pilots/{pilot.public_id}/enrol/", {**person, "consent_date": "2026-02-20"}
    )

    assert answer.status_code == 400
    assert "by its draw" in text_of(answer)
    assert not Enrolment.objects.exists()
