"""How a person may safely be reached: as staff keep it, and as the person sets it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.models import SafeContact
from participants.operations.contact import set_safe_contact
from participants.pages.own import frame, mine
from participants.queries import enrolment_for
from participants.queries.contact import safe_contact_of

WEEK = [
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
]


class ContactForm(forms.Form):
    """By which way, when, and how discreetly."""

    way = forms.ChoiceField(
        label=gettext_lazy("Which way is safe"),
        choices=SafeContact.Way.choices,
        widget=forms.RadioSelect,
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("On which days"), choices=WEEK, widget=forms.CheckboxSelectMultiple
    )
    from_time = forms.TimeField(
        label=gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy("Such as 09:30. Leave both times empty for the whole day."),
    )
    until_time = forms.TimeField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Such as 17:00.")
    )
    is_discreet = forms.BooleanField(
        label=gettext_lazy("Messages name no programme and say nothing about money"),
        required=False,
    )

    def clean_days(self) -> str:
        return "".join(self.cleaned_data["days"])


class MyContactForm(ContactForm):
    """The same, asked of the person."""

    way = forms.ChoiceField(
        label=gettext_lazy("Which way is safe for you?"),
        choices=[
            (SafeContact.Way.EMAIL, gettext_lazy("Email")),
            (SafeContact.Way.TEXT, gettext_lazy("Text")),
            (SafeContact.Way.NEITHER, gettext_lazy("Neither: I look at my page")),
        ],
        widget=forms.RadioSelect,
    )


@login_required
@require_http_methods(["GET", "POST"])
def contact(request, public_id):
    """What a person said about being reached, and a form to change it for them."""
    enrolment = enrolment_for(request.user, public_id, "say how to reach people")
    form = _form(ContactForm, request, enrolment)
    if _is_set(request, enrolment, form, by=request.user.public_id):
        return redirect("contact", public_id=public_id)
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "form": form,
    }
    return render(request, "participants/contact.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def my_contact(request, public_id):
    """A person's own word on how and when to reach them."""
    enrolment = mine(request, public_id)
    form = _form(MyContactForm, request, enrolment)
    if _is_set(request, enrolment, form, by="participant"):
        return redirect("my_contact", public_id=public_id)
    page = frame(enrolment.pilot) | {"enrolment": enrolment, "form": form}
    return render(request, "participants/my_contact.html", page, status=400 if form.errors else 200)


def _form(made, request, enrolment) -> ContactForm:
    now = safe_contact_of(enrolment.participant)
    hours = {"from_time": now.from_time, "until_time": now.until_time}
    clock = {name: f"{one:%H:%M}" for name, one in hours.items() if one}
    said = {"way": now.way, "days": list(now.days), "is_discreet": now.is_discreet, **clock}
    return made(request.POST or None, initial=said)


def _is_set(request, enrolment, form: ContactForm, *, by: str) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        set_safe_contact(
            participant=enrolment.participant, by=by, now=timezone.now(), **form.cleaned_data
        )
    except Refused as no:
        add_refusal(form, no)
        return False
    messages.success(request, _("Written down. Payments stay as they are."))
    return True
