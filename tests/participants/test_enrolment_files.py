"""A file of people: everybody in it is added, or nobody, and each fault is named by its cell."""

from datetime import date

import pytest

from cashpilot.core.models import AuditEvent
from cashpilot.journeys import enrol_file_and_award
from participants.models import Consent, Enrolment, Participant
from participants.operations.enrolment import FileRefused
from participants.rules import clean
from payments.models import Award
from payments.queries import OverBudget
from tests.factories import BY, NOON, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db

HEAD = "name,arm,consent_date,code,date_of_birth,email,phone,language\n"


def take_in(pilot, text):
    raw = text if isinstance(text, bytes) else text.encode()
    return enrol_file_and_award(pilot=pilot, raw=raw, by=BY, now=NOON)


def refused(pilot, text) -> list[tuple[int, str, str]]:
    """The faults of a file, once it is certain that nothing of it was written."""
    tables = (Participant, Enrolment, Consent, Award, AuditEvent)
    before = [table.objects.count() for table in tables]
    with pytest.raises(FileRefused) as refusal:
        take_in(pilot, text)
    assert [table.objects.count() for table in tables] == before
    assert str(refusal.value).startswith("Nothing was added: the file has ")
    return [(p.row, p.column, p.says) for p in refusal.value.problems]


def test_everybody_in_a_file_is_added_with_consent_and_promise():
    pilot = a_pilot(count=3)

    added = take_in(
        pilot,
        HEAD
        + "Amina Example,cash,2026-02-20,A-1,1990-05-03,amina@example.org,0800 000 0001,ar\n"
        + "Ben Example,services,2026-02-21,,,,,\n",
    )

    amina, ben = added
    assert amina.participant.date_of_birth == date(1990, 5, 3)
    assert (amina.code, amina.participant.language) == ("A-1", "ar")
    assert amina.award.instalments.count() == 3
    assert ben.participant.language == "en"
    assert len(ben.code) == 6
    consents = [one.consents.get() for one in added]
    assert [(c.decided_on.day, c.how, c.text.version) for c in consents] == [
        (20, "paper", 1),
        (21, "paper", 1),
    ]
    assert Award.objects.count() == 1


def test_every_fault_of_a_file_is_named_by_its_row_and_column():
    pilot = a_pilot()
    an_enrolment(pilot, code="TAKEN")
    rows = [
        ",cash,2026-02-20,,,,,",
        "B Example,gold,2026-02-20,,,,,",
        "C Example,cash,2026-02-30,,,,,",
        "D Example,cash,20/02/2026,,,,,",
        "E Example,cash,,,,,,",
        "F Example,cash,2026-03-03,,,,,",
        "G Example,cash,2026-02-20,,2030-01-01,,,",
        "H Example,cash,2026-02-20,,1999-02-29,,,",
        "I Example,cash,2026-02-20,,,not-an-email,,",
        "J Example,cash,2026-02-20,,,,,tlh",
        "K Example,cash,2026-02-20,TAKEN,,,,",
        "L Example,cash,2026-02-20,TWICE,,,,",
        "M Example,cash,2026-02-20,twice,,,,",
        "N Example,cash,2026-02-20,",
        f"{'O' * 201},cash,2026-02-20,,,,,",
        f"P Example,cash,2026-02-20,{'9' * 21},,,{'0' * 31},",
        "Q Example,,soon,,,,,",
        "R Example,cash,2026-02-20,,,q@example.org,,",
        "S Example,cash,2026-02-20,,,Q@example.org,,",
        "T Example,cash,2026-02-20,,,,,en",
    ]

    found = refused(pilot, HEAD + "\n".join(rows))

    assert [(row, column) for row, column, _ in found] == [
        (2, "name"),
        (3, "arm"),
        (4, "consent_date"),
        (5, "consent_date"),
        (6, "consent_date"),
        (7, "consent_date"),
        (8, "date_of_birth"),
        (9, "date_of_birth"),
        (10, "email"),
        (11, "language"),
        (12, "code"),
        (14, "code"),
        (15, "(all)"),
        (16, "name"),
        (17, "code"),
        (17, "phone"),
        (18, "arm"),
        (18, "consent_date"),
        (20, "email"),
    ]
    says = {(row, column): text for row, column, text in found}
    assert says[3, "arm"] == "'gold' is no arm here. Use cash, services."
    assert "not a date that exists" in says[4, "consent_date"]
    assert says[7, "consent_date"] == "2026-03-03 is in the future."
    assert says[14, "code"] == "the same code stands in row 13."
    assert says[15, "(all)"] == "4 cells where the first row names 8 columns."
    assert all(text.endswith(".") for text in says.values())


def test_one_fault_in_the_last_of_a_hundred_rows_adds_nobody():
    rows = [f"Person {n} Example,cash,2026-02-20" for n in range(99)]

    found = refused(
        a_pilot(), "name,arm,consent_date\n" + "\n".join([*rows, "Last Example,cash,2026-02-31"])
    )

    assert [(row, column) for row, column, _ in found] == [(101, "consent_date")]


