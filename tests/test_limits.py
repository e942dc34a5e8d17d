"""People as they are, and fields that say how much they hold: at form, API, file and database."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, IntegrityError, connection, transaction
from rest_framework import serializers

from cashpilot.core.access import Role
from cashpilot.core.encrypted_fields import Sealed
from cashpilot.endpoints import NewParticipant
from cashpilot.pages.applications import AgainForm, ApplicationForm
from cashpilot.pages.choices import ChoiceForm
from cashpilot.pages.forms import EnrolForm
from cashpilot.pages.plan_forms import HelpForm
from evaluation.api.serializers import ResearchDecision, ResearchTextLine
from evaluation.pages.forms import ResearchTextForm
from participants.api.applications import NewApplication, NewDecision
from participants.api.complaints import NewComplaint, Settled, Words
from participants.api.safeguarding import NewRestrictedNote
from participants.api.serializers import BenefitNoteLine, ConsentLine, TalkLine, TextLine
from participants.api.staff import NewToken, SiteLine
from participants.models import (
    ApplicationDecision,
    BenefitNote,
    BetterOffTalk,
    ComplaintStep,
    Consent,
    Enrolment,
    Participant,
    Pilot,
    ServiceToken,
    Site,
)
from participants.pages.benefits import NoteForm, TalkForm
from participants.pages.complaints import ComplaintForm, HandOverForm, WordsForm
from participants.pages.forms import TextForm
from participants.pages.my_complaints import MyComplaintForm
from participants.pages.programs import TokenForm
from participants.pages.safeguarding import RestrictedNoteForm
from participants.pages.signposts import PlacesForm
from participants.pages.sites import NewSiteForm
from participants.rules import LONGEST
from participants.rules.questions import NOTHING_ASKED
from payments.api.claims import BankReference, ClaimLine
from payments.models import Claim
from payments.pages.claims import ClaimForm
from tests.factories import NOON, a_member, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
NATION = "england-and-wales"
FORMS = [
    EnrolForm(arms=[]),
    ChoiceForm(purposes=[]),
    TextForm(),
    ResearchTextForm(),
    TalkForm(nation=NATION),
    NoteForm(nation=NATION),
    ClaimForm(),
    HelpForm(),
    ApplicationForm(eligibility=NOTHING_ASKED),
    AgainForm(eligibility=NOTHING_ASKED),
    RestrictedNoteForm(notes=[]),
    ComplaintForm(staff=[]),
    MyComplaintForm(staff=[], is_paid=True),
    HandOverForm(staff=[]),
    WordsForm(),
    PlacesForm(),
    NewSiteForm(),
    TokenForm(),
]
LINES = [
    NewParticipant,
    ConsentLine,
    TextLine,
    ResearchDecision,
    ResearchTextLine,
    TalkLine,
    BenefitNoteLine,
    ClaimLine,
    BankReference,
    NewApplication,
    NewDecision,
    NewRestrictedNote,
    NewComplaint,
    Settled,
    Words,
    SiteLine,
    NewToken,
]
COLUMNS = {
    "name": (Participant, "name"),
    "email": (Participant, "email"),
    "phone": (Participant, "phone"),
    "code": (Enrolment, "code"),
    "read_by": (Consent, "read_by"),
    "held_with": (BetterOffTalk, "held_with"),
    "programme": (BenefitNote, "programme"),
    "note": (BenefitNote, "note"),
    "reason": (Claim, "reason"),
    "reference": (Claim, "reference"),
    "site_name": (Site, "name"),
    "token_name": (ServiceToken, "name"),
    "help_name": (Pilot, "help_name"),
    "help_phone": (Pilot, "help_phone"),
    "help_hours": (Pilot, "help_hours"),
    "why_again": (ApplicationDecision, "why_again"),
    "words": (ComplaintStep, "words"),
}
SEALED = {
    name: (model, field)
    for name, (model, field) in COLUMNS.items()
    if isinstance(model._meta.get_field(field), Sealed)
}
READABLE = {name: column for name, column in COLUMNS.items() if name not in SEALED}


def typed_into(forms):
    for form in forms:
        for name, field in form.fields.items():
            if name in LONGEST:
                yield pytest.param(name, field, id=f"{type(form).__name__}.{name}")


def sent_to(lines):
    for line in lines:
        for name, field in line().fields.items():
            if isinstance(field, serializers.CharField) and name in LONGEST and not field.read_only:
                yield pytest.param(name, field, id=f"{line.__name__}.{name}")


@pytest.mark.parametrize(("name", "field"), [*typed_into(FORMS), *sent_to(LINES)])
def test_every_field_keeps_its_limit_and_states_it(name, field):
    assert field.max_length == LONGEST[name]
    assert f"t most {LONGEST[name]} characters" in str(field.help_text)


def test_no_field_that_people_type_into_is_without_a_limit():
    typed = [
        f"{type(form).__name__}.{name}"
        for form in FORMS
        for name, field in form.fields.items()
        if type(field).__name__ in ("CharField", "EmailField") and name not in LONGEST
    ]

    assert typed == []


@pytest.mark.parametrize(("name", "column"), READABLE.items())
def test_the_database_keeps_the_same_limit(name, column):
    model, field = column

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT character_maximum_length FROM information_schema.columns"
            " WHERE table_name = %s AND column_name = %s",
            [model._meta.db_table, field],
        )
        (kept,) = cursor.fetchone()

    assert kept == LONGEST[name]


@pytest.mark.parametrize(("name", "column"), SEALED.items())
def test_a_sealed_column_has_the_same_limit(name, column):
    model, field = column

    assert model._meta.get_field(field).max_length == LONGEST[name]


def test_every_limit_of_the_house_is_walked():
    walked = {one.values[0] for one in [*typed_into(FORMS), *sent_to(LINES)]}

    assert walked == set(LONGEST)
    assert set(COLUMNS) | {"body", "places"} == set(LONGEST)


LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff " * 5 + "Example"
PEOPLE = {
    "a mononym": {"name": "Suharto"},
    "a very long name": {"name": LONG_NAME},
    "a name with marks that turn the direction": {"name": "\u202eelpmaxE anima\u202c"},
    "a name from right to left": {"name": "أمينة", "language": "ar"},
    "born on 29 February": {"name": "Leap Example", "date_of_birth": "2004-02-29"},
    "an unknown birth date": {"name": "Unknown Example", "date_of_birth": ""},
    "a shared phone": {"name": "Sharing Example", "phone": "0800 000 0000"},
    "no phone at all": {"name": "Quiet Example", "phone": "", "email": ""},
}


@pytest.fixture
def pilot():
    made = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    an_enrolment(made, name="Amina Example", phone="0800 000 0000")
    return made


@pytest.fixture
def staff(client, pilot):
    client.force_login(a_member(pilot, Role.CASEWORKER, email="kim@example.org"))
    return client


def arrived(said) -> bool:
    plain = said["name"].strip("\u202e\u202c")
    person = Participant.objects.get(name=plain)
    born = said.get("date_of_birth") or None
    is_born = person.date_of_birth == (date.fromisoformat(born) if born else None)
    return is_born and person.phone == said.get("phone", "")


everybody = pytest.mark.parametrize("said", PEOPLE.values(), ids=PEOPLE)


@everybody
def test_a_person_as_they_are_comes_in_by_form(staff, pilot, said):
    form = {"arm": "cash", "language": "en", "consent_date": "2026-02-20", "how": "phone", **said}

    answer = staff.post(f"/staff/pilots/{pilot.public_id}/enrol/", form)

    assert answer.status_code == 302
    assert arrived(said)


@everybody
def test_a_person_as_they_are_comes_in_by_api(staff, pilot, said):
    sent = {"arm": "cash", "consent_date": "2026-02-20", **said}
    sent["date_of_birth"] = said.get("date_of_birth") or None

    answer = staff.post(
        f"/api/v1/pilots/{pilot.public_id}/enrolments/",
        json.dumps(sent),
        content_type="application/json",
    )

    assert answer.status_code == 201, answer.content
    assert arrived(said)


@everybody
def test_a_person_as_they_are_comes_in_by_file(staff, pilot, said):
    columns = ["name", "arm", "consent_date", *(key for key in said if key != "name")]
    row = {"arm": "cash", "consent_date": "2026-02-20", **said}
    raw = f"{','.join(columns)}\n{','.join(row[one] for one in columns)}\n".encode()

    answer = staff.post(
        f"/staff/pilots/{pilot.public_id}/enrol-file/",
        {"file": SimpleUploadedFile("people.csv", raw)},
    )
    where = answer.headers["Location"]
    staff.post(f"{where}answer/", {"row_2": "different"})  # a shared phone is asked about
    answer = staff.post(f"{where}add/")

    assert answer.status_code == 302, answer.content.decode()
    assert arrived(said)


@everybody
def test_a_person_as_they_are_fits_into_the_database(said):
    fields = {**said, "date_of_birth": said.get("date_of_birth") or None}

    kept = Participant.objects.create(**fields, created_at=NOON)

    kept.refresh_from_db()
    assert kept.name == said["name"]


TOO_MUCH = {
    "name": "x" * 201,
    "phone": "0" * 31,
    "email": f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'w' * 60}.{'v' * 20}.org",
    "read_by": "x" * 121,
    "date_of_birth": "1899-12-31",
}


@pytest.mark.parametrize(("field", "value"), TOO_MUCH.items())
def test_what_is_beyond_a_limit_is_explained_and_nobody_is_added(staff, pilot, field, value):
    said = {"name": "Carys Example", "arm": "cash", "consent_date": "2026-02-20", field: value}
    form = {"language": "en", "how": "phone", **said}

    answers = [
        staff.post(f"/staff/pilots/{pilot.public_id}/enrol/", form),
        staff.post(f"/api/v1/pilots/{pilot.public_id}/enrolments/", said),
    ]

    assert [one.status_code for one in answers] == [400, 400]
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "x" * 201),
        ("phone", "0" * 31),
        ("email", "x" * 255),
        ("date_of_birth", date(1899, 12, 31)),
        ("date_of_birth", date(2026, 3, 4)),
    ],
)
def test_nothing_beyond_a_limit_is_sealed(column, value):
    fields = {"name": "Carys Example", "created_at": NOON, column: value}

    with pytest.raises((DataError, IntegrityError)), transaction.atomic():
        Participant.objects.create(**fields)

    assert not Participant.objects.exists()
