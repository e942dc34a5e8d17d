"""Setting a pilot up step by step: each step is a form over one part of the plan."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot import journeys
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import NotAllowed, NotFound, Refused
from cashpilot.pages import plan_forms, plan_words
from participants.models import Pilot
from participants.operations.drafts import begin_pilot, declare_ready, keep_draft
from participants.queries import pilot_for
from participants.queries.designs import plan_of
from participants.rules.plan_files import read_file
from participants.rules.plans import Plan, lacks
from participants.rules.shapes import Faulty

TITLES = {
    "basics": gettext_lazy("Name, money and calendar"),
    "lottery": gettext_lazy("Lottery"),
    "sites": gettext_lazy("Sites"),
    "texts": gettext_lazy("What people agree to"),
}


@login_required
@require_http_methods(["GET", "POST"])
def begin(request):
    """Begin a draft with its name, money and calendar."""
    _check_right(request.user)
    form = plan_forms.BasicsForm(request.POST or None)

    def keep(said: dict) -> Pilot:
        return begin_pilot(plan=_plain(said), manager=request.user, **_who(request))

    return _ask(request, form, keep, title=_("Set up a pilot, step by step"))


@login_required
@require_http_methods(["GET", "POST"])
def bring_in(request):
    """Begin a draft from one file."""
    _check_right(request.user)
    form = plan_forms.PlanFileForm(request.POST or None, request.FILES or None)

    def keep(said: dict) -> Pilot:
        plan = read_file(said["file"].read())
        return begin_pilot(plan=plan, manager=request.user, **_who(request))

    return _ask(request, form, keep, title=_("Set up a pilot from a file"))


@login_required
@require_GET
def set_up(request, pilot_id):
    """Check your answers: every step with what was said, and what is missing, with links."""
    pilot = draft_for(request.user, pilot_id)
    plan = plan_of(pilot)
    missing = list(lacks(plan))
    wanting = {one.step for one in missing}
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "missing": missing,
        "steps": [
            {"step": step, "title": title, "lines": lines, "is_wanting": step in wanting}
            for step, title, lines in plan_words.answers(pilot, plan)
        ],
        "members": pilot.memberships.select_related("user").order_by("pk"),
    }
    return render(request, "set_up/check.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def step(request, pilot_id, step):
    """One step that is one form."""
    pilot = draft_for(request.user, pilot_id)
    if step not in FORMS:
        raise NotFound(_("There is no such step."))
    plan = plan_of(pilot)
    form_class, shown, put = FORMS[step]
    form = form_class(request.POST or None, initial=shown(plan))

    def keep(said: dict) -> Pilot:
        keep_draft(pilot=pilot, plan=put(plan, said), **_who(request))
        return pilot

    return _ask(request, form, keep, title=TITLES[step], pilot=pilot)


@login_required
@require_POST
def ready(request, pilot_id):
    """Say that everything was checked."""
    pilot = draft_for(request.user, pilot_id)
    try:
        declare_ready(pilot=pilot, **_who(request))
        messages.success(request, _("Everything is there. Launch it when you are sure."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("set_up", pilot_id=pilot_id)


@login_required
@require_POST
def launch(request, pilot_id):
    """Lock the design; from now on people can come in."""
    pilot = draft_for(request.user, pilot_id)
    try:
        journeys.launch_pilot(pilot=pilot, **_who(request))
    except Refused as no:
        messages.error(request, str(no))
        return redirect("set_up", pilot_id=pilot_id)
    messages.success(request, _("The pilot runs. People can come in now."))
    return redirect("pilot", public_id=pilot_id)


def draft_for(user, pilot_id: str) -> Pilot:
    """A pilot of this manager that is not launched yet."""
    pilot = pilot_for(user, pilot_id, "change the pilot")
    if pilot.state not in (Pilot.State.DRAFT, Pilot.State.READY):
        raise Refused(_("The design is locked since the launch. Amend it instead, with a reason."))
    return pilot


def show_faults(form: forms.Form, no: Refused) -> None:
    """Show each fault of a plan beside the field of the same name, else above the form."""
    if not isinstance(no, Faulty):
        add_refusal(form, no)
        return
    for one in no.faults:
        field = one.path.rpartition(".")[2].partition("[")[0]
        words = one.says if field in form.fields else str(one)
        form.add_error(field if field in form.fields else None, words)


def _ask(request, form: forms.Form, keep: Callable[[dict], Pilot], *, title, pilot=None):
    """Show a form; once it is right, keep what it says and go back to the list of steps."""
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep(dict(form.cleaned_data))
            return redirect("set_up", pilot_id=kept.public_id)
        except Refused as no:
            show_faults(form, no)
    page = {"form": form, "title": title, "pilot": pilot}
    return render(request, "set_up/step.html", page, status=400 if form.errors else 200)


def _check_right(user) -> None:
    if not user.may_set_up_pilots:
        raise NotAllowed(_("You may not set up pilots. Ask whoever runs this cashpilot."))


def _plain(said: dict) -> dict[str, Any]:
    return {
        name: one.isoformat() if hasattr(one, "isoformat") else one for name, one in said.items()
    }


def _who(request) -> dict[str, Any]:
    return {"by": request.user.public_id, "now": timezone.now()}


def _basics_of(plan: Plan) -> dict:
    return {name: plan[name] for name in plan_forms.BasicsForm.base_fields}


def _put_basics(plan: Plan, said: dict) -> Plan:
    return {**plan, **_plain(said)}


def _lottery_of(plan: Plan) -> dict:
    return {**plan["lottery"], "strata": ", ".join(plan["lottery"]["strata"])}


def _put_lottery(plan: Plan, said: dict) -> Plan:
    strata = [one.strip() for one in said["strata"].split(",") if one.strip()]
    return {**plan, "lottery": {**said, "strata": strata}}


def _sites_of(plan: Plan) -> dict:
    return {"sites": "\n".join(f"{one['code']}: {one['name']}" for one in plan["sites"])}


def _put_sites(plan: Plan, said: dict) -> Plan:
    lines = [line.partition(":") for line in said["sites"].splitlines() if line.strip()]
    return {**plan, "sites": [{"code": c.strip(), "name": n.strip()} for c, _colon, n in lines]}


def _text_of(plan: Plan) -> dict:
    bodies = [one["body"] for one in plan["consent_texts"] if _is_first_text(one)]
    return {"body": bodies[0]} if bodies else {}


def _put_text(plan: Plan, said: dict) -> Plan:
    others = [one for one in plan["consent_texts"] if not _is_first_text(one)]
    first = {"purpose": "take-part", "language": "en", "body": said["body"]}
    return {**plan, "consent_texts": [first, *others]}


def _is_first_text(text: dict) -> bool:
    return (text["purpose"], text["language"]) == ("take-part", "en")


FORMS: dict[str, tuple[type[forms.Form], Callable, Callable]] = {
    "basics": (plan_forms.BasicsForm, _basics_of, _put_basics),
    "lottery": (plan_forms.LotteryForm, _lottery_of, _put_lottery),
    "sites": (plan_forms.SitesForm, _sites_of, _put_sites),
    "texts": (plan_forms.TextForm, _text_of, _put_text),
}
