"""Words on a page: sums, dates and names of languages, right in every language we offer."""

from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

register = template.Library()

DAY_FIRST = "EEEE d MMMM y"  # English without the comma that the CLDR puts after the weekday
NAMES_DJANGO_LACKS = {"so": "Soomaali"}


@register.filter
def money(amount_minor: int, currency: str) -> SafeString:
    """36000 and "gbp" become £360.00, its order kept inside right-to-left text."""
    from cashpilot.core.money import in_words

    return isolate(in_words(amount_minor, currency))


@register.filter
def isolate(value: object) -> SafeString:
    """A number, code or telephone that keeps its order inside right-to-left text."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


@register.filter
def direction(language: str) -> str:
    """The way a language is written: "rtl" or "ltr", for the `dir` of its words."""
    return "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"


@register.filter
def digits(phone: str) -> str:
    """A telephone number as a `tel:` link wants it: no spaces, a leading plus kept."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


@register.filter
def long_date(day: date) -> str:
    """Friday 5 December 2025, in the words and order of the reader's language."""
    locale = _locale()
    return format_date(day, DAY_FIRST if locale.language == "en" else "full", locale=locale)


@register.filter
def long_moment(moment: datetime) -> str:
    """A date with its time of day, in the pilot's own time zone."""
    here = localtime(moment)
    clock = format_time(here, "HH:mm", locale=_locale())
    return _("%(date)s at %(time)s") % {"date": long_date(here.date()), "time": clock}


@register.filter
def in_days(day: date, today: date) -> str:
    """How far off a day is: "today", "tomorrow", "in 12 days", "3 days ago"."""
    distance = (day - today).days
    if distance == 0:
        return _("today")
    if distance == 1:
        return _("tomorrow")
    if distance == -1:
        return _("yesterday")
    return _distance(timedelta(days=distance))


@register.simple_tag
def languages_offered() -> list[dict]:
    """Each language we offer, by its own name: code, name, dir, is_current."""
    current = get_language()
    return [
        {
            "code": code,
            "name": _own_name(code),
            "dir": direction(code),
            "is_current": current is not None and current.split("-")[0] == code.split("-")[0],
        }
        for code, _name in settings.LANGUAGES
    ]


def _distance(distance: timedelta) -> str:
    def spoken(*, with_direction: bool) -> str:
        return format_timedelta(
            distance,
            granularity="day",
            threshold=10_000,
            add_direction=with_direction,
            locale=_locale(),
        )

    words, plain = spoken(with_direction=True), spoken(with_direction=False)
    if words == plain and distance > timedelta(0):  # the CLDR has no "in …" for Somali
        return pgettext("a number of days from now", "in %(days)s") % {"days": plain}
    return words


def _own_name(code: str) -> str:
    known = LANG_INFO.get(code, {}).get("name_local")
    return known or NAMES_DJANGO_LACKS.get(code, code)


def _locale() -> Locale:
    language = get_language() or settings.LANGUAGE_CODE
    return Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))
