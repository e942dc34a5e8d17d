"""What a person fills in on the pages of the evaluation."""

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from evaluation.models import ResearchConsent
from participants.pages.forms import TextForm


class QuestionForm(forms.Form):
    """Which outcome at which wave, adjusted for which earlier wave if any."""

    instrument = forms.ChoiceField(label=_("Instrument"))
    wave = forms.TypedChoiceField(label=_("Wave"), coerce=int)
    baseline = forms.TypedChoiceField(
        label=_("Adjusted for the score at"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args, instruments, waves, **kwargs):
        super().__init__(*args, **kwargs)
        numbered = [(wave.number, str(wave)) for wave in waves]
        self.fields["instrument"].choices = [(one.id, one.name) for one in instruments]
        self.fields["wave"].choices = numbered
        self.fields["baseline"].choices = [("", _("No earlier wave")), *numbered]


class ResearchTextForm(TextForm):
    """The next version of the words about one use of answers, in one language."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = ResearchConsent.Purpose.choices


class AnswersForm(forms.Form):
    """A file of answers."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: code, wave, instrument, item, value, answered_on, and if you have it mode. "
            "Dates such as 2026-03-31. Leave out the row of a question that was not answered."
        ),
        validators=[FileExtensionValidator(["csv"])],
    )
