"""Problems and complaints, as staff write them down and look into them."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot.core.fields import add_refusal
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound, Refused
from participants.models import Complaint
from participants.operations import complaints
from participants.pages.forms import at_most
from participants.queries import enrolment_for, pilot_for
from participants.queries.complaints import (
    LOOK,
    NO_COMPLAINT,
    complaint_for,
    complaints_of,
    is_overdue,
    who_may_own,
)
from participants.queries.staff import names_of, staff_who_may
from participants.rules.complaints import FEWEST_DAYS, MOST_DAYS


class WhoForm(forms.Form):
    """A form that offers members of staff by name."""

    who = ""

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = {one.public_id: one for one in staff}
        names = [(key, str(one)) for key, one in self.staff.items()]
        field = self.fields[self.who]
        field.choices = names if field.required else [("", _("Nobody who works here")), *names]

    def chosen(self) -> User | None:
        return self.staff.get(self.cleaned_data.get(self.who, ""))


class ComplaintForm(WhoForm):
    """What somebody told a member of staff."""

    who = "about"
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        choices=Complaint.Kind.choices,
        widget=forms.RadioSelect,
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How they told us"),
        choices=[one for one in Complaint.How.choices if one[0] != Complaint.How.OWN_PAGE],
        widget=forms.RadioSelect,
        initial=Complaint.How.PHONE,
    )
    about = forms.ChoiceField(
        label=gettext_lazy("Whom it is about"),
        required=False,
        help_text=gettext_lazy("They will not see it. Whoever looks into it is somebody else."),
    )
    body = forms.CharField(
        label=gettext_lazy("What they said, in their words"),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        **at_most("body"),
    )


class WordsForm(forms.Form):
    """Plain words."""

    words = forms.CharField(
        label=gettext_lazy("In plain words"),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        **at_most("words"),
    )


class HandOverForm(WhoForm, WordsForm):
    """To whom, and why."""

    who = "to"
    to = forms.ChoiceField(label=gettext_lazy("Who looks into it from now on"))
    field_order = ("to", "words")


class AboutForm(WhoForm):
    """Whom it is about."""

    who = "about"
    about = forms.ChoiceField(label=gettext_lazy("The member of staff it is about"))


class DaysForm(forms.Form):
    """Within how many working days people are answered."""

    days = forms.IntegerField(
        label=gettext_lazy("Working days"), min_value=FEWEST_DAYS, max_value=MOST_DAYS
    )


@login_required
@require_http_methods(["GET", "POST"])
def problems_of_person(request, public_id):
    """What a person told us, as far as this member of staff may know, and a form to write down
    what they say now."""
    enrolment = enrolment_for(request.user, public_id, LOOK)
    form = ComplaintForm(request.POST or None, staff=staff_who_may(enrolment.pilot, LOOK))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"about": form.chosen()}
        who = {"by": request.user.public_id, "now": timezone.now()}
        try:
            complaints.make_complaint(enrolment=enrolment, **said, **who)
            messages.success(request, _("Written down. No payment changes."))
            return redirect("problems_of_person", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "complaints": complaints_of(request.user, enrolment),
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "participants/problems_of_person.html", page, status=status)


@login_required
@require_GET
def problem(request, public_id):
    """One complaint: what was said, what was done, and what can be done now."""
    complaint = complaint_for(request.user, public_id)
    return render(request, "participants/problem.html", _page(complaint, _forms(complaint)))


@login_required
@require_POST
def act(request, public_id, verb):
    """One deed about a complaint."""
    complaint = complaint_for(request.user, public_id)
    if verb not in VERBS:
        raise NotFound(NO_COMPLAINT)
    made = _forms(complaint, request.POST)
    form = made.get(verb)
    if form is None and verb not in WORDLESS:
        raise Refused(_("This cannot be done with it as it stands now."))
    if form is None or form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            VERBS[verb](complaint, form, request.user, **who)
            messages.success(request, _("Done. No payment changes."))
            return redirect("to_do" if verb == "about" else "problem", **_back(verb, public_id))
        except Refused as no:
            if form is None:
                raise
            add_refusal(form, no)
    shown = _forms(complaint) | {verb: form}
    return render(request, "participants/problem.html", _page(complaint, shown), status=400)


@login_required
@require_http_methods(["GET", "POST"])
def days(request, pilot_id):
    """Within how many working days a pilot answers."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = DaysForm(request.POST or None, initial={"days": pilot.complaint_days})
    if request.method == "POST" and form.is_valid():
        who = {"by": request.user.public_id, "now": timezone.now()}
        complaints.set_complaint_days(pilot=pilot, **form.cleaned_data, **who)
        messages.success(request, _("Kept. It holds for what people tell you from now on."))
        return redirect("complaint_days", pilot_id=pilot_id)
    page = {"pilot": pilot, "pilot_name": pilot.name, "form": form}
    status = 400 if form.errors else 200
    return render(request, "participants/complaint_days.html", page, status=status)


def _back(verb: str, public_id: str) -> dict:
    return {} if verb == "about" else {"public_id": public_id}


def _take_up(complaint, form, person, **who) -> None:
    complaints.take_up(complaint=complaint, person=person, **who)


def _hand_over(complaint, form, person, **who) -> None:
    words = form.cleaned_data["words"]
    complaints.hand_over(complaint=complaint, to=form.chosen(), words=words, **who)


def _name(complaint, form, person, **who) -> None:
    complaints.say_whom_it_is_about(complaint=complaint, about=form.chosen(), **who)


def _answer(complaint, form, person, **who) -> None:
    complaints.answer(complaint=complaint, words=form.cleaned_data["words"], **who)


def _close(complaint, form, person, **who) -> None:
    complaints.close(complaint=complaint, **who)


def _reopen(complaint, form, person, **who) -> None:
    complaints.reopen(complaint=complaint, words=form.cleaned_data["words"], **who)


WORDLESS = {"take-up", "close"}
VERBS = {
    "take-up": _take_up,
    "hand-over": _hand_over,
    "about": _name,
    "answer": _answer,
    "close": _close,
    "reopen": _reopen,
}


def _forms(complaint: Complaint, said=None) -> dict:
    """A form for each deed that can be done now and takes words or a name."""
    pilot = complaint.enrolment.pilot
    if not complaint.waits_for_staff:
        return {"reopen": WordsForm(said, prefix="reopen")}
    return {
        "answer": WordsForm(said, prefix="answer"),
        "hand-over": HandOverForm(said, prefix="hand-over", staff=who_may_own(complaint)),
        "about": AboutForm(said, prefix="about", staff=staff_who_may(pilot, LOOK)),
    }


def _page(complaint: Complaint, shown: dict) -> dict:
    steps = list(complaint.steps.all())
    names = names_of([complaint.made_by, *(one.made_by for one in steps)])
    return {
        "section": "to_do",
        "pilot_name": complaint.enrolment.pilot.name,
        "complaint": complaint,
        "made_by": names.get(complaint.made_by, _("The person")),
        "is_overdue": is_overdue(complaint, timezone.localdate()),
        "steps": [(one, names.get(one.made_by, _("The person"))) for one in steps],
        "answer_form": shown.get("answer"),
        "hand_over_form": shown.get("hand-over"),
        "about_form": shown.get("about"),
        "reopen_form": shown.get("reopen"),
    }
