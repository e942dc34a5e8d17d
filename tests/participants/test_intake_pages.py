"""Files of people and pairs as staff and scripts meet them; to a stranger neither exists."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cashpilot.core.access import Role
from participants.models import Enrolment, Intake, Pair, Participant
from participants.operations import intakes
from participants.operations.pairs import search
from participants.rules.sheets import MOST_BYTES
from tests.factories import MANY_ROLES, a_member, a_pilot, a_user, an_enrolment
from tests.participants.intake_world import HEAD, WHO, a_checked_file, a_file
from tests.participants.workbooks import a_bomb, a_workbook
from tests.test_api import post, problem_of
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db
AMINA = "Amina Example,cash,2026-02-20,,1990-05-03,amina@example.org,"
ACTS = ("match", "answer", "add", "undo", "check", "columns", "drop")
API_ACTS = ("columns", "answers", "add", "undo", "drop")


@pytest.fixture
def pilot():
    return a_pilot(count=3, manager=a_user("mona@example.org", may_set_up_pilots=True))


@pytest.fixture
def staff(client, pilot):
    client.force_login(a_member(pilot, Role.CASEWORKER, email="kim@example.org"))
    return client


def sent(client, pilot, raw, name="people.csv"):
    path = f"/staff/pilots/{pilot.public_id}/enrol-file/"
    return client.post(path, {"file": SimpleUploadedFile(name, raw)}, follow=True)


def test_a_workbook_with_other_headings_comes_in_page_by_page(staff, pilot):
    raw = a_workbook(
        ["Amina Example", "cash", "2026-02-20"], headings=["Client", "Group", "Consented on"]
    )

    matching = sent(staff, pilot, raw, "people.xlsx")
    intake = Intake.objects.get()
    page = f"/staff/intakes/{intake.public_id}/"
    meanings = {"column_0": "name", "column_1": "arm", "column_2": "consent_date"}
    checked = staff.post(f"{page}match/", meanings, follow=True)
    added = staff.post(f"{page}add/", follow=True)
    undone = staff.post(f"{page}undo/", follow=True)

    assert "Such as: Amina Example" in text_of(matching)
    assert "Add this person" in text_of(checked)
    assert "1 person takes part now." in text_of(added)
    assert "These people were taken back." in text_of(undone)
    assert Enrolment.objects.get().state == "undone"


def test_columns_that_are_missing_are_said_above_the_form(staff, pilot):
    sent(staff, pilot, b"who,which,when\nAmina Example,cash,2026-02-20\n")
    intake = Intake.objects.get()

    answer = staff.post(f"/staff/intakes/{intake.public_id}/match/", {"column_0": "name"})

    assert answer.status_code == 400
    assert "Say which heading is: arm, consent_date." in text_of(answer)
    intake.refresh_from_db()
    assert intake.state == "uploaded"


def test_people_who_may_be_here_stand_side_by_side_until_somebody_answers(staff, pilot):
    an_enrolment(pilot, name="Amína Example", date_of_birth=date(1990, 5, 3))
    asked = sent(staff, pilot, a_file(AMINA))
    page = f"/staff/intakes/{Intake.objects.get().public_id}/"

    too_soon = staff.post(f"{page}add/", follow=True)
    staff.post(f"{page}answer/", {"leave_the_rest": "yes"})
    left_out = staff.get(page)
    staff.post(f"{page}answer/", {"row_2": "different"})
    staff.post(f"{page}add/")

    assert "Amína Example" in text_of(asked)
    assert "The same date of birth" in text_of(asked)
    assert "Say who it is." in text_of(too_soon)
    assert "No row can be added." in text_of(left_out)
    assert pilot.enrolments.count() == 2


def test_the_rows_to_correct_are_a_file_that_calculates_nothing(staff, pilot):
    bad = "=HYPERLINK(1) Example,gold,2026-02-20,,,,"
    intake = a_checked_file(pilot, AMINA, bad)

    answer = staff.get(f"/staff/intakes/{intake.public_id}/to-correct.csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "attachment" in answer.headers["Content-Disposition"]
    assert rows[1][0] == "'=HYPERLINK(1) Example"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_long_file_waits_for_a_worker_and_its_page_shows_how_far_it_is(staff, pilot):
    rows = [f"Person {n} Example,cash,2026-02-20,C-{n},,," for n in range(501)]

    page = sent(staff, pilot, a_file(*rows))

    intake = Intake.objects.get()
    assert (intake.state, intake.rows) == ("checking", 501)
    assert '<progress class="cp-progress" role="progressbar" max="501" value="0"' in text_of(page)
    assert "0 of 501 rows are done." in text_of(page)
    assert "Look again" in text_of(page)


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("bomb.xlsx", a_bomb(), "unpacks to far more than it is"),
        ("long.csv", b"x" * (MOST_BYTES + 1), "more than 10 MB"),
        ("people.xls", b"\xd0\xcf\x11\xe0", "Choose a file of this kind: csv, xlsx"),
    ],
    ids=["bomb", "too large", "another kind"],
)
def test_a_file_that_would_do_harm_is_refused_by_page_and_api(staff, pilot, name, raw, says):
    page = sent(staff, pilot, raw, name)
    file = SimpleUploadedFile(name, raw)
    answer = staff.post(f"/api/v1/pilots/{pilot.public_id}/intakes/", {"file": file})

    assert page.status_code == 400
    assert says in text_of(page)
    problem_of(answer, 400)
    assert not Intake.objects.exists()
    assert not Participant.objects.exists()


@pytest.mark.parametrize("where", ["/staff/pilots/{}/enrol-file/", "/api/v1/pilots/{}/intakes/"])
def test_two_hundred_megabytes_are_refused_before_they_are_read(staff, pilot, where):
    unread = io.BytesIO(b"x" * 1_000)

    answer = staff.generic(
        "POST",
        where.format(pilot.public_id),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="200000000",
        **{"wsgi.input": unread},
    )

    assert answer.status_code == 413
    assert b"At most 25 MB" in answer.content
    assert unread.tell() == 0
    assert not Intake.objects.exists()


def test_a_script_sends_checks_answers_adds_and_takes_back(staff, pilot):
    an_enrolment(pilot, name="Amína Example", date_of_birth=date(1990, 5, 3))
    raw = a_file(AMINA, "Ben Example,gold,2026-02-20,,,,")

    file = {"file": SimpleUploadedFile("people.csv", raw)}
    first = staff.post(f"/api/v1/pilots/{pilot.public_id}/intakes/", file)
    mine = f"intakes/{first.json()['public_id']}"
    problem_of(post(staff, f"{mine}/add/"), 409)
    post(staff, f"{mine}/answers/", [{"row": 2, "answer": "different"}])
    added = post(staff, f"{mine}/add/")
    rejected = staff.get(f"/api/v1/{mine}/rejected.csv")
    undone = post(staff, f"{mine}/undo/")

    said = first.json()
    assert (first.status_code, said["state"], said["good"]) == (201, "checked", 1)
    assert [(p["row"], p["column"]) for p in said["problems"]] == [(3, "arm")]
    assert said["alike"][0]["theirs"]["name"] == "Amína Example"
    assert (added.json()["state"], added.json()["alike"]) == ("added", [])
    assert b"Ben Example,gold" in rejected.content
    assert undone.json()["state"] == "undone"
    listed = staff.get(f"/api/v1/pilots/{pilot.public_id}/intakes/").json()
    assert [one["state"] for one in listed["results"]] == ["undone"]


def test_a_pair_is_decided_by_page(staff, pilot):
    for name in ("Elizabeth Example", "Liz Example", "Beth Example"):
        an_enrolment(pilot, name=name, date_of_birth=date(1990, 5, 3), code=name.split()[0])
    staff.post(f"/staff/pilots/{pilot.public_id}/pairs/search/")
    shown = staff.get(f"/staff/pilots/{pilot.public_id}/pairs/")
    first, second, _third = Pair.objects.order_by("pk")

    staff.post(f"/staff/pairs/{first.public_id}/decide/", {"said": "different"})
    kept = {"said": second.first.public_id}
    staff.post(f"/staff/pairs/{second.public_id}/decide/", kept)

    assert "One name may be short for the other" in text_of(shown)
    assert set(Pair.objects.values_list("state", flat=True)) == {"different", "same", "open"}
    assert pilot.enrolments.filter(state="ended").count() == 1


def test_a_pair_is_decided_by_api(staff, pilot):
    for name in ("Elizabeth Example", "Liz Example"):
        an_enrolment(pilot, name=name, date_of_birth=date(1990, 5, 3), code=name.split()[0])
    search(pilot=pilot, **WHO)
    (pair,) = staff.get(f"/api/v1/pilots/{pilot.public_id}/pairs/").json()["results"]

    problem_of(post(staff, f"pairs/{pair['public_id']}/decide/", {"said": "same"}), 400)
    same = {"said": "same", "kept": pair["second"]}
    answer = post(staff, f"pairs/{pair['public_id']}/decide/", same)

    assert answer.json()["state"] == "same"
    assert pilot.enrolments.get(code="Elizabeth").state == "ended"
    assert staff.get(f"/api/v1/pilots/{pilot.public_id}/pairs/").json()["results"] == []


def addresses(pilot):
    intake, pair = pilot.intakes.get(), pilot.pairs.get()
    looks = [
        f"/staff/intakes/{intake.public_id}/",
        f"/staff/intakes/{intake.public_id}/to-correct.csv",
        f"/staff/pilots/{pilot.public_id}/pairs/",
        f"/api/v1/pilots/{pilot.public_id}/intakes/",
        f"/api/v1/pilots/{pilot.public_id}/pairs/",
        f"/api/v1/intakes/{intake.public_id}/",
        f"/api/v1/intakes/{intake.public_id}/rejected.csv",
    ]
    acts = [
        f"/staff/pilots/{pilot.public_id}/pairs/search/",
        f"/staff/pairs/{pair.public_id}/decide/",
        f"/api/v1/pilots/{pilot.public_id}/intakes/",
        f"/api/v1/pairs/{pair.public_id}/decide/",
        *(f"/staff/intakes/{intake.public_id}/{act}/" for act in ACTS),
        *(f"/api/v1/intakes/{intake.public_id}/{act}/" for act in API_ACTS),
    ]
    return [("get", path) for path in looks] + [("post", path) for path in acts]


@pytest.fixture
def full(pilot):
    """A pilot with a file that waits and a pair that waits."""
    for name in ("Elizabeth Example", "Liz Example"):
        an_enrolment(pilot, name=name, date_of_birth=date(1990, 5, 3), code=name.split()[0])
    a_checked_file(pilot, AMINA)
    search(pilot=pilot, **WHO)
    return pilot


def stands(pilot) -> tuple:
    intake, pair = pilot.intakes.get(), pilot.pairs.get()
    return intake.state, intake.answers, pair.state, Enrolment.objects.count()


def test_files_and_pairs_of_another_pilot_are_not_there(client, full):
    here = a_pilot(
        name="Harbour Cash Pilot", manager=a_user("noor@example.org", may_set_up_pilots=True)
    )
    client.force_login(a_member(here, *MANY_ROLES, email="noor@example.org"))
    before = stands(full)

    answers = {path: getattr(client, method)(path).status_code for method, path in addresses(full)}

    assert set(answers.values()) == {404}
    assert stands(full) == before


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGER, Role.CASEWORKER}))
def test_a_role_that_does_not_enrol_people_sees_and_does_none_of_it(full, role):
    browser = Client()
    browser.force_login(a_member(full, role, email=f"{role}@example.org"))
    before = stands(full)

    answers = {path: getattr(browser, method)(path).status_code for method, path in addresses(full)}

    assert set(answers.values()) == {403}
    assert stands(full) == before


def test_what_is_over_cannot_be_done_again(staff, pilot):
    intake = a_checked_file(pilot, AMINA)
    intakes.drop(intake=intake, **WHO)

    for act in ("add", "undo", "drop"):
        problem_of(post(staff, f"intakes/{intake.public_id}/{act}/"), 409)

    assert not Participant.objects.exists()


def test_a_file_with_35_faults_names_exactly_these_35(pilot):
    for code in ("C-51", "C-119"):
        an_enrolment(pilot, name=f"Somebody with {code}", code=code)
    rows, faults = planted_faults()

    intake = a_checked_file(pilot, *rows, head=HEAD.replace("\n", ",language\n"))

    assert [(row, column) for row, column, _ in intake.problems] == faults
    assert (len(faults), intake.rows, intake.good) == (35, 135, 100)
    assert all(says.endswith(".") for _, _, says in intake.problems)
    assert intake.alike == []


def planted_faults() -> tuple[list[str], list[tuple[int, str]]]:
    """135 rows of which 35 have one fault each, and where these are, in order."""
    kinds = [
        ("name", lambda c: c | {"name": ""}),
        ("arm", lambda c: c | {"arm": "gold"}),
        ("arm", lambda c: c | {"arm": ""}),
        ("consent_date", lambda c: c | {"consent_date": "2026-02-30"}),
        ("consent_date", lambda c: c | {"consent_date": "20/02/2026"}),
        ("consent_date", lambda c: c | {"consent_date": "2026-03-03"}),
        ("consent_date", lambda c: c | {"consent_date": ""}),
        ("date_of_birth", lambda c: c | {"date_of_birth": "2001-02-29"}),
        ("date_of_birth", lambda c: c | {"date_of_birth": "1899-12-31"}),
        ("date_of_birth", lambda c: c | {"date_of_birth": "2026-12-31"}),
        ("email", lambda c: c | {"email": "not-an-address"}),
        ("language", lambda c: c | {"language": "tlh"}),
        ("code", dict),  # the code of row 53, then of row 121, is taken
        ("code", lambda c: c | {"code": "C-0"}),
        ("phone", lambda c: c | {"phone": "0" * 31}),
        ("name", lambda c: c | {"name": "x" * 201}),
        ("code", lambda c: c | {"code": "9" * 21}),
    ]
    rows, faults = [], []
    for n in range(135):
        cells = {
            "name": f"{'ABCDEFGHIJKLM'[n % 13]}{'aeiou'[n % 5]}{n} Example",
            "arm": "cash" if n % 2 else "services",
            "consent_date": "2026-02-20",
            "code": f"C-{n}",
            "date_of_birth": f"{1950 + n % 50}-{1 + n % 12:02}-{1 + n % 28:02}",
            "email": f"person{n}@example.org",
            "phone": f"07000 {n:06}",
            "language": "en",
        }
        if n % 4 == 3 or n == 134 or n == 132:
            column, spoil = kinds[len(faults) % len(kinds)]
            cells = spoil(cells)
            faults.append((n + 2, column))
        rows.append(",".join(cells.values()))
    return rows, faults
