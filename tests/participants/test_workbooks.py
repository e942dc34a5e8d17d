"""Workbooks from strangers: their first sheet is read, and nothing in them is run or fetched."""

import tracemalloc
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from participants.rules import people_in, read_people
from participants.rules.sheets import MOST_BYTES, Unreadable, lines_of
from tests.participants.workbooks import (
    HEADINGS,
    LAUGHS,
    OUTSIDE,
    SHEET,
    a_bomb,
    a_workbook,
    with_entity,
    with_part,
)

AMINA = ["Amina Example", "cash", date(2026, 2, 20)]


def read(raw: bytes):
    return read_people(raw, arms=["cash"], languages=["en"], today=date(2026, 3, 2))


def test_a_workbook_is_read_as_the_same_file_of_text_would_be():
    rows = [AMINA, ["Ben Example", "cash", datetime.fromisoformat("2026-02-21")]]

    people, problems = read(a_workbook(*rows))

    assert problems == []
    assert [(one.row, one.name, one.consent_date.day) for one in people] == [
        (2, "Amina Example", 20),
        (3, "Ben Example", 21),
    ]


def test_numbers_that_are_codes_and_phones_come_as_they_are_seen():
    raw = a_workbook([*AMINA, 17, 8000000001], headings=[*HEADINGS, "code", "phone"])

    (person,), problems = read(raw)

    assert (person.code, person.phone, problems) == ("17", "8000000001", [])


def test_only_the_first_sheet_is_read():
    raw = a_workbook(AMINA, second=["Somebody Else", "cash", "2026-02-20"])

    people, problems = read(raw)

    assert ([one.name for one in people], problems) == (["Amina Example"], [])


def test_a_formula_is_named_by_its_cell_and_never_calculated():
    raw = a_workbook(["=1+1", "cash", "2026-02-20"], AMINA)

    people, problems = read(raw)

    assert [one.name for one in people] == ["Amina Example"]
    assert [(p.row, p.column) for p in problems] == [(2, "name")]
    assert "formula" in problems[0].says


def test_a_cell_that_holds_an_error_is_no_name():
    book = with_part(
        a_workbook(AMINA),
        SHEET,
        lambda body: body.replace(
            b't="inlineStr"><is><t>Amina Example</t></is>', b't="e"><v>#REF!</v>'
        ),
    )

    people, problems = read(book)

    assert people == []
    assert [(p.row, p.column, p.says) for p in problems] == [
        (2, "name", "this cell holds the error #REF!.")
    ]


def test_a_size_that_a_sheet_declares_hides_nobody():
    lying = with_part(
        a_workbook(AMINA, ["Ben Example", "cash", "2026-02-20"]),
        SHEET,
        lambda body: body.replace(b'ref="A1:C3"', b'ref="A1:C2"'),
    )

    people, _ = read(lying)

    assert [one.name for one in people] == ["Amina Example", "Ben Example"]


@pytest.mark.parametrize(
    ("declared", "used"), [(OUTSIDE, b"&there;"), (LAUGHS, b"&b;")], ids=["outside", "laughs"]
)
def test_an_entity_is_neither_fetched_nor_unfolded(declared, used):
    raw = with_entity(a_workbook(AMINA), declared, used)

    people, problems = read(raw)

    assert people == []
    assert [p.says for p in problems] == [
        "This workbook cannot be read. Open it, and save it as XLSX or “CSV UTF-8” again."
    ]


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_not_opened():
    bomb = a_bomb()

    tracemalloc.start()
    with pytest.raises(Unreadable, match="unpacks to far more than it is"):
        lines_of(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(bomb) < 200_000
    assert peak < 5_000_000


def test_a_file_beyond_the_size_is_refused_before_it_is_looked_at():
    with pytest.raises(Unreadable, match="more than 10 MB"):
        lines_of(b"x" * (MOST_BYTES + 1))


@pytest.mark.parametrize("cut", [100, 1_000, 3_000])
def test_a_workbook_that_is_cut_off_is_refused_in_a_sentence(cut):
    raw = a_workbook(*[AMINA] * 50)

    with pytest.raises(Unreadable):
        lines_of(raw[:cut] + b"[Content_Types].xml")


def test_a_workbook_without_a_sheet_of_rows_is_refused_in_a_sentence(tmp_path):
    book = Workbook()
    book.create_chartsheet()
    book.remove(book.worksheets[0])
    book.save(tmp_path / "chart.xlsx")

    with pytest.raises(Unreadable):
        lines_of((tmp_path / "chart.xlsx").read_bytes())


def test_empty_columns_and_rows_round_the_table_are_not_its_own():
    raw = a_workbook(AMINA, [None] * 5, headings=[*HEADINGS, None, None])

    lines = lines_of(raw)

    assert lines == [HEADINGS, ["Amina Example", "cash", "2026-02-20"]]


def test_columns_are_matched_by_position_and_others_left_out():
    lines = [["Wer", "note", "Gruppe", "am"], ["Amina Example", "x", "cash", "2026-02-20"]]

    people, problems = people_in(
        lines,
        ["name", "", "arm", "consent_date"],
        arms=["cash"],
        languages=["en"],
        today=date(2026, 3, 2),
    )

    assert ([(one.name, one.arm) for one in people], problems) == ([("Amina Example", "cash")], [])