def test_a_file_that_the_budget_cannot_keep_adds_nobody():
    pilot = a_pilot(amount_minor=36_000, count=3, budget_minor=2 * 108_000)
    rows = "".join(f"Person {n} Example,cash,2026-02-20\n" for n in range(3))

    with pytest.raises(OverBudget):
        take_in(pilot, "name,arm,consent_date\n" + rows)

    assert not Participant.objects.exists()
    assert not Award.objects.exists()


NAMES = "name,arm,consent_date\n"
PLAIN = NAMES + "Amina Example,cash,2026-02-20\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip().encode(),
        (PLAIN + "\n,,\n").encode(),
        PLAIN.replace("name,arm", " Name , ARM").encode(),
        b'"name","arm","consent_date"\n" Amina  Example ","cash","2026-02-20"\n',
    ],
    ids=["BOM", "CRLF", "CR", "no last line end", "blank rows", "loose names", "quoted"],
)
def test_a_file_is_read_however_a_spreadsheet_saved_it(raw):
    added = take_in(a_pilot(), raw)

    assert [one.participant.name for one in added] == ["Amina Example"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"Example, Amina"', "Example, Amina"),
        ('"Amina ""Mina"" Example"', 'Amina "Mina" Example'),
        ("Suharto", "Suharto"),
        ("Łukasz Ó Súilleabháin-Müller", "Łukasz Ó Súilleabháin-Müller"),
        ("أمينة", "أمينة"),
        ("\u202eelpmaxE animA\u202c", "elpmaxE animA"),
        ("\u2067Amina\u2069 Example", "Amina Example"),
        ('"Amina\nExample"', "Amina Example"),
        ("=1+1", "=1+1"),
    ],
)
def test_a_name_is_kept_as_people_write_it_without_marks_that_turn_it(written, kept):
    added = take_in(a_pilot(), f"{NAMES}{written},cash,2026-02-20\n")

    assert added[0].participant.name == kept


def test_somebody_born_on_a_leap_day_is_added():
    added = take_in(a_pilot(), HEAD + "Leap Example,cash,2026-02-20,,2000-02-29,,,\n")

    assert added[0].participant.date_of_birth == date(2000, 2, 29)


@pytest.mark.parametrize(
    "again", ["Jose\u0301 Nu\u0301n\u0303ez", "Jos\u00e9\u200b N\u00fa\u00f1ez"]
)
def test_one_name_in_another_spelling_of_unicode_is_one_name(again):
    assert clean(again) == "Jos\u00e9 N\u00fa\u00f1ez"


def test_the_same_person_twice_is_refused_and_two_namesakes_need_codes():
    pilot = a_pilot()
    with pytest.raises(FileRefused) as no:
        take_in(pilot, HEAD + "Amina Example,cash,2026-02-20,,,,,\n" * 2)

    assert "seems to take part already" in no.value.problems[0].says
    assert (no.value.problems[0].row, pilot.enrolments.count()) == (3, 0)


def test_handing_in_the_same_file_twice_pays_nobody_twice():
    pilot = a_pilot()
    rows = HEAD + "Amina Example,cash,2026-02-20,,,,,\n"
    take_in(pilot, rows)

    with pytest.raises(FileRefused):
        take_in(pilot, rows)

    assert pilot.enrolments.count() == 1


@pytest.mark.parametrize(
    ("raw", "row", "column", "says"),
    [
        (b"", 0, "", "This file is empty"),
        (b"\xef\xbb\xbf", 0, "", "This file is empty"),
        (NAMES.encode(), 0, "", "column names and no people"),
        ((NAMES + "\n\n,,\n").encode(), 0, "", "column names and no people"),
        (PLAIN.encode("utf-16"), 0, "", "not UTF-8 text"),
        (PLAIN.replace("Amina", "Zoë").encode("latin-1"), 0, "", "not UTF-8 text"),
        (PLAIN.replace("Amina", "Am\x00ina").encode(), 0, "", "not a CSV file"),
        (b"PK\x03\x04\x00\x00", 0, "", "not a CSV file"),
        (NAMES.encode() + b'"' + b"x" * 200_000, 0, "", "not a CSV file"),
        (b"name,arm\nAmina,cash\n", 1, "consent_date", "this column is missing"),
        (
            b"name,arm,consent_date,nickname\nAmina,cash,2026-02-20,Mina\n",
            1,
            "nickname",
            "unknown column. Known ones: arm, code",
        ),
        (b"name,arm,consent_date,name\nA,cash,2026-02-20,B\n", 1, "name", "stands twice"),
        (b"name;arm;consent_date\nA;cash;2026-02-20\n", 1, "arm", "missing"),
        (b"name,arm,consent_date,\nA,cash,2026-02-20,\n", 1, "(no name)", "unknown column"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused_in_a_sentence(raw, row, column, says):
    found = refused(a_pilot(), raw)

    assert (row, column) in {(r, c) for r, c, _ in found}
    assert any(says in text for _, _, text in found)


def test_a_file_that_is_too_long_is_refused_before_its_rows_are_read():
    rows = "Amina Example,cash,2026-02-20\n" * 20_001

    found = refused(a_pilot(), NAMES + rows)

    assert found == [(0, "", "This file has more than 20,000 rows. Split it.")]
