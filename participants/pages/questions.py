"""Who can join: the questions of a pilot, changed and tried out by its manager."""

import re

import yaml
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.models import Pilot
from participants.operations.designs import LONGEST_REASON, ask_from_now_on
from participants.pages.answers import AnswersForm
from participants.queries import pilot_for
from participants.queries.designs import eligibility_of, questions_in_force
from participants.rules.eligibility import decide, in_words, read_answers
from participants.rules.plan_files import read_file
from participants.rules.shapes import Faulty

KINDS = [
    ("yes_no", gettext_lazy("Yes or no")),
    ("number", gettext_lazy("A number")),
    ("choice", gettext_lazy("One of several answers")),
    ("date", gettext_lazy("A date")),
]
HOW = [
    ("", gettext_lazy("Nothing: it is only written down")),
    ("is", gettext_lazy("The answer is")),
    ("is_not", gettext_lazy("The answer is not")),
    ("at_least", gettext_lazy("At least, or on or after")),
    ("at_most", gettext_lazy("At most, or on or before")),
]


class Reasoned(forms.Form):
    """A form that asks for a reason, but only once a pilot runs."""

    reason = forms.CharField(
        label=gettext_lazy("Why this changes"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("At most 200 characters."),
    )

    def __init__(self, *args, pilot: Pilot, **kwargs):
        super().__init__(*args, **kwargs)
        if pilot.state in (Pilot.State.DRAFT, Pilot.State.READY):
            del self.fields["reason"]
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])


