"""A person's better-off conversation and benefits record, as staff keep them."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import NotFound, Refused
from cashpilot.core.templatetags.cashpilot_words import long_date
from cashpilot.forms import DateParts
from participants.models import BenefitNote, BetterOffTalk
from participants.models.benefits import Fact, facts_for
from participants.operations.benefits import note_benefit, record_talk
from participants.pages.forms import at_most
from participants.queries import NO_PERSON, benefit_notes_of, enrolment_for, talks_of


class TalkForm(forms.Form):
    """How the conversation went; the facts that were told are ticked."""

    held_on = forms.DateField(label=gettext_lazy("On"), widget=DateParts)
    held_with = forms.CharField(label=gettext_lazy("With whom"), **at_most("held_with"))
    facts_told = forms.MultipleChoiceField(
        label=gettext_lazy("Facts that were told"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Facts, no advice. Rules change: check with a benefits adviser."),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"),
        choices=BetterOffTalk.Outcome.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, nation: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["facts_told"].choices = [(one.key, _said(one)) for one in facts_for(nation)]


class NoteForm(forms.Form):
    """A waiver or a letter."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"), choices=BenefitNote.Kind.choices, widget=forms.RadioSelect
    )
    programme = forms.CharField(label=gettext_lazy("Of which benefit"), **at_most("programme"))
    noted_on = forms.DateField(label=gettext_lazy("Dated"), widget=DateParts)
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea, required=False, **at_most("note")
    )

    def __init__(self, *args, nation: str, **kwargs):
        super().__init__(*args, **kwargs)


VERBS = {"talk": (TalkForm, record_talk), "note": (NoteForm, note_benefit)}


@login_required
@require_GET
def benefits(request, public_id):
    """What was told and noted so far, and a form for each."""
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    return render(request, "participants/benefits.html", _page(enrolment))


@login_required
@require_POST
def add(request, public_id, verb):
    """Write down a conversation, or a waiver or letter."""
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    if verb not in VERBS:
        raise NotFound(NO_PERSON)
    form_class, operation = VERBS[verb]
    form = form_class(request.POST, nation=enrolment.pilot.nation, prefix=verb)
    if form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            operation(enrolment=enrolment, **form.cleaned_data, **who)
            messages.success(request, _("Written down. No payment changes."))
            return redirect("benefits", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = _page(enrolment) | {"forms": _forms(enrolment) | {verb: form}}
    return render(request, "participants/benefits.html", page, status=400)


def _page(enrolment) -> dict:
    return {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "talks": talks_of(enrolment),
        "notes": benefit_notes_of(enrolment),
        "forms": _forms(enrolment),
    }


def _said(fact: Fact) -> str:
    """A fact as it is told, with where it is from and when it was written down."""
    about = {"words": fact.words, "source": fact.source, "day": long_date(fact.noted_on)}
    return _("%(words)s (%(source)s; written down here on %(day)s)") % about


def _forms(enrolment) -> dict:
    nation = enrolment.pilot.nation
    return {verb: made(nation=nation, prefix=verb) for verb, (made, _operation) in VERBS.items()}
