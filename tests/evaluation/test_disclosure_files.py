"""Pseudonyms, bytes and catalogue: what leaves says no more than it should."""

import hashlib
import hmac
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from evaluation.disclosure import (
    InvalidSpec,
    age_band,
    age_bands,
    canonical_csv,
    pseudonym,
    pseudonymising,
    pseudonyms,
    quarter,
    quarters,
    safe_label,
)
from evaluation.disclosure.pseudonymising import hkdf

MASTER = bytes(range(32))
IDS = [f"par_{n:05d}" for n in range(2000)]


def test_key_derivation_follows_rfc_5869():
    key = bytes([0x0B]) * 22

    plain = hkdf(key, b"", length=42)
    salted = hkdf(key, bytes(range(0xF0, 0xFA)), length=42, salt=bytes(range(13)))

    assert plain.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )
    assert salted.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_a_person_keeps_the_pseudonym_inside_a_project_and_loses_it_outside():
    first = pseudonyms(MASTER, "project-a", IDS)
    other = pseudonyms(MASTER, "project-b", IDS)

    assert first["par_00007"] == pseudonym(MASTER, "project-a", "par_00007")
    assert set(first.values()).isdisjoint(other.values())
    assert {len(value) for value in first.values()} == {12}


def test_a_dictionary_of_every_identifier_finds_nobody_without_the_secret():
    released = set(pseudonyms(MASTER, "project-a", IDS).values())

    def guesses(key: str) -> list[bytes]:
        raw = key.encode()
        return [
            hashlib.sha256(raw).digest(),
            hashlib.sha256(b"project-a" + raw).digest(),
            hmac.digest(b"project-a", raw, "sha256"),
            hmac.digest(bytes(32), raw, "sha256"),
        ]

    wrong = bytes(32)
    hits = [key for key in IDS if pseudonym(wrong, "project-a", key) in released]
    prefixes = {value.encode() for value in released}
    hits += [key for key in IDS for guess in guesses(key) if guess.hex().encode()[:12] in prefixes]
    hits += [key for key in IDS if key in released]

    assert hits == []


def test_sorting_by_pseudonym_hides_the_order_of_enrolment():
    found = pseudonyms(MASTER, "project-a", IDS[:300])

    order = pd.Series(range(300), index=found.values()).sort_index()

    assert abs(np.corrcoef(order, range(300))[0, 1]) < 0.15


@pytest.mark.parametrize(
    ("master", "domain", "key", "words"),
    [
        (b"short", "project", "par_1", "at least 32 bytes"),
        (MASTER, "", "par_1", "name the project"),
        (MASTER, "project", "", "empty identifier"),
    ],
)
def test_a_weak_secret_or_an_empty_name_is_refused(master, domain, key, words):
    with pytest.raises(ValueError, match=words):
        pseudonym(master, domain, key)


def test_two_people_under_one_pseudonym_are_refused(monkeypatch):
    monkeypatch.setattr(pseudonymising, "LENGTH", 1)

    with pytest.raises(ValueError, match="share a pseudonym"):
        pseudonyms(MASTER, "project-a", IDS)


@pytest.mark.parametrize(
    "label", ["=1+1", "+44", "-2", "@SUM(A1)", "\tx", "\r=1", "\x00=1", "\x7f", "\n"]
)
def test_a_label_that_a_spreadsheet_would_calculate_gets_an_apostrophe(label):
    safe = safe_label(label)

    assert safe == "'" + label


@pytest.mark.parametrize("label", ["", "Leeds", "1-2", "under 18", "<35", "Łódź", " =x", "'=x"])
def test_any_other_label_is_left_as_it_is(label):
    safe = safe_label(label)

    assert safe == label


def test_the_bytes_are_these_and_no_others():
    table = pd.DataFrame(
        {
            "town": ["Łódź", '=HYPERLINK("x")', None],
            "score": [-0.1, 1 / 3, np.nan],
            "n": pd.array([-1, None, 3], dtype="Int64"),
            "left": [True, False, True],
            "spent": [Decimal("-1.50"), None, Decimal("2E+2")],
            "-odd": ["a,b", "c\nd", "e"],
        },
        index=[7, 8, 9],
    )

    written = canonical_csv(table)

    assert written.decode("utf-8") == (
        "town,score,n,left,spent,'-odd\n"
        'Łódź,-0.1,-1,true,-1.50,"a,b"\n'
        '"\'=HYPERLINK(""x"")",0.3333333333333333,,false,,"c\nd"\n'
        ",,3,true,200,e\n"
    )


def test_categories_and_texts_of_any_kind_give_the_same_bytes():
    labels = pd.Series(["b", "a", None, "b"], dtype=object)

    kinds = [labels, labels.astype("category"), labels.astype("string")]

    assert len({canonical_csv(pd.DataFrame({"x": kind})) for kind in kinds}) == 1


def test_numbers_read_back_to_the_same_double():
    values = np.random.default_rng(4).normal(size=200) * 10.0 ** np.arange(-100, 100)

    lines = canonical_csv(pd.DataFrame({"x": values})).decode().splitlines()[1:]

    assert [float(line) for line in lines] == values.tolist()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([np.inf], "infinite"),
        ([date(2026, 1, 31)], "date or time"),
        ([pd.Timestamp("2026-01-31")], "date or time"),
    ],
)
def test_dates_and_infinite_numbers_never_leave(values, words):
    with pytest.raises(InvalidSpec, match=words):
        canonical_csv(pd.DataFrame({"x": values}))


def test_two_columns_of_one_name_are_refused():
    table = pd.DataFrame([[1, 2]], columns=["x", "x"])

    with pytest.raises(InvalidSpec, match="same name"):
        canonical_csv(table)


@pytest.mark.parametrize(
    ("age", "band"),
    [(16, "under 18"), (18, "18-19"), (19, "18-19"), (20, "20-24"), (64, "60-64"), (91, "65+")],
)
def test_an_age_has_a_band_with_both_ends_coded(age, band):
    assert age_band(age) == band


def test_every_age_has_its_leaf_and_the_coarser_bands_hold_it():
    rows = {row[0]: row for row in age_bands()}

    coarser = {age: rows[age_band(age)][1:] for age in range(100)}

    assert coarser[17] == ("under 18", "<35")
    assert coarser[24] == ("18-24", "<35")
    assert coarser[34] == ("25-34", "<35")
    assert coarser[35] == ("35-49", "35+")
    assert coarser[50] == coarser[99] == ("50+", "35+")


def test_an_enrolment_date_has_its_quarter_and_half_year():
    rows = quarters(date(2025, 11, 30), date(2026, 7, 1))

    assert rows == [
        ("2025 Q4", "2025 H2"),
        ("2026 Q1", "2026 H1"),
        ("2026 Q2", "2026 H1"),
        ("2026 Q3", "2026 H2"),
    ]
    assert [quarter(date(2026, m, 1)) for m in (1, 3, 4, 12)] == [
        "2026 Q1",
        "2026 Q1",
        "2026 Q2",
        "2026 Q4",
    ]


def test_quarters_that_run_backwards_are_refused():
    with pytest.raises(ValueError, match="cannot come before"):
        quarters(date(2026, 1, 1), date(2025, 1, 1))
