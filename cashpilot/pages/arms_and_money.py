"""The steps of a set-up that are lists: arms, budget lines, and whom people can call."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cashpilot.core.refusals import NotFound, Refused
from cashpilot.pages import plan_forms, plan_words
from cashpilot.pages.setting_up import draft_for, show_faults
from participants.operations.drafts import keep_draft
from participants.operations.pilots import HelpLine, set_help_line
from participants.queries import pilot_for
from participants.queries.designs import plan_of
from participants.rules.plans import Plan

AWARD = (
    *("fund", "amount_minor", "count", "frequency", "lump_minor", "first_date", "when_closed"),
    "may_choose",
)
LISTS = {"arms": "code", "budget": "name"}


@login_required
@require_http_methods(["GET"])
def arms(request, pilot_id):
    """The arms so far."""
    pilot = draft_for(request.user, pilot_id)
    plan = plan_of(pilot)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "arms": [
            {**one, "promise": plan_words.award(one, plan["currency"])} for one in plan["arms"]
        ],
        "has_budget": bool(_funds(plan)),
    }
    return render(request, "set_up/arms.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def arm(request, pilot_id, code=""):
    """One arm, new or known."""
    pilot = draft_for(request.user, pilot_id)
    plan = plan_of(pilot)
    known = _known(plan, code) if code else None
    initial = {**known, **(known["award"] or {})} if known else {}
    form = plan_forms.ArmForm(request.POST or None, funds=_funds(plan), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _arm(form.cleaned_data)
        rows = [made if one["code"] == code else one for one in plan["arms"]]
        plan["arms"] = rows if code else [*rows, made]
        if _kept(request, pilot, plan, form):
            return redirect("set_up_arms", pilot_id=pilot_id)
    page = {"form": form, "title": known["name"] if known else _("Add an arm"), "pilot": pilot}
    return render(request, "set_up/step.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def budget(request, pilot_id):
    """The lines of the budget so far, and one more."""
    pilot = draft_for(request.user, pilot_id)
    plan = plan_of(pilot)
    form = plan_forms.BudgetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        plan["budget"].append(form.cleaned_data)
        if _kept(request, pilot, plan, form):
            return redirect("set_up_budget", pilot_id=pilot_id)
        plan["budget"].pop()
    page = {"pilot": pilot, "pilot_name": pilot.name, "lines": plan["budget"], "form": form}
    return render(request, "set_up/budget.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def take_away(request, pilot_id, part):
    """Take an arm or a line of the budget out of a draft."""
    pilot = draft_for(request.user, pilot_id)
    if part not in LISTS:
        raise NotFound(_("There is no such step."))
    plan = plan_of(pilot)
    which = request.POST.get("which", "")
    plan[part] = [one for one in plan[part] if one[LISTS[part]] != which]
    try:
        keep_draft(pilot=pilot, plan=plan, **_who(request))
        messages.success(request, _("Taken away."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect(f"set_up_{part}", pilot_id=pilot_id)


@login_required
@require_http_methods(["GET", "POST"])
def help_line(request, pilot_id):
    """Whom people can call; it may change at any time."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    names = plan_forms.HelpForm.base_fields
    form = plan_forms.HelpForm(
        request.POST or None, initial={name: getattr(pilot, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        said = HelpLine(*(form.cleaned_data[name] for name in names))
        set_help_line(pilot=pilot, help_line=said, **_who(request))
        messages.success(request, _("Kept."))
        return redirect("pilot", public_id=pilot_id)
    page = {"form": form, "title": _("Who people can call"), "pilot": pilot}
    return render(request, "set_up/step.html", page, status=400 if form.errors else 200)


def _kept(request, pilot, plan: Plan, form) -> bool:
    try:
        keep_draft(pilot=pilot, plan=plan, **_who(request))
    except Refused as no:
        show_faults(form, no)
        return False
    return True


def _arm(said: dict) -> dict:
    award = {name: said[name] for name in AWARD}
    award |= {
        "lump_minor": said["lump_minor"] or 0,
        "first_date": said["first_date"] and said["first_date"].isoformat(),
        "frequency": said["frequency"] or "monthly",
        "when_closed": said["when_closed"] or "before",
    }
    if award["frequency"] == "once":
        award["count"] = 1
    named = {name: said[name] for name in ("code", "name", "kind", "ratio")}
    return {**named, "award": award if said["kind"] == "cash" else None}


def _funds(plan: Plan) -> list[str]:
    return [one["name"] for one in plan["budget"] if one["purpose"] == "awards"]


def _known(plan: Plan, code: str) -> dict:
    found = [one for one in plan["arms"] if one["code"] == code]
    if not found:
        raise NotFound(_("This pilot has no such arm."))
    return found[0]


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
