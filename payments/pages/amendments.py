"""What staff change of one person's payments to come."""

from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core import access
from cashpilot.core.fields import MoneyField, add_refusal
from cashpilot.core.refusals import NotFound, Refused
from cashpilot.forms import DateParts
from participants.queries import enrolment_for, roles_of
from payments.models import Frequency, Hold
from payments.operations import schedules
from payments.queries import (
    award_of,
    is_stopped,
    schedule_as_of,
    schedule_of,
)

WHY = {"label": _("Why"), "max_length": 200, "help_text": _("Kept with the change, for staff.")}


class TopUpForm(forms.Form):
    amount_minor = MoneyField(label=_("Amount"))
    due_date = forms.DateField(label=_("On"), widget=DateParts)
    reason = forms.CharField(**WHY)


class ChangeForm(forms.Form):
    amount_minor = MoneyField(
        label=_("Amount of each payment to come"),
        required=False,
        help_text=_("Leave empty to keep it."),
    )
    next_date = forms.DateField(label=_("Date of the next one"), widget=DateParts, required=False)
    frequency = forms.ChoiceField(
        label=_("How often"), choices=[("", _("As it is")), *Frequency.choices], required=False
    )
    payday = forms.IntegerField(
        label=_("On which day"),
        required=False,
        help_text=_("A day of the month, 1 to 31, or of the week, 1 for Monday to 7."),
    )
    reason = forms.CharField(**WHY)


class HoldForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"), choices=Hold.Reason.choices, widget=forms.RadioSelect
    )


class ResumeForm(forms.Form):
    pass


class StopForm(forms.Form):
    reason = forms.CharField(**WHY)
    is_sure = forms.BooleanField(
        label=_("I know that what is not sent yet will not be sent to this person")
    )


class BringBackForm(forms.Form):
    reason = forms.CharField(**WHY)


class DayForm(forms.Form):
    day = forms.DateField(label=_("At the end of which day"), widget=DateParts)


VERBS = {
    "top-up": (TopUpForm, "change schedules", schedules.top_up, _("The sum is promised.")),
    "change": (
        ChangeForm,
        "change schedules",
        schedules.change_schedule,
        _("What is to come is changed. What was sent is as it was."),
    ),
    "hold": (
        HoldForm,
        "hold payments",
        schedules.hold_award,
        _("Held. What falls due meanwhile is still owed."),
    ),
    "resume": (
        ResumeForm,
        "hold payments",
        schedules.resume_award,
        _("They go on. The next pay run takes everything that fell due."),
    ),
    "stop": (
        StopForm,
        "change schedules",
        schedules.stop_award,
        _("Stopped. What is on its way still arrives."),
    ),
    "bring-back": (
        BringBackForm,
        "change schedules",
        schedules.bring_back,
        _("Brought back. What the stop cancelled is promised again."),
    ),
}


@login_required
@require_GET
def payments_of(request, public_id):
    """One person's payments, and what may be done about those to come."""
    enrolment = enrolment_for(request.user, public_id, "see people")
    return render(request, "payments/change_schedule.html", _page(request, enrolment))


@login_required
@require_POST
def change(request, public_id, verb):
    """Do one change; a refusal is shown beside its field, and nothing is done."""
    if verb not in VERBS:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    form_class, needed, operation, done = VERBS[verb]
    enrolment = enrolment_for(request.user, public_id, needed)
    form = form_class(request.POST, prefix=verb)
    if form.is_valid():
        try:
            asked = form.cleaned_data
            said = {name: asked[name] for name in asked if name != "is_sure" and asked[name] != ""}
            who = {"by": request.user.public_id, "now": timezone.now()}
            operation(award=award_of(enrolment), **said, **who)
            messages.success(request, done)
            return redirect("payments_of_person", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = _page(request, enrolment, {verb: form})
    return render(request, "payments/change_schedule.html", page, status=400)


@login_required
@require_GET
def payments_as_of(request, public_id):
    """One person's payments as they stood at the end of a day; today, where none is named."""
    enrolment = enrolment_for(request.user, public_id, "see people")
    award, today = award_of(enrolment), timezone.localdate()
    form = DayForm(request.GET if "day_day" in request.GET else {"day": today})
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "form": form,
        "currency": award.currency,
    }
    if form.is_valid():
        day = form.cleaned_data["day"]
        moment = timezone.make_aware(datetime.combine(day, time.max))
        page |= {"day": day, "payments": schedule_as_of(award, moment)}
    return render(request, "payments/schedule_as_of.html", page)


def _page(request, enrolment, given: dict | None = None) -> dict:
    roles, award = roles_of(request.user, enrolment.pilot), award_of(enrolment)
    schedule = schedule_of(enrolment)
    offered = [verb for verb, (_f, needed, *_o) in VERBS.items() if access.may(roles, needed)]
    senseless = _senseless(award, is_held=bool(schedule and schedule.is_held))
    fresh = {verb: VERBS[verb][0](prefix=verb) for verb in offered if verb not in senseless}
    forms_of = fresh | (given or {})
    return {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "schedule": schedule,
        "amendments": award.amendments.order_by("-pk"),
        "forms": [
            {"verb": verb, "form": form, "words": WORDS[verb]} for verb, form in forms_of.items()
        ],
    }


def _senseless(award, *, is_held: bool) -> set[str]:
    """What cannot be done now, so that it is not offered."""
    if is_stopped(award):
        return {"top-up", "change", "hold", "resume", "stop"}
    return {"bring-back", "hold" if is_held else "resume"}


WORDS = {
    "top-up": _("Add a sum"),
    "change": _("Change what is to come"),
    "hold": _("Hold the payments"),
    "resume": _("Let the payments go on"),
    "stop": _("Stop the payments"),
    "bring-back": _("Bring the payments back"),
}