class QuestionForm(Reasoned):
    """One more question, and what this pilot asks of its answer."""

    words = forms.CharField(label=gettext_lazy("The question"), max_length=300)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"), choices=KINDS, widget=forms.RadioSelect
    )
    choices = forms.CharField(
        label=gettext_lazy("The answers to choose from"),
        required=False,
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line; only for one of several answers."),
    )
    comparison = forms.ChoiceField(
        label=gettext_lazy("What this pilot asks"), choices=HOW, required=False
    )
    value = forms.CharField(
        label=gettext_lazy("Compared with"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Such as: 18, yes, 2026-03-31, or one of the answers above."),
    )
    why = forms.CharField(
        label=gettext_lazy("What people are told if it is not so"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Kindly, such as: This pilot is for people who are 18 or older."),
    )


class WholeForm(Reasoned):
    """All questions and the rule as text, for rules with any, not, and questions that depend."""

    text = forms.CharField(
        label=gettext_lazy("Questions and rule"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "dir": "ltr"}),
        help_text=gettext_lazy("YAML. A rule is joined from all, any, not, and comparisons."),
    )


class WhatElseForm(Reasoned):
    """What is said to people whom this pilot is not for."""

    what_else = forms.CharField(
        label=gettext_lazy("What else there is"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Where people find other help. At most 1000 characters."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def questions(request, pilot_id):
    """The questions so far, the rule in words, and one more question."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = QuestionForm(request.POST or None, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        eligibility = _with_question(eligibility_of(pilot), form.cleaned_data)
        if _asked(request, pilot, eligibility, form):
            return redirect("questions", pilot_id=pilot_id)
    eligibility = eligibility_of(pilot)
    by_code = {one["code"]: one for one in eligibility["questions"]}
    rule = eligibility["rule"]
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "version": questions_in_force(pilot),
        "questions": eligibility["questions"],
        "what_else": eligibility["what_else"],
        "rule": in_words(rule, by_code) if rule else "",
        "form": form,
    }
    return render(request, "participants/questions.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def whole(request, pilot_id):
    """All questions and the rule as text."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    said = yaml.safe_dump(eligibility_of(pilot), sort_keys=False, allow_unicode=True, width=100)
    form = WholeForm(request.POST or None, pilot=pilot, initial={"text": said})
    if request.method == "POST" and form.is_valid():
        try:
            eligibility = read_file(form.cleaned_data["text"].encode())
            if _asked(request, pilot, eligibility, form):
                return redirect("questions", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    return _form_page(request, pilot, form, _("Questions and rule as text"))


@login_required
@require_http_methods(["GET", "POST"])
def what_else(request, pilot_id):
    """What is said to people whom this pilot is not for."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    eligibility = eligibility_of(pilot)
    form = WhatElseForm(request.POST or None, pilot=pilot, initial=eligibility)
    if request.method == "POST" and form.is_valid():
        said = {**eligibility, "what_else": form.cleaned_data["what_else"]}
        if _asked(request, pilot, said, form):
            return redirect("questions", pilot_id=pilot_id)
    return _form_page(request, pilot, form, _("What else there is"))


@login_required
@require_http_methods(["GET", "POST"])
def try_out(request, pilot_id):
    """Give answers and see what they come to; nothing is kept."""
    pilot = pilot_for(request.user, pilot_id, "see the pilot")
    eligibility = eligibility_of(pilot)
    asked = request.POST if request.method == "POST" else None
    form = AnswersForm(asked, eligibility=eligibility)
    decision = None
    if request.method == "POST" and form.is_valid():
        answers, _faults = read_answers(eligibility, form.answers())
        decision = decide(eligibility, answers)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "form": form,
        "decision": decision,
        "missing": form.words_of(decision.missing) if decision else [],
        "what_else": eligibility["what_else"],
    }
    return render(request, "participants/try_questions.html", page)


@login_required
@require_POST
def take_away(request, pilot_id):
    """Take a question away in a draft, with what is asked of its answer."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    eligibility = _without(eligibility_of(pilot), request.POST.get("code", ""))
    who = {"by": request.user.public_id, "now": timezone.now()}
    try:
        reason = _("A question was taken away")
        ask_from_now_on(pilot=pilot, eligibility=eligibility, reason=reason, **who)
        messages.success(request, _("Taken away."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("questions", pilot_id=pilot_id)


def _form_page(request, pilot: Pilot, form: forms.Form, title: str):
    page = {"pilot": pilot, "pilot_name": pilot.name, "form": form, "title": title}
    return render(request, "participants/form.html", page, status=400 if form.errors else 200)


def _asked(request, pilot: Pilot, eligibility, form: forms.Form) -> bool:
    who = {"by": request.user.public_id, "now": timezone.now()}
    reason = form.cleaned_data.get("reason", "")
    try:
        ask_from_now_on(pilot=pilot, eligibility=eligibility, reason=reason, **who)
    except Faulty as no:
        for fault in no.faults:
            field = fault.path.rpartition(".")[2]
            named = field in form.fields
            form.add_error(field if named else None, fault.says if named else str(fault))
        return False
    except Refused as no:
        add_refusal(form, no)
        return False
    messages.success(request, _("Kept. What was decided so far stays as it is."))
    return True


def _with_question(eligibility: dict, said: dict) -> dict:
    taken = {one["code"] for one in eligibility["questions"]}
    lines = [line.strip() for line in said["choices"].splitlines() if line.strip()]
    choices = [{"code": _code(line, set()), "words": line} for line in lines]
    question = {"code": _code(said["words"], taken), "words": said["words"], "kind": said["kind"]}
    questions = [*eligibility["questions"], {**question, "choices": choices}]
    rule = eligibility["rule"]
    if said["comparison"]:
        part = {"question": question["code"], "why": said["why"], **_compared(question, said)}
        parts = rule["all"] if rule and "all" in rule else [rule] if rule else []
        rule = {"all": [*parts, part]}
    return {**eligibility, "questions": questions, "rule": rule}


def _compared(question: dict, said: dict) -> dict:
    value, kind = said["value"].strip(), question["kind"]
    if kind == "yes_no":
        value = {"yes": True, "no": False}.get(value.casefold(), value)
    elif kind == "number" and re.fullmatch(r"-?\d{1,10}", value):
        value = int(value)
    elif kind == "choice":
        value = _code(value, set())
    return {said["comparison"]: value}


def _code(words: str, taken: set[str]) -> str:
    """A short name made of words: How old are you? → how-old-are-you."""
    plain = re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")[:26].strip("-") or "answer"
    tries = [plain, *(f"{plain}-{number}" for number in range(2, 100))]
    return next(one for one in tries if one not in taken)


def _without(eligibility: dict, code: str) -> dict:
    rule = eligibility["rule"]
    if rule and "all" in rule:
        parts = [one for one in rule["all"] if one.get("question") != code]
        rule = {**rule, "all": parts} if parts else None
    elif rule and rule.get("question") == code:
        rule = None
    questions = [one for one in eligibility["questions"] if one["code"] != code]
    return {**eligibility, "questions": questions, "rule": rule}
