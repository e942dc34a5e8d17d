"""What staff fill in about people, in the order in which they would say it."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cashpilot.forms import DateParts
from participants.models import Consent, ConsentText
from participants.rules import LONGEST


def at_most(field: str) -> dict:
    """The limit of a text field, and the words that state it."""
    most = LONGEST[field]
    return {"max_length": most, "help_text": _("At most %(n)d characters.") % {"n": most}}


class TextForm(forms.Form):
    """The next version of what people agree to, in one language."""

    purpose = forms.ChoiceField(
        label=_("What it is about"), choices=ConsentText.Purpose.choices, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.PARTICIPANT_LANGUAGES)
    body = forms.CharField(
        label=_("The words"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        **at_most("body"),
    )


class DecisionForm(forms.Form):
    """What a person decided, how they said so, and who read the words to them."""

    purpose = forms.ChoiceField(label=_("About what"), widget=forms.RadioSelect)
    decision = forms.ChoiceField(
        label=_("They"), choices=Consent.Decision.choices, widget=forms.RadioSelect
    )
    decided_on = forms.DateField(label=_("On"), widget=DateParts)
    how = forms.ChoiceField(label=_("How"), choices=Consent.How.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language they heard or read it in"), choices=settings.PARTICIPANT_LANGUAGES
    )
    read_by = forms.CharField(label=_("Who read it to them"), required=False, **at_most("read_by"))

    def __init__(self, *args, purposes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = purposes
