"""Public identifiers: what they say, and what they do not."""

import re

from cashpilot.core.ids import ALPHABET, READ_ALOUD, new_code, new_id


def test_an_id_says_what_it_names_and_is_safe_in_an_address():
    found = new_id("par")

    assert re.fullmatch(r"par_[0-9a-z]{20}", found)


def test_an_id_carries_a_hundred_bits():
    assert len(set(ALPHABET)) == 32
    assert len(new_id("par").removeprefix("par_")) * 5 == 100


def test_ids_do_not_repeat_and_follow_no_order():
    made = [new_id("dsb") for _ in range(2_000)]

    assert len(set(made)) == len(made)
    assert made != sorted(made)


def test_a_code_can_be_read_to_somebody_over_the_phone():
    codes = [new_code() for _ in range(500)]

    assert all(re.fullmatch(f"[{READ_ALOUD}]{{6}}", code) for code in codes)
    assert not set("0O1I5S2Z") & set("".join(codes))
