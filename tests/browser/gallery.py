"""Every component on a few pages, for tests of the design system. Nothing here ships."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

from django import forms
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import translation
from django.utils.safestring import mark_safe

from cashpilot.forms import DateParts

TODAY = date(2025, 11, 23)
WORDS = {
    "en": {
        "pilot": "Bridge Street Cash Pilot",
        "yours": "This money is yours. You do not have to do anything to get it.",
        "hours": "Monday to Friday, 9am to 5pm",
        "paid": "Paid",
        "late": "Paid 2 days late",
        "mending": "We are fixing this",
        "why": ["The bank was closed.", "You did not do anything wrong."],
        "actions": [
            "Add paydays to my calendar",
            "Choose a different payday",
            "Tell us about a problem",
        ],
    },
    "ar": {
        "pilot": "مشروع شارع الجسر",
        "yours": "هذا المال لك. ليس عليك أن تفعل أي شيء للحصول عليه.",
        "hours": "من الاثنين إلى الجمعة، 9 صباحًا إلى 5 مساءً",
        "paid": "تم الدفع",
        "late": "دُفعت متأخرة يومين",
        "mending": "نعمل على إصلاح هذا",
        "why": ["كان البنك مغلقًا.", "لم ترتكب أي خطأ."],
        "actions": ["أضف أيام الدفع إلى تقويمي", "اختر يوم دفع آخر", "أخبرنا عن مشكلة"],
    },
}


class Everything(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Full name", help_text="As it is on your bank card.", max_length=5)
    email = forms.EmailField(label="Email address")
    phone = forms.CharField(
        label="Phone number", required=False, widget=forms.TextInput({"type": "tel"})
    )
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    months = forms.IntegerField(label="Number of months", min_value=1, max_value=36)
    amount = forms.DecimalField(label="Amount in pounds", help_text="Like 360.00", decimal_places=2)
    started = forms.DateField(label="First payment", help_text="Like 31 3 2026", widget=DateParts)
    problem = forms.ChoiceField(
        label="What is the problem?",
        widget=forms.RadioSelect,
        choices=[
            ("late", "A payment has not come"),
            ("amount", "The amount is wrong"),
            ("else", "Something else"),
        ],
    )
    times = forms.MultipleChoiceField(
        label="Good times to call",
        widget=forms.CheckboxSelectMultiple,
        choices=[("am", "Morning"), ("pm", "Afternoon")],
        help_text="Tick all that suit you.",
    )
    arm = forms.ChoiceField(
        label="Arm", choices=[("", "Choose one"), ("cash", "Cash"), ("usual", "Services as usual")]
    )
    more = forms.CharField(label="Tell us more", widget=forms.Textarea({"rows": 3}), required=False)
    file = forms.FileField(label="List of people", help_text="A CSV file")
    agrees = forms.BooleanField(label="I have read this to the person")


def everything(*, wrong: bool) -> Everything:
    """The form as first seen, or with something wrong in every field that can be wrong."""
    if not wrong:
        return Everything()
    answers = {"name": "Much too long", "email": "amina", "months": "0", "amount": "1.234"}
    return Everything(
        answers | {"started_day": "31", "started_month": "2", "started_year": "2025"}, {}
    )


def payment(day: date, words: str, colour: str, why: list[str] | None = None) -> dict:
    """One row of the payments so far."""
    row = {"on": day, "amount_minor": 36000, "currency": "gbp", "words": words, "colour": colour}
    return row | {"why": why or []}


def participant(request, language: str) -> HttpResponse:
    """A participant's first page: the card, then all else."""
    words = WORDS[language]
    context = {
        "pilot_name": words["pilot"],
        "leave_url": "/leave/",
        "help": {"name": "Sam", "phone": "0800 123 4567", "hours": words["hours"]},
        "words": words,
        "payment": {
            "amount_minor": 36000,
            "currency": "gbp",
            "on": date(2025, 12, 5),
            "today": TODAY,
            "account_tail": "4242",
        },
        "payments": [
            payment(date(2025, 10, 24), words["late"], "yellow", words["why"]),
            payment(date(2025, 9, 26), words["paid"], "green"),
            payment(date(2025, 8, 29), words["mending"], "blue"),
        ],
        "actions": [{"words": action, "url": "#main"} for action in words["actions"]],
        "page_obj": Paginator(range(60), 12).page(2),
    }
    return _page(request, "gallery/participant.html", language, context)


def asking(request, language: str, state: str) -> HttpResponse:
    """Every kind of form field, on a participant's page."""
    form = everything(wrong=state == "wrong")
    return _page(
        request, "gallery/form.html", language, {"form": form, "base": "participant_base.html"}
    )


