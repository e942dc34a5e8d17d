"""Letters on paper: in any language of ours, and Arabic as it is written."""

import unicodedata

import pytest

from cashpilot.arabic import as_drawn, joined
from cashpilot.paper import Heading, Table, Words, draw
from tests.factories import NOON
from tests.pdf_reader import words_of


def a_letter(*blocks, title="A letter", language="en") -> bytes:
    return draw(title=title, language=language, blocks=blocks, now=NOON)


@pytest.mark.parametrize(
    "words",
    [
        "Mae'r arian yn eiddo i chi: ŵ, ŷ, Siân.",
        "L'argent est à vous, sans condition ; garçon, cœur.",
        "El dinero es suyo, ¿entiende? Año, niño.",
        "Pieniądze są twoje: zażółć gęślą jaźń.",
        "Гроші ваші: її, ґанок, є.",
        "Lacagtu waa taada.",
    ],
)
def test_what_is_written_can_be_read_back(words):
    assert words in words_of(a_letter(Words(words)))


def test_a_letter_says_its_title_and_its_language():
    raw = a_letter(Heading("A heading"), title="Payment statement", language="cy")

    assert b"/Lang (cy)" in raw
    assert b"/Title (\xfe\xff" in raw or b"/Title (Payment statement)" in raw
    assert "Payment statement" in words_of(raw)


def test_a_table_keeps_every_cell():
    table = Table(["On", "Amount"], [["1 May", "£1.00"], ["2 May", "−£1.00"]], frozenset({1}))

    words = words_of(a_letter(table)).split("\n")

    assert [one for one in words if one != "A letter"] == [
        "On", "Amount", "1 May", "£1.00", "2 May", "−£1.00",
    ]  # fmt: skip


def test_a_very_long_name_goes_on_in_the_next_line_and_nothing_is_lost():
    name = "Wolfeschlegelsteinhausenbergerdorff" * 6

    words = words_of(a_letter(Words(name)))

    assert name in words.replace("\n", "")


def test_arabic_letters_are_joined_to_their_neighbours():
    shapes = [unicodedata.name(letter).removeprefix("ARABIC ") for letter in joined("سلام")]

    assert shapes == [
        "LETTER SEEN INITIAL FORM",
        "LIGATURE LAM WITH ALEF FINAL FORM",
        "LETTER MEEM ISOLATED FORM",
    ]


def test_arabic_is_drawn_from_the_right_and_numbers_in_it_from_the_left():
    drawn = as_drawn("المبلغ 360", base="rtl")

    assert drawn.startswith("360 ")
    assert unicodedata.normalize("NFKC", drawn)[4:] == "المبلغ"[::-1]


def test_brackets_are_turned_round_and_marks_stand_after_their_letter():
    drawn = as_drawn("(هًا)", base="rtl")

    plain = unicodedata.normalize("NFKD", drawn)
    assert (drawn[0], drawn[-1]) == ("(", ")")
    assert plain.index("ه") + 1 == plain.index("\u064b")


def test_marks_above_letters_do_not_part_them():
    bare, marked = joined("محمد"), joined("مُحَمَّد")

    assert "".join(one for one in marked if not unicodedata.combining(one)) == bare


def test_every_letter_of_an_arabic_text_reaches_the_paper():
    words = words_of(a_letter(Words("أوافق على المشاركة.", "ar")))

    found = unicodedata.normalize("NFKC", words)
    assert set("أوافقعلىالمشاركة.") <= set(found)
