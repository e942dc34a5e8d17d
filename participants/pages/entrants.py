"""The list of a draw as staff keep it: one by one, or from a file, until the draw is held."""

import csv

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.core.validators import FileExtensionValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from cashpilot.forms import DateParts
from participants.models import Consent, Draw
from participants.operations.entrants import enter, enter_file, take_off
from participants.pages.forms import at_most
from participants.queries import pilot_for, roles_of, site_of
from participants.queries.draws import entrant_for, entrants_in_reach, the_draw_of
from participants.rules.design import LONGEST_VALUE, Design
from participants.rules.entrants import NEEDED, WELCOME

A_PAGE = 50


class EntrantForm(forms.Form):
    """One person, with their agreement to take part whatever the lot gives them."""

    name = forms.CharField(label=gettext_lazy("Full name"), **at_most("name"))
    code = forms.CharField(label=gettext_lazy("Code"), required=False, **at_most("code"))
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"), widget=DateParts, required=False
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, **at_most("phone"))
    email = forms.EmailField(
        label=gettext_lazy("Email address"), required=False, **at_most("email")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language they read"), choices=settings.PARTICIPANT_LANGUAGES
    )
    consent_date = forms.DateField(
        label=gettext_lazy("Date they agreed to take part"), widget=DateParts
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How they agreed"),
        choices=Consent.How.choices,
        widget=forms.RadioSelect,
        initial=Consent.How.IN_PERSON,
    )
    read_by = forms.CharField(
        label=gettext_lazy("Who read it to them"), required=False, **at_most("read_by")
    )

    def __init__(self, *args, design: Design, **kwargs):
        super().__init__(*args, **kwargs)
        if design.cluster:
            self.fields[design.cluster] = forms.CharField(
                label=design.cluster.capitalize(), max_length=LONGEST_VALUE
            )
        for one in design.strata:
            self.fields[one.name] = forms.ChoiceField(
                label=one.name.replace("_", " ").capitalize(),
                choices=[(value, value) for value in one.values],
                widget=forms.RadioSelect,
            )


class EntrantsFileForm(forms.Form):
    """A file of people for the list."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"), validators=[FileExtensionValidator(["csv"])]
    )


@login_required
@require_GET
def entrants(request, pilot_id):
    """Everybody on the list; once the draw is held, with what the lot gave them."""
    pilot = pilot_for(request.user, pilot_id, "see people")
    draw = the_draw_of(pilot)
    people = entrants_in_reach(draw, request.user)
    page = _frame(pilot, draw) | {
        "page_obj": Paginator(people, A_PAGE).get_page(request.GET.get("page")),
        "may_enter": access.may(roles_of(request.user, pilot), "enrol people")
        and draw.state == Draw.State.COMMITTED,
    }
    return render(request, "participants/entrants.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def enter_one(request, pilot_id):
    """One person by form."""
    pilot = pilot_for(request.user, pilot_id, "enrol people")
    draw = the_draw_of(pilot)
    form = EntrantForm(request.POST or None, design=draw.plan)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        how = {name: said.pop(name) for name in ("how", "read_by")}
        try:
            enter(draw=draw, person=said, **how, **_who_and_where(request, pilot))
            messages.success(request, _("This person is on the list of the draw."))
            return redirect("entrants", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = _frame(pilot, draw) | {"form": form}
    return render(request, "participants/enter.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def enter_many(request, pilot_id):
    """Everybody in a file, or nobody; each problem is named by row and column."""
    pilot = pilot_for(request.user, pilot_id, "enrol people")
    draw = the_draw_of(pilot)
    form = EntrantsFileForm(request.POST or None, request.FILES or None)
    problems: list = []
    if request.method == "POST" and form.is_valid():
        try:
            raw = form.cleaned_data["file"].read()
            listed = enter_file(draw=draw, raw=raw, **_who_and_where(request, pilot))
            messages.success(request, _said_of(len(listed)))
            return redirect("entrants", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
            problems = getattr(no, "problems", [])
    page = _frame(pilot, draw) | {"form": form, "problems_found": problems}
    page |= {"columns": [*NEEDED, *draw.plan.columns], "welcome": WELCOME}
    return render(request, "participants/enter_file.html", page, status=400 if form.errors else 200)


@login_required
@require_GET
def list_to_fill(request, pilot_id):
    """An empty file with the columns that this draw's list needs."""
    draw = the_draw_of(pilot_for(request.user, pilot_id, "enrol people"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="list.csv"'
    csv.writer(response).writerow([*NEEDED, *draw.plan.columns, *WELCOME])
    return response


@login_required
@require_POST
def remove(request, pilot_id, public_id):
    """Somebody no longer wants to be in the draw."""
    draw = the_draw_of(pilot_for(request.user, pilot_id, "enrol people"))
    entrant = entrant_for(draw, request.user, public_id)
    try:
        take_off(entrant=entrant, **_who(request))
        messages.success(request, _("Taken off the list. Nothing of them is kept."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("entrants", pilot_id=pilot_id)


def _who_and_where(request, pilot) -> dict:
    return {"site": site_of(request.user, pilot, "enrol people"), **_who(request)}


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}


def _frame(pilot, draw: Draw) -> dict:
    return {"pilot": pilot, "pilot_name": pilot.name, "draw": draw, "section": "participants"}


def _said_of(listed: int) -> str:
    return ngettext(
        "%(n)d person is on the list now.", "%(n)d more people are on the list.", listed
    ) % {"n": listed}
