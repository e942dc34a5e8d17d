"""Forms of staff: a wrong answer is explained beside its field, and what was typed stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cashpilot.core.access import Role
from participants.models import Participant, Pilot
from tests.factories import a_pilot, a_user, an_enrolment
from tests.test_pages import browser_of, member, problems_beside, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot():
    made = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    an_enrolment(made, name="Amina Example")
    an_enrolment(made, name="Ben Example", arm="services")
    return made


A_PILOT = {
    "name": "Harbour Cash Pilot",
    "currency": "gbp",
    "nation": "scotland",
    "cash_arm": "Cash",
    "comparison_arm": "Usual services",
    "amount_minor": "360",
    "frequency": "monthly",
    "count": "12",
    "first_date_day": "1",
    "first_date_month": "4",
    "first_date_year": "2026",
    "when_closed": "before",
    "budget_minor": "43,200.00",
    "consent_text": "I agree to take part.",
}


@pytest.fixture
def owner():
    return browser_of(a_user(may_set_up_pilots=True))


def test_a_pilot_is_set_up_by_form(owner):
    response = owner.post("/staff/pilots/new/", A_PILOT, follow=True)

    made = Pilot.objects.get()
    assert response.redirect_chain[-1][0] == f"/staff/pilots/{made.public_id}/"
    assert made.funds.get().budget_minor == 4_320_000
    assert "every month, the first on" in text_of(response)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount_minor", "-360"),
        ("amount_minor", "360.005"),
        ("amount_minor", "lots"),
        ("budget_minor", "0"),
        ("count", "0"),
        ("count", "1.5"),
        ("first_date", {"first_date_day": "31", "first_date_month": "2"}),
        ("name", ""),
    ],
)
def test_a_wrong_pilot_stays_in_the_form_with_its_fault_beside_the_field(owner, field, typed):
    given = typed if isinstance(typed, dict) else {field: typed}

    response = owner.post("/staff/pilots/new/", {**A_PILOT, **given})

    page = response.content.decode()
    assert response.status_code == 400
    assert "There is a problem" in page
    assert problems_beside(page, field)
    assert f'href="#id_{field}' in page
    for kept in [*given.values(), "43,200.00" if field != "budget_minor" else "12"]:
        assert f'value="{kept}"' in page or not kept
    assert not Pilot.objects.exists()


def test_a_name_that_is_taken_is_said_beside_the_name(owner):
    owner.post("/staff/pilots/new/", A_PILOT)

    response = owner.post("/staff/pilots/new/", {**A_PILOT, "name": "harbour cash PILOT"})

    assert "Another pilot has this name" in problems_beside(response.content.decode(), "name")
    assert Pilot.objects.count() == 1


def test_not_everybody_may_set_up_a_pilot(pilot):
    caseworker = member(pilot, Role.CASEWORKER)

    responses = caseworker.get("/staff/pilots/new/"), caseworker.post("/staff/pilots/new/", A_PILOT)

    assert [one.status_code for one in responses] == [403, 403]
    assert "Ask whoever runs this cashpilot" in text_of(responses[1])
    assert Pilot.objects.count() == 1


A_PERSON = {
    "name": "Carys Example",
    "arm": "cash",
    "language": "cy",
    "consent_date_day": "20",
    "consent_date_month": "2",
    "consent_date_year": "2026",
    "how": "in-person",
}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", {"name": ""}),
        ("arm", {"arm": "gold"}),
        ("consent_date", {"consent_date_day": "30"}),
        ("consent_date", {"consent_date_year": "2999"}),
        ("date_of_birth", {"date_of_birth": "2999-01-01"}),
        ("email", {"email": "not an email"}),
        ("language", {"language": "tlh"}),
    ],
)
def test_a_wrong_person_stays_in_the_form_and_is_not_added(pilot, field, typed):
    caseworker = member(pilot, Role.CASEWORKER)
    where = f"/staff/pilots/{pilot.public_id}/enrol/"

    response = caseworker.post(where, {**A_PERSON, "phone": "0800 111", **typed})

    page = response.content.decode()
    assert response.status_code == 400
    assert problems_beside(page, field)
    assert 'value="0800 111"' in page
    assert Participant.objects.count() == 2


def test_a_person_is_enrolled_by_form(pilot):
    caseworker = member(pilot, Role.CASEWORKER)

    response = caseworker.post(f"/staff/pilots/{pilot.public_id}/enrol/", A_PERSON, follow=True)

    assert "This person takes part now." in text_of(response)
    assert "Carys Example" in text_of(response)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (SimpleUploadedFile("people.csv", b""), "This file is empty"),
        (SimpleUploadedFile("people.ods", b"PK"), "Choose a file of this kind: csv, xlsx"),
        (SimpleUploadedFile("people.xlsx", b"PK"), "no people"),
        (None, "Choose CSV or XLSX file"),
    ],
    ids=["empty", "another kind", "no workbook", "none"],
)
def test_a_file_that_is_none_is_refused_beside_the_field(pilot, file, says):
    caseworker = member(pilot, Role.CASEWORKER)
    sent = {"file": file} if file else {"csrfmiddlewaretoken": "as a browser sends"}

    response = caseworker.post(f"/staff/pilots/{pilot.public_id}/enrol-file/", sent)

    assert response.status_code == 400
    assert says in problems_beside(response.content.decode(), "file")
    assert Participant.objects.count() == 2


def test_a_file_with_faults_shows_a_table_of_what_to_correct_and_adds_nobody(pilot):
    caseworker = member(pilot, Role.CASEWORKER)
    raw = b"name,arm,consent_date\n<b>Carys</b>,gold,2026-02-30\n"

    response = caseworker.post(
        f"/staff/pilots/{pilot.public_id}/enrol-file/",
        {"file": SimpleUploadedFile("people.csv", raw)},
        follow=True,
    )

    page = text_of(response)
    assert "is no arm here" in page
    assert "is not a date that exists" in page
    assert "No row can be added." in page
    assert Participant.objects.count() == 2


def test_the_file_to_fill_can_be_sent_back_as_it_is(pilot):
    caseworker = member(pilot, Role.CASEWORKER)
    empty = caseworker.get(f"/staff/pilots/{pilot.public_id}/people.csv")

    sent = caseworker.post(
        f"/staff/pilots/{pilot.public_id}/enrol-file/",
        {"file": SimpleUploadedFile("people.csv", empty.content)},
    )
    response = caseworker.post(f"{sent.headers['Location']}add/", follow=True)

    assert "1 person takes part now." in text_of(response)
