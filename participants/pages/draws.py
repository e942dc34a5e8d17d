"""A pilot's draw as staff see it: its design and commitment, then what it gave and the proof."""

import json

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.models import Draw
from participants.operations.draws import commit_to_draw, withdraw_draw
from participants.pages.draw_words import METHODS, balance_table, counts_table, design_rows, totals
from participants.pages.forms import at_most
from participants.queries import arms_of, pilot_for, roles_of
from participants.queries.draws import (
    document_of,
    draw_of,
    the_draw_of,
    withdrawn_draws_of,
)
from participants.rules.design import MOST_PLACES, MOST_RATIO


class DesignForm(forms.Form):
    """How people are drawn, arm by arm."""

    method = forms.ChoiceField(
        label=gettext_lazy("How people are drawn"),
        choices=METHODS,
        widget=forms.RadioSelect,
        initial="counted",
    )
    strata = forms.CharField(
        label=gettext_lazy("Groups in which the arms are kept alike"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("One a line, such as site: North, South"),
    )
    cluster = forms.CharField(
        label=gettext_lazy("What people share who are drawn together"),
        required=False,
        help_text=gettext_lazy("Such as household. Leave it empty to draw people one by one."),
    )
    places = forms.IntegerField(
        label=gettext_lazy("Places in the arms together"),
        min_value=1,
        max_value=MOST_PLACES,
        required=False,
        help_text=gettext_lazy("Of people, or households if those are drawn. Empty: for all."),
    )
    waiting = forms.IntegerField(
        label=gettext_lazy("Places on the waiting list"),
        min_value=0,
        max_value=MOST_PLACES,
        required=False,
        help_text=gettext_lazy("Whoever comes after that is not in the study."),
    )
    blocks = forms.CharField(
        label=gettext_lazy("Sizes of blocks"),
        required=False,
        help_text=gettext_lazy("For blocks only: how often the ratios fit in one, such as 1, 2"),
    )
    coin = forms.IntegerField(
        label=gettext_lazy("Chance of the arm that evens out, in a hundred"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=gettext_lazy("For minimisation only, such as 80"),
    )

    def __init__(self, *args, arms, **kwargs):
        super().__init__(*args, **kwargs)
        self.arms = [arm.code for arm in arms]
        ratios = {
            f"ratio_{arm.code}": forms.IntegerField(
                label=_("Parts for %(arm)s") % {"arm": arm.name},
                min_value=0,
                max_value=MOST_RATIO,
                initial=1,
            )
            for arm in arms
        }
        self.fields = {"method": self.fields.pop("method"), **ratios, **self.fields}

    def clean_strata(self):
        lines = [line.partition(":") for line in self.cleaned_data["strata"].splitlines() if line]
        return [{"name": name.strip(), "values": _parts(values)} for name, _colon, values in lines]

    def clean_blocks(self):
        parts = _parts(self.cleaned_data["blocks"])
        if not all(one.isdecimal() for one in parts):
            raise forms.ValidationError(_("Write whole numbers with commas between, such as 1, 2"))
        return [int(one) for one in parts]

    def design(self) -> dict:
        """What was filled in, as the rules read it."""
        said = self.cleaned_data
        ratios = {arm: said[f"ratio_{arm}"] for arm in self.arms}
        numbers = {name: said[name] or 0 for name in ("places", "waiting", "coin")}
        return {
            **numbers,
            **{name: said[name] for name in ("method", "strata", "cluster", "blocks")},
            "arms": [{"arm": arm, "ratio": ratio} for arm, ratio in ratios.items() if ratio],
        }


class ReasonForm(forms.Form):
    """Why a commitment is taken back."""

    reason = forms.CharField(label=gettext_lazy("Why"), **at_most("reason"))


@login_required
@require_GET
def draw(request, pilot_id):
    """Where the draw stands: nothing yet, committed, or held with everything to check it by."""
    pilot = pilot_for(request.user, pilot_id, "see the pilot")
    return render(request, "participants/draw.html", _page(request, pilot))


@login_required
@require_http_methods(["GET", "POST"])
def commit(request, pilot_id):
    """The design, and the button that commits to it."""
    pilot = pilot_for(request.user, pilot_id, "hold the draw")
    form = DesignForm(request.POST or None, arms=arms_of(pilot))
    if request.method == "POST" and form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            commit_to_draw(pilot=pilot, design=form.design(), **who)
            messages.success(request, _("Committed. Publish the commitment, then list people."))
            return redirect("draw", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {"pilot": pilot, "pilot_name": pilot.name, "form": form, "section": "to_do"}
    return render(request, "participants/commit.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def withdraw(request, pilot_id):
    """Take the commitment back, while nobody is on the list."""
    pilot = pilot_for(request.user, pilot_id, "hold the draw")
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            withdraw_draw(draw=the_draw_of(pilot), **form.cleaned_data, **who)
            messages.success(request, _("Taken back. It stays on record with your reason."))
            return redirect("draw", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = _page(request, pilot) | {"form": form}
    return render(request, "participants/draw.html", page, status=400)


@login_required
@require_GET
def proof(request, pilot_id):
    """The document of a draw that was held: seed, design, list by code, and every outcome."""
    pilot = pilot_for(request.user, pilot_id, "check the draw")
    said = json.dumps(document_of(the_draw_of(pilot)), ensure_ascii=False, indent=2)
    response = HttpResponse(f"{said}\n", content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="draw.json"'
    return response


def _page(request, pilot) -> dict:
    found, roles = draw_of(pilot), roles_of(request.user, pilot)
    acts = {"holds": "hold the draw", "checks": "check the draw", "sees_people": "see people"}
    page = {name: access.may(roles, act) for name, act in acts.items()}
    page |= {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "section": "to_do",
        "draw": found,
        "withdrawn": withdrawn_draws_of(pilot),
        "form": ReasonForm(),
    }
    if found is None:
        return page | {"is_late": pilot.enrolments.exists()}
    page |= {"listed": found.entrants.count(), "design": design_rows(found)}
    if found.state != Draw.State.HELD:
        return page
    page |= {"totals": totals(found)}
    if page["checks"] or page["sees_people"]:
        page |= {"counts": counts_table(found), "balance": balance_table(found)}
    return page


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
