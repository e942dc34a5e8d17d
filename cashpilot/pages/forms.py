"""What staff fill in, in the order in which they would say it."""

from django import forms
from django.conf import settings
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from cashpilot.core.calendars import NATION_CHOICES
from cashpilot.core.fields import MoneyField
from cashpilot.core.money import CURRENCIES
from cashpilot.forms import DateParts
from participants.models import Consent
from participants.pages.forms import at_most
from participants.rules import LONGEST
from participants.rules.sheets import MOST_BYTES
from payments.models import Frequency, WhenClosed

COLUMN_WORDS = {
    "name": _("Full name (needed)"),
    "arm": _("Code of the arm (needed)"),
    "consent_date": _("Date they agreed to take part (needed)"),
    "code": _("Code of the person"),
    "date_of_birth": _("Date of birth"),
    "email": _("Email address"),
    "phone": _("Phone"),
    "language": _("Language they read"),
}
TAKE_PART = _(
    "I agree to take part. I know that the money is mine, that I need not answer any question "
    "to get it, and that I can stop at any time."
)


class PilotForm(forms.Form):
    """A pilot with two arms: cash, and the services people have anyway."""

    name = forms.CharField(label=_("Name of the pilot"), max_length=80)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code.upper()) for code in CURRENCIES]
    )
    nation = forms.ChoiceField(
        label=_("Nation"),
        choices=NATION_CHOICES,
        help_text=_("Payments are never dated on its public holidays."),
    )
    cash_arm = forms.CharField(label=_("Name of the cash arm"), max_length=80, initial=_("Cash"))
    comparison_arm = forms.CharField(
        label=_("Name of the comparison arm"), max_length=80, initial=_("Conventional services")
    )
    amount_minor = MoneyField(label=_("Amount of each payment"), help_text=_("Such as 360.00"))
    frequency = forms.ChoiceField(
        label=_("How often it is paid"), choices=Frequency.choices, initial=Frequency.MONTHLY
    )
    count = forms.IntegerField(label=_("Number of payments"), min_value=1, max_value=520)
    lump_minor = MoneyField(
        label=_("Lump sum with the first payment"),
        required=False,
        help_text=_("Leave empty if there is none."),
    )
    may_choose = forms.BooleanField(
        label=_(
            "People may choose how often and on which day they are paid; the total is the same"
        ),
        required=False,
    )
    first_date = forms.DateField(label=_("Date of the first payment"), widget=DateParts)
    when_closed = forms.ChoiceField(
        label=_("If banks are closed that day, pay on"),
        choices=WhenClosed.choices,
        widget=forms.RadioSelect,
        initial=WhenClosed.BEFORE,
    )
    budget_minor = MoneyField(
        label=_("Budget"), help_text=_("The most that may ever be promised. Such as 43200.00")
    )
    received_minor = MoneyField(label=_("Money received from the funder so far"), required=False)
    consent_text = forms.CharField(
        label=_("What people agree to when they take part"),
        widget=forms.Textarea(attrs={"rows": 5}),
        initial=TAKE_PART,
        max_length=5000,
    )
    help_name = forms.CharField(label=_("Who people can call"), max_length=80, required=False)
    help_phone = forms.CharField(label=_("Their phone number"), max_length=30, required=False)
    help_hours = forms.CharField(label=_("When they answer"), max_length=80, required=False)


class EnrolForm(forms.Form):
    """One person, with their consent to take part."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=LONGEST["name"],
        help_text=_("As they write it; one name is enough. At most 200 characters."),
    )
    arm = forms.ChoiceField(label=_("Arm"), widget=forms.RadioSelect)
    date_of_birth = forms.DateField(
        label=_("Date of birth"),
        widget=DateParts,
        required=False,
        help_text=_("From 1900 on. Leave it empty if it is not known."),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=LONGEST["phone"],
        required=False,
        help_text=_("It may be shared with others. At most 30 characters."),
    )
    email = forms.EmailField(label=_("Email address"), required=False, **at_most("email"))
    language = forms.ChoiceField(
        label=_("Language they read"), choices=settings.PARTICIPANT_LANGUAGES
    )
    frequency = forms.ChoiceField(
        label=_("How often they want to be paid"),
        choices=[("", _("As the arm's terms say")), *Frequency.choices],
        required=False,
        help_text=_("Only where the terms leave a choice. The total is the same."),
    )
    payday = forms.IntegerField(
        label=_("On which day"),
        required=False,
        help_text=_("A day of the month, 1 to 31, or of the week, 1 for Monday to 7."),
    )
    consent_date = forms.DateField(label=_("Date they agreed to take part"), widget=DateParts)
    how = forms.ChoiceField(
        label=_("How they agreed"),
        choices=Consent.How.choices,
        widget=forms.RadioSelect,
        initial=Consent.How.IN_PERSON,
    )
    read_by = forms.CharField(label=_("Who read it to them"), required=False, **at_most("read_by"))

    def __init__(self, *args, arms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["arm"].choices = [(arm.code, arm.name) for arm in arms]


class FileForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_(
            "The first row names the columns; you are asked what they mean. Of a workbook only the "
            "first sheet is read. At most 20,000 people and 10 MB."
        ),
        validators=[FileExtensionValidator(["csv", "xlsx"])],
    )

    def clean_file(self):
        """Not even read where it is too large."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file has more than 10 MB. Split it."))
        return file


class ColumnsForm(forms.Form):
    """What each heading of a file means: one of our columns, or nothing."""

    all_optional = True

    def __init__(self, *args, intake, samples, **kwargs):
        super().__init__(*args, **kwargs)
        for number, heading in enumerate(intake.headings):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading or _("Column %(n)d, without a heading") % {"n": number + 1},
                choices=[("", _("Leave it out")), *COLUMN_WORDS.items()],
                initial=intake.columns[number],
                help_text=_("Such as: %(cells)s") % {"cells": samples[number]}
                if samples[number]
                else _("Nothing stands in the first rows of it."),
                required=False,
            )

    @property
    def columns(self) -> list[str]:
        """Our column for each heading, in the order of the file."""
        return [self.cleaned_data[name] for name in self.fields]