def staff_asking(request, language: str, state: str) -> HttpResponse:
    """The same fields on a staff page, with the script."""
    context = {
        "form": everything(wrong=state == "wrong"),
        "base": "staff_base.html",
        "user": _priya(),
    }
    return _page(request, "gallery/form.html", language, context)


def staff(request, language: str) -> HttpResponse:
    """Everything that staff and researchers see."""
    context = {
        "pilot_name": WORDS[language]["pilot"],
        "section": "pay_runs",
        "demo": True,
        "user": _priya(),
        "messages": [Message(SUCCESS, "The pay run was approved.")],
        "colours": ["purple", "green", "yellow", "orange", "red", "blue", "teal", "grey"],
        "numbers": [
            {"name": "Money sent", "value": "£12,960.00", "note": "36 payments"},
            {"name": "Paid by the promised day", "value": "97 %"},
            {"name": "Covers payments until", "value": "3 July 2026"},
        ],
        "columns": ["Person", "Why", {"name": "Amount", "is_number": True}, "State"],
        "rows": [
            [
                {"text": "BS-0042", "url": "#main"},
                "Due on 5 December",
                "£360.00",
                {"text": "Paid", "colour": "green"},
            ],
            [
                {"text": "BS-0107", "url": "#main"},
                "Bank changed",
                "£360.00",
                {"text": "A person is checking", "colour": ""},
            ],
        ],
        "summary": [
            {"key": "Prepared by", "value": "Priya Shah"},
            {
                "key": "Date",
                "value": "5 December 2025",
                "action": {"url": "#main", "words": "Change", "what": "date"},
            },
        ],
        "events": [
            {
                "what": "Pay run approved",
                "who": "Tom Reed",
                "at": datetime(2025, 12, 4, 9, 30, tzinfo=UTC),
                "words": "36 payments, £12,960.00",
            }
        ],
        "drawing": mark_safe(
            '<svg viewBox="0 0 400 120" role="img" aria-label="Payments by month">'
            '<rect class="cp-series-1" x="20" y="20" width="60" height="90"/>'
            '<rect class="cp-series-2" x="120" y="50" width="60" height="60"/>'
            '<rect class="cp-series-3" x="220" y="35" width="60" height="75"/>'
            '<rect class="cp-series-4" x="320" y="70" width="60" height="40"/></svg>'
        ),
        "page_obj": Paginator(range(60), 12).page(2),
    }
    return _page(request, "gallery/staff.html", language, context)


def broken(request, fault: str) -> HttpResponse:
    """A page with one fault, for page_ok to find."""
    bodies = {
        "no-alternative": '<img src="/static/cashpilot/mark.svg">',
        "two-headings": "<h1>Another</h1>",
        "djangos-words": "<p>This field is required.</p>",
        "another-host": '<img alt="" src="http://cashpilot.invalid/x.png">',
        "missing-file": '<img alt="" src="/static/no-such-file.png">',
        "sideways": '<img alt="" width="2000" src="/static/cashpilot/mark.svg">',
        "faint": '<p><font color="#bbbbbb">Faint</font></p>',
        "on-a-picture": '<table background="/static/cashpilot/mark.svg"><tr><td>Unsure</table>',
        "inline-script": "<script>nothing()</script>",
    }
    return HttpResponse(
        '<!DOCTYPE html><html lang="en" dir="ltr"><head><title>One fault</title>'
        '<link rel="icon" href="/static/cashpilot/mark.svg"></head>'
        f"<body><main><h1>One fault</h1>{bodies.get(fault, '')}</main></body></html>"
    )


def error_page(request, language: str, name: str) -> HttpResponse:
    """One of the pages for when something goes wrong."""
    says = {"says": "The person who prepares a pay run cannot approve it."}
    return _page(request, f"{name}.html", language, says)


def _priya() -> SimpleNamespace:
    return SimpleNamespace(is_authenticated=True, get_full_name="Priya Shah")


def _page(request, template: str, language: str, context: dict) -> HttpResponse:
    with translation.override(language):
        return render(request, template, context)


NAVIGATION = ("to_do", "participants", "pay_runs", "evaluation", "releases")
urlpatterns = [
    path("<str:language>/participant/", participant),
    path("<str:language>/form/<str:state>/", asking),
    path("<str:language>/staff/", staff),
    path("<str:language>/staff/form/<str:state>/", staff_asking),
    path("<str:language>/error/<str:name>/", error_page),
    path("broken/<slug:fault>/", broken),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    *[path(f"{name}/", staff, {"language": "en"}, name=name) for name in NAVIGATION],
]
