"""Handing in a file of answers: all of it is recorded, or every problem is named."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from evaluation.operations.responses import Recorded, record_response_file
from evaluation.pages.forms import AnswersForm
from evaluation.queries import instruments, waves_of
from evaluation.rules.answers import OPTIONAL, REQUIRED
from participants.queries import pilot_for

MOST_SHOWN = 200


@login_required
def answers_file(request, pilot_id):
    """Record everything in a file, or nothing; each problem is named by row and column."""
    pilot = pilot_for(request.user, pilot_id, "record answers")
    form = AnswersForm(request.POST or None, request.FILES or None)
    problems: list = []
    if request.method == "POST" and form.is_valid():
        try:
            recorded = record_response_file(
                pilot=pilot,
                raw=form.cleaned_data["file"].read(),
                by=request.user.public_id,
                now=timezone.now(),
            )
            messages.success(request, _said_of(recorded))
            return redirect("answers_file", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
            problems = getattr(no, "problems", [])
    page = {
        "form": form,
        "pilot": pilot,
        "pilot_name": pilot.name,
        "section": "evaluation",
        "columns": [{"name": _("Row"), "is_number": True}, _("Column"), _("Problem")],
        "rows": [[one.row or "", one.column, one.says] for one in problems[:MOST_SHOWN]],
        **_what_can_be_answered(pilot),
    }
    return render(request, "evaluation/answers_file.html", page, status=400 if form.errors else 200)


@login_required
@require_GET
def answers_to_fill(request, pilot_id):
    """An empty file with the right columns, and one line that shows how to fill it."""
    pilot = pilot_for(request.user, pilot_id, "record answers")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="answers.csv"'
    rows = csv.writer(response)
    rows.writerow([*REQUIRED, *OPTIONAL])
    example = next(iter(instruments().values()))
    wave = waves_of(pilot).first()
    number = wave.number if wave else 1
    rows.writerow(
        ["ABC346", number, example.id, example.keys[0], example.low, "2026-03-31", "self"]
    )
    return response


def _what_can_be_answered(pilot) -> dict:
    """The waves and items that a file may name, for whoever is about to fill one."""
    return {
        "waves": [str(wave) for wave in waves_of(pilot)],
        "item_columns": [_("Instrument"), _("Item"), _("Values")],
        "item_rows": [
            [one.id, key, f"{one.low}–{one.high}"]
            for one in instruments().values()
            for key in one.keys
        ],
    }


def _said_of(recorded: Recorded) -> str:
    said = ngettext(
        "%(n)d answer was recorded.", "%(n)d answers were recorded.", recorded.added
    ) % {"n": recorded.added}
    if not recorded.already:
        return said
    there = ngettext("%(n)d was there already.", "%(n)d were there already.", recorded.already) % {
        "n": recorded.already
    }
    return f"{said} {there}"
