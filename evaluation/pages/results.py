"""Results as researchers see them: what differs between the arms, how surely, and who answered."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from cashpilot import charts
from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from evaluation.pages.forms import QuestionForm
from evaluation.queries import (
    instrument_called,
    instruments_answered,
    results_of,
    waves_answered,
    waves_of,
)
from evaluation.rules.results import Results
from participants.queries import pilot_for, pilots_of, roles_of

ACT = "see results"


@login_required
@require_GET
def evaluation(request):
    """The results of this member's pilot; of several pilots, which one."""
    mine = list(pilots_of(request.user))
    seen = [pilot for pilot in mine if access.may(roles_of(request.user, pilot), ACT)]
    if len(seen) == 1:
        return pilot_results(request, seen[0].public_id)
    if mine and not seen:
        access.check(roles_of(request.user, mine[0]), ACT)
    page = {"pilots": seen, "section": "evaluation"}
    return render(request, "evaluation/choose_pilot.html", page)


@login_required
@require_GET
def pilot_results(request, pilot_id):
    """One outcome of one pilot; to begin with the first instrument at its last answered wave."""
    pilot = pilot_for(request.user, pilot_id, ACT)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "section": "evaluation",
        "may_record": access.may(roles_of(request.user, pilot), "record answers"),
    }
    answered = sorted(
        (instrument_called(name) for name in instruments_answered(pilot)),
        key=lambda one: one.polarity == "deficit",
    )
    if not answered:
        return render(request, "evaluation/no_answers.html", page)
    asked = _asked(pilot, [one.id for one in answered], request.GET.dict())
    form = QuestionForm(asked, instruments=answered, waves=waves_of(pilot))
    results = _answer(pilot, form) if form.is_valid() else None
    page |= {"form": form, **(_shown(results) if results else {})}
    return render(request, "evaluation/results.html", page, status=200 if results else 400)


def _asked(pilot, answered: list[str], query: dict[str, str]) -> dict[str, str]:
    """What the address asks for; what it leaves out is filled in from the waves with answers."""
    chosen = query.get("instrument")
    instrument = chosen if chosen in answered else answered[0]
    first, *later = (str(number) for number in waves_answered(pilot, instrument))
    asked = {"instrument": instrument, "wave": [first, *later][-1], **query}
    if asked["wave"] in later:
        asked.setdefault("baseline", first)
    return asked


def _answer(pilot, form: QuestionForm) -> Results | None:
    asked = form.cleaned_data
    try:
        return results_of(
            pilot, asked["instrument"], wave=asked["wave"], baseline_wave=asked["baseline"]
        )
    except Refused as no:
        add_refusal(form, no)
        return None


def _shown(results: Results) -> dict:
    return {
        "results": results,
        "as_of": timezone.now(),
        "figure": charts.forest(
            [_interval(one) for one in results.effects],
            caption=_("Difference between the arms: %(name)s, wave %(wave)s")
            % {"name": results.instrument_name, "wave": results.wave},
            unit=_("points"),
        ),
        "arms": {
            "columns": [_("Arm"), *_numbers(_ARM_FIGURES)],
            "rows": [_arm_row(one) for one in results.arms],
        },
        "retention": {
            "columns": [*_numbers(_RETENTION_FIGURES), _("Arms"), _("Note")],
            "rows": [_retention_row(one) for one in results.retention],
        },
    }


_ARM_FIGURES = (
    gettext_lazy("In the study"),
    gettext_lazy("Answered"),
    gettext_lazy("Mean"),
    gettext_lazy("SD"),
)
_RETENTION_FIGURES = (
    gettext_lazy("Answered, first arm"),
    gettext_lazy("Answered, second arm"),
    gettext_lazy("Difference"),
    gettext_lazy("95% interval"),
)


def _numbers(names) -> list[dict]:
    return [{"name": name, "is_number": True} for name in names]


def _arm_row(one) -> list[str]:
    return [one.name, _people(one.in_study), _people(one.observed), *_figures(one.mean, one.sd)]


def _interval(effect) -> charts.Interval:
    return charts.Interval(
        label=_("Adjusted") if effect.is_adjusted else _("Not adjusted"),
        between=_between(effect),
        estimate=effect.estimate,
        low=effect.ci_low,
        high=effect.ci_high,
        note=effect.reason,
    )


def _between(one) -> str:
    return _("%(arm)s and %(comparison)s") % {"arm": one.arm, "comparison": one.comparison}


def _people(count: int | None) -> str:
    return _("fewer than 10") if count is None else f"{count:,}"


def _figures(*values: float | None) -> list[str]:
    return [charts.NOTHING if value is None else f"{value:.1f}" for value in values]


def _retention_row(one) -> list[str]:
    percents = [
        charts.NOTHING if value is None else f"{value}%"
        for value in (one.percent_arm, one.percent_comparison, one.difference)
    ]
    is_sure = one.ci_low is not None and one.ci_high is not None
    interval = f"{one.ci_low}% {_('to')} {one.ci_high}%" if is_sure else charts.NOTHING
    return [*percents, interval, _between(one), one.reason]
