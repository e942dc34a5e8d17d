"""Days and hours at which a person may be written to, by the clock where they live."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from cashpilot.core.refusals import Invalid
from participants.rules.discreet import DISCREET
from participants.rules.safe_times import SafeTimes, check_safe_times, is_safe, next_safe

LONDON = ZoneInfo("Europe/London")
WEEKDAY_MORNINGS = SafeTimes("12345", time(9, 30), time(12))


def at(day, hour, minute=0, *, month=3):
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(2, 9, 29), False),
        (at(2, 9, 30), True),
        (at(2, 11, 59), True),
        (at(2, 12, 0), False),
        (at(7, 10, 0), False),
    ],
)
def test_a_moment_is_safe_from_the_start_until_just_before_the_end(moment, expected):
    assert is_safe(WEEKDAY_MORNINGS, moment) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(2, 10), at(2, 10)),
        (at(2, 8), at(2, 9, 30)),
        (at(2, 12), at(3, 9, 30)),
        (at(6, 12), at(9, 9, 30)),
        (at(7, 0), at(9, 9, 30)),
    ],
)
def test_what_is_not_safe_now_waits_for_the_next_window(moment, expected):
    assert next_safe(WEEKDAY_MORNINGS, moment) == expected


def test_one_day_a_week_is_found_a_week_ahead():
    assert next_safe(SafeTimes("1", time(9), time(10)), at(2, 10)) == at(9, 9)


def test_a_day_without_hours_begins_at_midnight():
    assert next_safe(SafeTimes("7"), at(2, 10)) == at(8, 0)


def test_the_hours_are_those_of_the_clock_on_the_wall_when_it_changes():
    window = SafeTimes("1234567", time(9), time(10))

    found = next_safe(window, at(28, 12))

    assert (found.hour, found.utcoffset().total_seconds()) == (9, 3600)


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (SafeTimes(""), "days"),
        (SafeTimes("18"), "days"),
        (SafeTimes("1", time(9)), "until_time"),
        (SafeTimes("1", None, time(9)), "until_time"),
        (SafeTimes("1", time(9), time(9)), "until_time"),
        (SafeTimes("1", time(22), time(2)), "until_time"),
    ],
)
def test_times_that_cannot_come_round_are_refused_beside_their_field(times, field):
    with pytest.raises(Invalid) as no:
        check_safe_times(times)

    assert no.value.field == field


def test_days_are_put_in_order_and_told_once():
    assert check_safe_times(SafeTimes("5115")).days == "15"


def test_there_is_a_discreet_message_in_every_language_people_read(settings):
    assert set(DISCREET) == {code for code, _name in settings.PARTICIPANT_LANGUAGES}


@pytest.mark.parametrize("language", DISCREET)
def test_a_discreet_message_is_one_text_and_names_no_sum(language):
    words = DISCREET[language][1]

    assert len(words) <= 70
    assert not any(sign.isdigit() or sign in "£$€" for sign in "".join(DISCREET[language]))


MONEY = {
    "en": ("money", "cash", "pay", "bank", "pilot"),
    "cy": ("arian", "taliad", "banc", "peilot"),
    "fr": ("argent", "paiement", "banque", "projet"),
    "ar": ("مال", "دفع", "بنك", "نقد"),
    "pl": ("pieni", "płat", "bank", "gotówk"),
    "uk": ("грош", "плат", "банк", "кошт"),
    "es": ("dinero", "pago", "banco", "efectivo"),
    "so": ("lacag", "bangi", "mushahar"),
}


@pytest.mark.parametrize("language", DISCREET)
def test_a_discreet_message_has_no_word_of_money_or_of_a_programme(language):
    said = " ".join(DISCREET[language]).casefold()

    assert [word for word in MONEY[language] if word in said] == []
