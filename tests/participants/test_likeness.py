"""How alike two people are: points with their reasons, and nobody missed by comparing fewer."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participants.rules import likeness as rules
from participants.rules.likeness import THRESHOLD, likeness, pairs_among, person
from participants.rules.names import folded, sound
from tests.participants.truth import people

BORN, SWAPPED = date(1990, 5, 3), date(1990, 3, 5)


def someone(name, born=BORN, email="", phone="", key=1):
    return person(key, name=name, born=born, email=email, phone=phone)


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (someone("Siân Example"), someone("SIAN  example"), ("same_name", "same_birth")),
        (someone("Łukasz Müller"), someone("Muller, Lukasz"), ("same_name", "same_birth")),
        (someone("Mrs Ana O’Brien"), someone("Ana OBrien"), ("same_name", "same_birth")),
        (someone("Liz Example"), someone("Elizabeth Example"), ("short_name", "same_birth")),
        (someone("Muhammad Omar"), someone("Mohamed Omar"), ("short_name", "same_birth")),
        (someone("Catherine Smyth"), someone("Katherine Smith"), ("sounds_alike", "same_birth")),
        (someone("Amina Exampel"), someone("Amina Example"), ("sounds_alike", "same_birth")),
        (someone("Oksana Dovhan"), someone("Oksana Dovgan"), ("close_name", "same_birth")),
        (someone("Ana Example"), someone("Ana Maria Example"), ("part_of_name", "same_birth")),
        (
            someone("Ben Example"),
            someone("Ben Example", date(1990, 3, 5)),
            ("same_name", "swapped_birth"),
        ),
        (someone("Suharto"), someone("Suharto"), ("same_name", "same_birth")),
        (someone("أمينة"), someone("أمينة"), ("same_name", "same_birth")),
    ],
)
def test_what_makes_two_people_alike_is_named(one, other, reasons):
    found = likeness(one, other)

    assert found.reasons == reasons
    assert THRESHOLD <= found.score <= 100
    assert likeness(other, one) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (someone("Amina Example"), someone("Bohdan Example")),
        (someone("Amina Example"), someone("Ben Sample")),
        (someone("Ben Example"), someone("Ben Example", date(1971, 11, 28))),
        (someone("Ben Example", None), someone("Ben Example", None)),
        (
            someone("Ana Example", date(1950, 1, 2), phone="07000 000001"),
            someone("Bohdan Sample", date(2001, 7, 9), phone="07000 000001"),
        ),
    ],
    ids=["twins", "strangers", "father and son", "namesakes without dates", "a shared phone"],
)
def test_people_who_only_have_something_in_common_are_not_shown(one, other):
    assert likeness(one, other) is None


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"email": "Amina@Example.org "}, {"email": "amina@example.org"}),
        ({"phone": "+44 7000 000001"}, {"phone": "07000-000 001"}),
        ({"phone": "0044 7000000001"}, {"phone": "(0)7000 000001"}),
    ],
)
def test_an_address_or_a_number_of_theirs_alone_is_enough(mine, theirs):
    found = likeness(someone("Amina Example", None, **mine), someone("A. Sample", None, **theirs))

    assert found.score == THRESHOLD


def test_a_phone_that_many_share_says_little_by_itself():
    house = [someone(f"{n} Example", None, phone="0800 000000", key=i) for i, n in enumerate("ABC")]

    assert list(pairs_among(house)) == []


def test_a_name_that_nobody_else_has_counts_for_more():
    two = [someone("Xanthippe Example", None, key=1), someone("Xanthippe Example", None, key=2)]
    others = [someone("Xanthippe Example", date(1960, n, 1), key=2 + n) for n in range(1, 4)]

    alone, among_others = list(pairs_among(two)), list(pairs_among(two + others))

    assert [found.reasons for _, _, found in alone] == [("same_name", "rare_name")]
    assert (1, 2) not in {(a, b) for a, b, _ in among_others}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("robert", "r163"),
        ("rupert", "r163"),
        ("ashcraft", "a261"),
        ("tymczak", "t522"),
        ("lee", "l000"),
    ],
)
def test_sounds_are_those_of_soundex(word, code):
    assert sound(word) == code


def test_a_name_is_folded_to_its_words():
    assert folded("Dr. Ó Súilleabháin-Müller, Łukasz") == ("lukasz", "muller", "o", "suilleabhain")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_comparing_fewer_pairs_misses_none_that_would_be_shown(seed):
    folk, _ = people(80, doubles=0.3, seed=seed)
    crowd = [one.as_person(place) for place, one in enumerate(folk)]

    found = {(a, b): one for a, b, one in pairs_among(crowd)}

    for one, other in combinations(crowd, 2):
        heard = sum(each.sounds == one.sounds for each in crowd) <= rules.RARE
        theirs = sum(each.phone == one.phone for each in crowd) <= rules.RARE
        both = likeness(one, other, is_rare=heard, is_their_phone=theirs)
        assert found.get((one.key, other.key)) == both


def test_with_new_people_only_pairs_with_one_of_them_are_found():
    folk, _ = people(300, doubles=0.2, seed=3)
    crowd = [one.as_person(place) for place, one in enumerate(folk)]
    new = set(range(250, 300))

    whole = {(a, b) for a, b, _ in pairs_among(crowd)}
    some = [(a, b) for a, b, _ in pairs_among(crowd, new=new)]

    assert len(some) == len(set(some))
    assert set(some) == {(a, b) for a, b in whole if a in new or b in new}


def test_of_a_file_with_known_truth_most_are_found_and_few_are_strangers():
    """The figures of decision 21 at 10,000 people; they vary with the seed by some hundredths."""
    folk, truth = people(10_000, seed=7)
    crowd = [one.as_person(place) for place, one in enumerate(folk)]

    found = {(a, b) for a, b, _ in pairs_among(crowd)}

    right = len(found & truth)
    assert right / len(found) >= 0.93
    assert right / len(truth) >= 0.68
