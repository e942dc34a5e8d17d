"""Files of people as staff see them: sent, matched, checked, decided on, added, taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cashpilot import intake_journeys
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Invalid, Refused
from cashpilot.pages.forms import ColumnsForm, FileForm
from participants.models import Intake
from participants.operations import intakes
from participants.queries import pilot_for, site_of
from participants.queries.intakes import (
    LEAVE_OUT,
    UNDER_WAY,
    intake_for,
    intakes_of,
    left_out,
    rejected_file,
    samples_of,
)
from participants.queries.pairs import in_words

A_PAGE = 20
MOST_PROBLEMS = 200
ACT = "enrol people"


@login_required
def enrol_file(request, pilot_id):
    """Send a file of people; nobody is added before somebody has seen what is in it."""
    pilot = pilot_for(request.user, pilot_id, ACT)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            intake = intakes.take_in(
                pilot=pilot,
                file_name=file.name,
                raw=file.read(),
                site=site_of(request.user, pilot, ACT),
                **_who_and_when(request),
            )
            _work_on(request, intake)
            return redirect("intake", public_id=intake.public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "form": form,
        "pilot": pilot,
        "intakes": intakes_of(pilot, request.user)[:A_PAGE],
        "section": "participants",
    }
    return render(request, "enrol_file.html", page, status=400 if form.errors else 200)


@login_required
@require_GET
def intake(request, public_id):
    """One file: what is to be decided, how far it is, or what became of it."""
    found = intake_for(request.user, public_id, ACT)
    return _shown(request, found)


@login_required
@require_POST
def match_columns(request, public_id):
    """Say what the headings mean."""
    found = intake_for(request.user, public_id, ACT)
    form = ColumnsForm(request.POST, intake=found, samples=samples_of(found))
    if not form.is_valid():
        return _shown(request, found, form, status=400)
    try:
        intakes.match_columns(intake=found, columns=form.columns, **_who_and_when(request))
    except Invalid as no:
        add_refusal(form, no)
        return _shown(request, found, form, status=400)
    _work_on(request, found)
    return redirect("intake", public_id=public_id)


@login_required
@require_POST
def answer(request, public_id):
    """Say of rows that may be somebody else who they are; or leave out all that wait."""
    found = intake_for(request.user, public_id, ACT)
    if "leave_the_rest" in request.POST:
        rest = {one["row"] for one in found.alike if str(one["row"]) not in found.answers}
        answers = dict.fromkeys(rest, LEAVE_OUT)
    else:
        answers = _answers_in(request.POST)
    _try(
        request,
        lambda: intakes.answer_alike(intake=found, answers=answers, **_who_and_when(request)),
        gettext_lazy("Kept."),
    )
    return redirect("intake", public_id=public_id)


@login_required
@require_POST
def act(request, public_id, verb):
    """Add, take back, check again, match anew, or give up; a refusal comes back as its sentence."""
    found = intake_for(request.user, public_id, ACT)
    do, done = _VERBS[verb]
    _try(request, lambda: do(request, found), done)
    return redirect("intake", public_id=public_id)


@login_required
@require_GET
def rejected(request, public_id):
    """The rows that are not added, as a file, each with what is wrong with it."""
    found = intake_for(request.user, public_id, ACT)
    response = HttpResponse(rejected_file(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="to-correct.csv"'
    return response


def _shown(request, found: Intake, form=None, *, status: int = 200):
    page = {
        "intake": found,
        "pilot": found.pilot,
        "section": "participants",
        "is_moving": found.state in UNDER_WAY,
    }
    if found.state == Intake.State.UPLOADED:
        page["form"] = form or ColumnsForm(intake=found, samples=samples_of(found))
    if found.state == Intake.State.CHECKED:
        page |= _to_decide(request, found)
    return render(request, "intake.html", page, status=status)


def _to_decide(request, found: Intake) -> dict:
    by_row: dict[int, list[dict]] = {}
    for one in found.alike:
        by_row.setdefault(one["row"], []).append(one)
    waiting = [row for row in by_row if str(row) not in found.answers]
    to_add = found.good - len(left_out(found))
    page = Paginator(list(by_row.items()), A_PAGE).get_page(request.GET.get("page"))
    return {
        "problems_found": [
            {"row": row, "column": column, "says": says}
            for row, column, says in found.problems[:MOST_PROBLEMS]
        ],
        "page_obj": page,
        "asked": [_asked(found, row, pairs) for row, pairs in page],
        "numbers": [
            {"name": _("Rows"), "value": found.rows},
            {"name": _("Can be added"), "value": to_add},
            {"name": _("With problems"), "value": found.rows - found.good},
            {"name": _("May be here already"), "value": len(by_row)},
        ],
        "to_add": to_add,
        "waiting": len(waiting),
        "has_rejected": bool(found.problems or left_out(found)),
    }


def _asked(found: Intake, row: int, pairs: list[dict]) -> dict:
    return {
        "row": row,
        "name": pairs[0]["mine"]["name"],
        "pairs": [{**one, "why": in_words(one["reasons"])} for one in pairs],
        "answer": found.answers.get(str(row), ""),
    }


def _answers_in(posted) -> dict[int, str]:
    named = {name.removeprefix("row_"): said for name, said in posted.items() if said}
    return {int(row): said for row, said in named.items() if row.isdecimal() and len(row) < 7}


def _work_on(request, found: Intake) -> None:
    intake_journeys.work_on_a_short_one(intake=found, **_who_and_when(request))


def _add(request, found: Intake) -> None:
    intakes.begin_adding(intake=found, **_who_and_when(request))
    _work_on(request, found)


def _undo(request, found: Intake) -> None:
    intake_journeys.take_back_intake(intake=found, **_who_and_when(request))


def _look_again(request, found: Intake) -> None:
    intakes.look_again(intake=found, **_who_and_when(request))
    _work_on(request, found)


def _change_columns(request, found: Intake) -> None:
    intakes.change_columns(intake=found, **_who_and_when(request))


def _drop(request, found: Intake) -> None:
    intakes.drop(intake=found, **_who_and_when(request))


_VERBS = {
    "add": (_add, None),
    "undo": (_undo, gettext_lazy("Taken back. It is as if they had never been added.")),
    "check": (_look_again, None),
    "columns": (_change_columns, None),
    "drop": (_drop, gettext_lazy("Given up. Nobody was added, and nothing of the file is kept.")),
}


def _try(request, do, done) -> None:
    try:
        do()
        if done:
            messages.success(request, done)
    except Refused as no:
        messages.error(request, str(no))


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
