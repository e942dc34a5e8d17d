"""A form made of a pilot's questions; none of them has to be answered."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cashpilot.forms import DateParts
from participants.rules.eligibility import in_words

ASKS = "asks_"


class AnswersForm(forms.Form):
    """One field a question. What is left empty is not answered yet, and is no “no”."""

    all_optional = True

    def __init__(self, *args, eligibility: Mapping[str, Any], known=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.eligibility = eligibility
        by_code = {one["code"]: one for one in eligibility["questions"]}
        for code, question in by_code.items():
            field = _field(question)
            if question["asked_if"]:
                field.help_text = _("Only if %(rule)s.") % {
                    "rule": in_words(question["asked_if"], by_code)
                }
            field.initial = _shown((known or {}).get(code))
            self.fields[ASKS + code] = field

    def answers(self) -> dict[str, Any]:
        """The answers by the codes of their questions, as the rules read them."""
        return {
            name.removeprefix(ASKS): said.isoformat() if hasattr(said, "isoformat") else said
            for name, said in self.cleaned_data.items()
            if name.startswith(ASKS)
        }

    def words_of(self, codes: Iterable[str]) -> list[str]:
        """The questions with these codes, in words."""
        by_code = {one["code"]: one["words"] for one in self.eligibility["questions"]}
        return [by_code[code] for code in codes]


def _field(question: Mapping[str, Any]) -> forms.Field:
    said: dict[str, Any] = {"label": question["words"], "required": False}
    kind = question["kind"]
    if kind == "number":
        limits = {"min_value": question["least"], "max_value": question["most"]}
        return forms.IntegerField(**said, **limits)
    if kind == "date":
        return forms.DateField(**said, widget=DateParts)
    yes_or_no = [("yes", _("Yes")), ("no", _("No"))]
    named = [(one["code"], one["words"]) for one in question["choices"]]
    choices = yes_or_no if kind == "yes_no" else named
    return forms.ChoiceField(
        **said, choices=[*choices, ("", _("Not answered yet"))], widget=forms.RadioSelect
    )


def _shown(answer: Any) -> Any:
    return ("yes" if answer else "no") if isinstance(answer, bool) else answer
