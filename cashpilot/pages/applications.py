"""Who asks to join: written down, decided with reasons, and enrolled in one step."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cashpilot import journeys
from cashpilot.core import access
from cashpilot.core.refusals import Refused
from cashpilot.forms import DateParts
from cashpilot.pages.setting_up import show_faults
from participants.models import ApplicationDecision, Consent
from participants.operations.applications import decide_again, record_application
from participants.pages.answers import AnswersForm
from participants.pages.forms import at_most
from participants.queries import arm_for, arms_of, pilot_for, roles_of, site_of
from participants.queries.applications import application_for, applications_of, decisions_of
from participants.queries.designs import eligibility_in, questions_in_force
from payments.models import Frequency

A_PAGE = 50
RESULTS = [("", gettext_lazy("All")), *ApplicationDecision.Result.choices]
PERSON = ("name", "date_of_birth", "phone", "email", "language", "is_another")


class ApplicationForm(AnswersForm):
    """Who asks to join, and what they answered."""

    name = forms.CharField(label=gettext_lazy("Full name"), **at_most("name"))
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=DateParts,
        required=False,
        help_text=gettext_lazy("Leave it empty if it is not known."),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, **at_most("phone"))
    email = forms.EmailField(
        label=gettext_lazy("Email address"), required=False, **at_most("email")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language they read"), choices=settings.PARTICIPANT_LANGUAGES
    )
    is_another = forms.BooleanField(
        label=gettext_lazy("This is another person than the one with the same particulars"),
        required=False,
    )


class AgainForm(AnswersForm):
    """Answers once more, and why where it was decided before."""

    why_again = forms.CharField(
        label=gettext_lazy("Why it is decided again"), required=False, **at_most("why_again")
    )


class JoinForm(forms.Form):
    """Into which arm, and when and how they agreed."""

    arm = forms.ChoiceField(label=gettext_lazy("Arm"), widget=forms.RadioSelect)
    consent_date = forms.DateField(
        label=gettext_lazy("Date they agreed to take part"), widget=DateParts
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How they agreed"),
        choices=Consent.How.choices,
        widget=forms.RadioSelect,
        initial=Consent.How.IN_PERSON,
    )
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often they want to be paid"),
        choices=[("", gettext_lazy("As the arm's terms say")), *Frequency.choices],
        required=False,
    )

    def __init__(self, *args, arms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["arm"].choices = [(one.code, one.name) for one in arms]


@login_required
@require_GET
def applications(request, pilot_id):
    """Everybody who asked to join, longest ago first; those who wait are one link away."""
    pilot = pilot_for(request.user, pilot_id, "see people")
    asked = request.GET.get("result", "")
    result = asked if asked in dict(RESULTS) else ""
    rows = applications_of(pilot, request.user, result=result)
    page = {
        "section": "participants",
        "pilot": pilot,
        "pilot_name": pilot.name,
        "result": result,
        "results": RESULTS,
        "words": dict(ApplicationDecision.Result.choices),
        "page_obj": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "applications/all.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def new(request, pilot_id):
    """Write down who asks to join and what they answered, and see what it comes to."""
    pilot = pilot_for(request.user, pilot_id, "enrol people")
    eligibility = eligibility_in(questions_in_force(pilot))
    form = ApplicationForm(request.POST or None, eligibility=eligibility)
    if request.method == "POST" and form.is_valid():
        person = {name: form.cleaned_data[name] for name in PERSON}
        try:
            site = site_of(request.user, pilot, "enrol people")
            said = {"answers": form.answers(), "site": site, **person}
            made = record_application(pilot=pilot, **said, **_who(request))
            return redirect("application", public_id=made.public_id)
        except Refused as no:
            show_faults(form, no)
    page = {"pilot": pilot, "form": form, "title": _("Record an application")}
    return _form_page(request, page, form)


@login_required
@require_GET
def application(request, public_id):
    """What came of an application, why, and what else there is; earlier decisions beside it."""
    found = application_for(request.user, public_id, "see people")
    decisions = list(decisions_of(found))
    last = decisions[0]
    eligibility = eligibility_in(last.questions)
    in_force = questions_in_force(found.pilot)
    page = {
        "section": "participants",
        "pilot": found.pilot,
        "pilot_name": found.pilot.name,
        "application": found,
        "last": last,
        "missing": AnswersForm(eligibility=eligibility).words_of(last.missing),
        "answers": _answers_in_words(eligibility, last.answers),
        "what_else": eligibility["what_else"],
        "decisions": decisions,
        "newer": in_force if in_force != last.questions else None,
        "may_enrol": access.may(roles_of(request.user, found.pilot), "enrol people"),
    }
    return render(request, "applications/one.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def decide(request, public_id):
    """Fill in what was missing, or decide again with a reason."""
    found = application_for(request.user, public_id, "enrol people")
    eligibility = eligibility_in(questions_in_force(found.pilot))
    known = decisions_of(found)[0].answers
    form = AgainForm(request.POST or None, eligibility=eligibility, known=known)
    if request.method == "POST" and form.is_valid():
        said = {"answers": form.answers(), "why_again": form.cleaned_data["why_again"]}
        try:
            decide_again(application=found, **said, **_who(request))
            return redirect("application", public_id=public_id)
        except Refused as no:
            show_faults(form, no)
    page = {"pilot": found.pilot, "form": form, "title": _("Answers"), "application": found}
    return _form_page(request, page, form)


@login_required
@require_http_methods(["GET", "POST"])
def join(request, public_id):
    """Enrol somebody who can join, with the particulars of their application."""
    found = application_for(request.user, public_id, "enrol people")
    form = JoinForm(request.POST or None, arms=arms_of(found.pilot))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        arm = arm_for(found.pilot, said.pop("arm"))
        try:
            made = journeys.enrol_application(application=found, arm=arm, **said, **_who(request))
            messages.success(request, _("This person takes part now."))
            return redirect("person", public_id=made.public_id)
        except Refused as no:
            show_faults(form, no)
    page = {"pilot": found.pilot, "form": form, "title": _("Enrol them"), "application": found}
    return _form_page(request, page, form)


def _form_page(request, page: dict, form: forms.Form):
    page |= {"section": "participants", "pilot_name": page["pilot"].name}
    return render(request, "applications/form.html", page, status=400 if form.errors else 200)


def _answers_in_words(eligibility: dict, answers: dict) -> list[dict]:
    rows = []
    for question in eligibility["questions"]:
        said = answers.get(question["code"])
        words = {one["code"]: one["words"] for one in question["choices"]}
        if isinstance(said, bool):
            said = _("Yes") if said else _("No")
        shown = _("Not answered yet") if said is None else words.get(said, said)
        rows.append({"key": question["words"], "value": shown})
    return rows


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
