"""The design of a running pilot: its versions, what differs between two, and amending it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot import journeys
from cashpilot.core import access
from cashpilot.core.refusals import Refused
from cashpilot.pages import plan_forms, plan_words
from cashpilot.pages.setting_up import show_faults
from participants.operations.designs import close
from participants.queries import pilot_for, roles_of
from participants.queries.designs import (
    design_for,
    designs_of,
    plan_in,
    plan_of,
    plan_to_take_along,
)
from participants.rules.plan_files import as_yaml, read_file
from participants.rules.plans import Plan, differences


@login_required
@require_GET
def designs(request, pilot_id):
    """Every version of a pilot's design, newest first, with why it was made."""
    pilot = pilot_for(request.user, pilot_id, "see the pilot")
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "versions": designs_of(pilot),
        "may_change": access.may(roles_of(request.user, pilot), "change the pilot"),
    }
    return render(request, "designs/all.html", page)


@login_required
@require_GET
def design(request, pilot_id, version):
    """One version, and what it says otherwise than the one before, or the one that is named."""
    pilot = pilot_for(request.user, pilot_id, "see the pilot")
    found = design_for(pilot, version)
    against = _against(request, version)
    old = design_for(pilot, against) if against else None
    plan = plan_in(found)
    rows = plan_words.changed(differences(plan_in(old), plan), pilot.currency) if old else []
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "design": found,
        "old": old,
        "others": [one.version for one in designs_of(pilot) if one.version < version],
        "steps": list(plan_words.answers(pilot, plan)),
        "changed": rows,
    }
    return render(request, "designs/one.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def amend(request, pilot_id):
    """Amend names, shares, budget and the end, with a reason, for whoever comes from now on."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    plan = plan_of(pilot)
    form = plan_forms.AmendForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if _amended(request, pilot, _changed_plan(plan, said), said["reason"], form):
            return redirect("designs", pilot_id=pilot_id)
    page = {"pilot": pilot, "pilot_name": pilot.name, "form": form, "arms": pilot.arms.all()}
    return render(request, "designs/amend.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def amend_by_file(request, pilot_id):
    """Amend anything that can be amended, by the whole set-up as a file."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = plan_forms.AmendFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = read_file(form.cleaned_data["file"].read())
            if _amended(request, pilot, plan, form.cleaned_data["reason"], form):
                return redirect("designs", pilot_id=pilot_id)
        except Refused as no:
            show_faults(form, no)
    page = {"form": form, "title": _("Amend the design by a file"), "pilot": pilot}
    return render(request, "set_up/step.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def close_pilot(request, pilot_id):
    """Take nobody in any more; what was promised is still paid."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    try:
        close(pilot=pilot, by=request.user.public_id, now=timezone.now())
        messages.success(request, _("Nobody new comes in. Everything promised is still paid."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("pilot", public_id=pilot_id)


@login_required
@require_GET
def plan_file(request, pilot_id):
    """The whole set-up as one file: no person, no secret."""
    pilot = pilot_for(request.user, pilot_id, "see the pilot")
    said = as_yaml(plan_to_take_along(pilot))
    response = HttpResponse(said, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pilot.yaml"'
    return response


def _against(request, version: int) -> int:
    asked = request.GET.get("against", "")
    return int(asked) if asked.isdecimal() and len(asked) < 6 else version - 1


def _changed_plan(plan: Plan, said: dict) -> Plan:
    ends_on = said["ends_on"]
    arms = [
        {**one, "name": said[f"name_{number}"], "ratio": said[f"ratio_{number}"]}
        for number, one in enumerate(plan["arms"])
    ]
    budget = [
        {**one, "budget_minor": said[f"budget_{number}"]}
        for number, one in enumerate(plan["budget"])
    ]
    dated = {"ends_on": ends_on.isoformat() if ends_on else None}
    return {**plan, **dated, "arms": arms, "budget": budget}


def _amended(request, pilot, plan: Plan, reason: str, form) -> bool:
    who = {"by": request.user.public_id, "now": timezone.now()}
    try:
        made = journeys.amend_pilot(pilot=pilot, plan=plan, reason=reason, **who)
    except Refused as no:
        show_faults(form, no)
        return False
    said = _("Version %(n)d holds for whoever comes from now on.") % {"n": made.version}
    messages.success(request, said)
    return True
