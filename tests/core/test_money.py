"""Money in and out: what people write becomes whole pence, and nothing else passes."""

import pytest
from django import forms

from cashpilot.core.fields import MoneyField, add_refusal
from cashpilot.core.money import Money, in_words, known_currency, parse, positive, total
from cashpilot.core.refusals import Invalid, Refused


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("600", 60_000),
        ("£600.50", 60_050),
        (" $ 1,200 ", 120_000),
        ("€1,234,567.89", 123_456_789),
        ("0.01", 1),
        ("360.00", 36_000),
    ],
)
def test_what_people_write_becomes_whole_pence(text, minor):
    assert parse(text) == minor


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-5", "negative"),
        ("£-5", "negative"),
        ("−5.00", "negative"),
        ("0", "more than nothing"),
        ("0.00", "more than nothing"),
        ("10.005", "not an amount"),
        ("10.5", "not an amount"),
        ("0.001", "not an amount"),
        ("1,20", "not an amount"),
        ("1.200,00", "not an amount"),
        ("12,34,567", "not an amount"),
        ("1e3", "not an amount"),
        ("NaN", "not an amount"),
        ("six hundred", "not an amount"),
        ("600 pounds", "not an amount"),
        ("", "not an amount"),
        ("£", "not an amount"),
        ("9" * 30, "too large"),
    ],
)
def test_an_amount_that_cannot_be_meant_is_refused_with_its_field(text, says):
    with pytest.raises(Invalid, match=says) as refusal:
        parse(text, field="budget")

    assert refusal.value.field == "budget"
    assert str(refusal.value).endswith(".")


def test_the_largest_amount_is_ten_trillion_and_not_a_penny_more():
    assert positive(10**15) == 10**15

    with pytest.raises(Invalid, match="too large"):
        positive(10**15 + 1)


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (60_000, "gbp", "£600.00"),
        (123_456_789, "usd", "$1,234,567.89"),
        (5, "cad", "CA$0.05"),
        (0, "eur", "€0.00"),
        (-36_050, "gbp", "−£360.50"),
        (100, "chf", "CHF 1.00"),
    ],
)
def test_pence_become_words_only_to_be_read(minor, currency, words):
    assert in_words(minor, currency) == words
    assert str(Money(minor, currency)) == words


@pytest.mark.parametrize("text", ["£0.01", "£1.00", "£999,999.99"])
def test_what_is_written_out_can_be_read_in_again(text):
    assert in_words(parse(text), "gbp") == text


def test_two_currencies_never_add_up():
    with pytest.raises(ValueError, match="gbp and usd cannot be added"):
        Money(1, "gbp") + Money(1, "usd")

    with pytest.raises(ValueError, match="cannot be added"):
        total([Money(1, "gbp"), Money(1, "usd")], "gbp")


def test_sums_of_one_currency_add_up_and_nothing_is_nothing():
    assert total([Money(10, "gbp"), Money(20, "gbp")], "gbp") == Money(30, "gbp")
    assert total([], "usd") == Money(0, "usd")


def test_an_amount_cannot_be_changed_in_place():
    amount = Money(1, "gbp")

    with pytest.raises(AttributeError):
        amount.minor = 2

    assert amount == Money(1, "gbp")


def test_a_currency_is_known_however_it_is_written():
    assert [known_currency(text) for text in ("GBP", " usd ", "Cad", "eur")] == [
        "gbp",
        "usd",
        "cad",
        "eur",
    ]


@pytest.mark.parametrize("text", ["", "£", "pounds", "jpy", "gb p", "GBP\x00"])
def test_an_unknown_currency_is_refused_with_those_that_can_be_used(text):
    with pytest.raises(Invalid, match="Use one of GBP, USD, CAD, EUR") as refusal:
        known_currency(text)

    assert refusal.value.field == "currency"


class BudgetForm(forms.Form):
    budget = MoneyField()
    spare = MoneyField(required=False)


def test_a_form_reads_money_as_people_write_it():
    form = BudgetForm({"budget": "£1,200.50"})

    assert form.is_valid()
    assert form.cleaned_data == {"budget": 120_050, "spare": None}


def test_a_form_keeps_wrong_money_and_says_why_beside_it():
    form = BudgetForm({"budget": "-3"})

    assert list(form.errors) == ["budget"]
    assert "negative" in form.errors["budget"][0]
    assert 'value="-3"' in str(form["budget"])


@pytest.mark.parametrize(
    ("refusal", "place"),
    [
        (Invalid("Too small.", field="budget"), "budget"),
        (Invalid("Too small.", field="elsewhere"), "__all__"),
        (Refused("Not now."), "__all__"),
    ],
)
def test_a_refusal_stands_beside_the_field_it_names_or_above_the_form(refusal, place):
    form = BudgetForm({"budget": "5"})

    add_refusal(form, refusal)

    assert form.errors == {place: [str(refusal)]}
