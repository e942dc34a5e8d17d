"""Words on pages and in forms: sums, dates, languages, and what is wrong with an answer."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.core import validators
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils import translation

from cashpilot.core.templatetags import cashpilot_tables, cashpilot_words
from cashpilot.forms import OURS, DateParts

FRIDAY = date(2025, 12, 5)

# Sentences that no page of ours can bring about: formsets of related rows, and network addresses.
OUT_OF_REACH = {forms.models.InlineForeignKeyField, forms.GenericIPAddressField}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Friday 5 December 2025"),
        ("en-gb", "Friday 5 December 2025"),
        ("cy", "Dydd Gwener, 5 Rhagfyr 2025"),
        ("ar", "الجمعة، 5 ديسمبر 2025"),
        ("pl", "piątek, 5 grudnia 2025"),
        ("uk", "пʼятниця, 5 грудня 2025\u202fр."),
        ("es", "viernes, 5 de diciembre de 2025"),
        ("so", "Jimco, Diseembar 5, 2025"),
    ],
)
def test_a_date_is_right_in_the_readers_language(language, words):
    with translation.override(language):
        assert cashpilot_words.long_date(FRIDAY) == words


def test_a_moment_is_told_in_the_pilots_own_time_zone(settings):
    settings.TIME_ZONE = "Europe/London"
    moment = datetime(2026, 7, 3, 8, 30, tzinfo=UTC)

    with translation.override("en"):
        assert cashpilot_words.long_moment(moment) == "Friday 3 July 2026 at 09:30"


@pytest.mark.parametrize(
    ("language", "days", "words"),
    [
        ("en", 0, "today"),
        ("en", 1, "tomorrow"),
        ("en", -1, "yesterday"),
        ("en", 12, "in 12 days"),
        ("en", -3, "3 days ago"),
        ("en", 400, "in 400 days"),
        ("cy", 12, "ymhen 12 diwrnod"),
        ("ar", 2, "خلال يومين"),
        ("ar", 12, "خلال 12 يومًا"),
        ("pl", 12, "za 12 dni"),
        ("uk", 2, "через 2 дні"),
        ("es", 12, "dentro de 12 días"),
    ],
)
def test_how_far_off_a_day_is(language, days, words):
    today = date.fromordinal(FRIDAY.toordinal() - days)

    with translation.override(language):
        assert cashpilot_words.in_days(FRIDAY, today) == words


def test_somali_gets_a_direction_that_the_cldr_lacks():
    with translation.override("so"):
        assert cashpilot_words.in_days(FRIDAY, date(2025, 11, 23)) == "in 12 maalmood"


def test_a_sum_and_a_number_keep_their_order_in_right_to_left_text():
    page = Template("{% load cashpilot_words %}{{ sum|money:'gbp' }} {{ code|isolate }}")

    assert page.render(Context({"sum": 36000, "code": "<4242>"})) == (
        '<bdi dir="ltr">£360.00</bdi> <bdi dir="ltr">&lt;4242&gt;</bdi>'
    )


def test_a_telephone_link_has_no_spaces():
    assert cashpilot_words.digits("+44 (0)800 123-4567") == "+4408001234567"


def test_each_language_goes_by_its_own_name_and_direction(settings):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic"), ("so", "Somali")]

    with translation.override("ar"):
        languages = cashpilot_words.languages_offered()

    assert [one["name"] for one in languages] == ["English", "العربيّة", "Soomaali"]
    assert [one["dir"] for one in languages] == ["ltr", "rtl", "ltr"]
    assert [one["is_current"] for one in languages] == [False, True, False]


def test_a_table_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="longer"):
        cashpilot_tables.beside(["one"], ["Name", "Amount"])


# Forms


class Asking(forms.Form):
    full_name = forms.CharField(label="Full name", max_length=5, min_length=2)
    email = forms.EmailField(label="Email address")
    months = forms.IntegerField(label="Number of months", min_value=1, max_value=36)
    amount = forms.DecimalField(label="Amount", max_digits=6, decimal_places=2)
    first_day = forms.DateField(label="First day", widget=DateParts)
    arm = forms.ChoiceField(label="Arm", choices=[("cash", "Cash")])
    why = forms.ChoiceField(label="Why?", choices=[("late", "Late")], widget=forms.RadioSelect)
    agrees = forms.BooleanField(label="I have read this")
    file = forms.FileField(label="List of people")
    nhs = forms.CharField(label="NHS number", error_messages={"required": "Ask for the card"})


@pytest.mark.parametrize(
    ("field", "answer", "words"),
    [
        ("full_name", "", "Enter full name"),
        ("full_name", "Much too long", "Write at most 5 characters for full name"),
        ("full_name", "A", "Write at least 2 characters for full name"),
        ("email", "amina", "Enter an email address in full, like name@example.com"),
        ("months", "two", "Enter number of months as a whole number, like 12"),
        ("months", "0", "Enter number of months of 1 or more"),
        ("months", "99", "Enter number of months of 36 or less"),
        ("amount", "lots", "Enter amount as a number, like 12.50"),
        ("amount", "1.234", "Enter amount with at most 2 figures after the point"),
        ("amount", "12345.00", "Enter a smaller amount"),
        ("first_day", "2025-2-31", "Enter first day as a real date, like 31 3 2026"),
        ("first_day", "25-1-1", "Enter first day as a real date, like 31 3 2026"),
        ("arm", "", "Choose arm"),
        ("arm", "prison", "Choose arm from the list"),
        ("why", "", "Answer the question: Why?"),
        ("agrees", "", "Tick “I have read this” to go on"),
        ("file", "", "Choose list of people"),
        ("nhs", "", "Ask for the card"),
    ],
)
def test_a_wrong_answer_is_explained_in_plain_words(field, answer, words):
    form = Asking({field: answer})

    assert form[field].problems == [words]


def test_an_empty_file_is_explained():
    form = Asking({}, {"file": SimpleUploadedFile("people.csv", b"")})

    assert form["file"].problems == ["This file is empty. Choose another"]


def test_every_general_sentence_of_django_has_one_of_ours():
    kinds = [kind for kind in _all_below(forms.Field) if kind.__module__.startswith("django.forms")]
    theirs = [
        sentence
        for kind in [forms.Field, *kinds]
        if kind not in OUT_OF_REACH
        for sentence in vars(kind).get("default_error_messages", {}).values()
    ] + [
        kind.message
        for kind in vars(validators).values()
        if isinstance(kind, type) and "message" in vars(kind) and kind not in NOT_ON_A_FORM
    ]

    without = [str(one) for one in theirs if not any(one is known for known, _words in OURS)]

    assert without == []


NOT_ON_A_FORM = {validators.BaseValidator, validators.DomainNameValidator}


def test_what_was_typed_stays_in_the_three_boxes_of_a_date():
    form = Asking({"first_day_day": "31", "first_day_month": "Feb", "first_day_year": "2025"})

    html = str(form["first_day"])

    assert all(f'value="{typed}"' in html for typed in ("31", "Feb", "2025"))


def test_a_date_in_three_boxes_is_read_and_shown_again():
    class OneDay(forms.Form):
        day = forms.DateField(widget=DateParts)

    form = OneDay({"day_day": " 31 ", "day_month": "3", "day_year": "2026"})

    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 3, 31)
    assert 'value="31"' in str(OneDay(initial={"day": date(2026, 3, 31)})["day"])


def test_a_field_is_tied_to_its_hint_and_its_error():
    class Hinted(forms.Form):
        code = forms.IntegerField(help_text="On the letter")

    html = str(Hinted({"code": "x"}))

    assert 'aria-describedby="id_code_helptext id_code_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'inputmode="numeric"' in html
    assert 'href="#id_code"' in html
    assert " required" not in html


def test_an_answer_that_may_be_left_out_says_so_but_a_search_stays_quiet():
    class Search(forms.Form):
        name = forms.CharField(required=False)

    assert "you can leave this empty" in str(Search())

    Search.all_optional = True
    assert "you can leave this empty" not in str(Search())


def test_a_form_wide_problem_stands_in_the_list_of_errors():
    form = Asking({})
    form.add_error(None, "The pilot has ended")

    html = Template('{% include "partials/error_summary.html" %}').render(Context({"form": form}))

    assert "<li>The pilot has ended</li>" in html


def test_a_payment_without_an_account_yet_still_has_a_card():
    payment = SimpleNamespace(amount_minor=36000, currency="gbp", on=FRIDAY)

    with translation.override("en"):
        html = Template('{% include "partials/payment_card.html" %}').render(
            Context({"payment": payment})
        )

    assert "Friday 5 December 2025" in html
    assert "ending" not in html


def _all_below(kind: type) -> list[type]:
    return [one for below in kind.__subclasses__() for one in (below, *_all_below(below))]
