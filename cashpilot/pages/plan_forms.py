"""What a manager fills in to set a pilot up, one step at a time."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cashpilot.core.calendars import NATION_CHOICES
from cashpilot.core.fields import MoneyField
from cashpilot.core.money import CURRENCIES
from cashpilot.forms import DateParts
from cashpilot.pages.forms import TAKE_PART
from participants.models import Arm
from participants.operations.designs import LONGEST_REASON
from participants.pages.forms import at_most
from participants.rules.plan_files import MOST_BYTES
from participants.rules.plans import LONGEST_TEXT, MOST_PAYMENTS, MOST_RATIO, TIME_ZONES
from payments.models import Frequency, Fund, WhenClosed

CODE = _("Small letters, digits, - or _. At most 30 characters.")


def reason_field() -> forms.CharField:
    """The reason that an amendment needs."""
    return forms.CharField(
        label=_("Why this changes"),
        max_length=LONGEST_REASON,
        help_text=_("At most %(n)d characters.") % {"n": LONGEST_REASON},
    )


class BasicsForm(forms.Form):
    """What a pilot is called, in which money, by whose calendar, from when to when."""

    name = forms.CharField(label=_("Name of the pilot"), max_length=80)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code.upper()) for code in CURRENCIES]
    )
    nation = forms.ChoiceField(
        label=_("Nation"),
        choices=NATION_CHOICES,
        help_text=_("Payments are never dated on its public holidays."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[(one, one) for one in TIME_ZONES])
    starts_on = forms.DateField(label=_("It starts on"), widget=DateParts, required=False)
    ends_on = forms.DateField(label=_("It ends on"), widget=DateParts, required=False)


class ArmForm(forms.Form):
    """One arm; for a cash arm, what it promises."""

    code = forms.CharField(label=_("Short name"), max_length=30, help_text=CODE)
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("What it gives"), choices=Arm.Kind.choices, widget=forms.RadioSelect
    )
    ratio = forms.IntegerField(
        label=_("Share of people"),
        min_value=1,
        max_value=MOST_RATIO,
        initial=1,
        help_text=_("2 here and 1 elsewhere: twice as many people come into this arm."),
    )
    amount_minor = MoneyField(
        label=_("Amount of each payment"),
        required=False,
        help_text=_("Only for a cash arm, here and below. Such as 360.00"),
    )
    frequency = forms.ChoiceField(
        label=_("How often it is paid"),
        choices=Frequency.choices,
        initial=Frequency.MONTHLY,
        required=False,
    )
    count = forms.IntegerField(
        label=_("Number of payments"), min_value=1, max_value=MOST_PAYMENTS, required=False
    )
    lump_minor = MoneyField(label=_("Lump sum with the first payment"), required=False)
    first_date = forms.DateField(
        label=_("Date of the first payment"), widget=DateParts, required=False
    )
    when_closed = forms.ChoiceField(
        label=_("If banks are closed that day, pay on"),
        choices=WhenClosed.choices,
        initial=WhenClosed.BEFORE,
        widget=forms.RadioSelect,
        required=False,
    )
    may_choose = forms.BooleanField(
        label=_("People may choose how often and on which day they are paid"), required=False
    )
    fund = forms.ChoiceField(label=_("Paid from"), required=False)

    def __init__(self, *args, funds: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fund"].choices = [(one, one) for one in funds]

    def clean(self):
        said = super().clean()
        if said.get("kind") == Arm.Kind.CASH:
            for name in ("amount_minor", "count", "first_date", "fund"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("A cash arm needs this."))
        return said


class LotteryForm(forms.Form):
    """How chance decides, and between what."""

    has_waiting_list = forms.BooleanField(
        label=_("Some people come onto a waiting list"), required=False
    )
    has_not_in_study = forms.BooleanField(
        label=_("Some people are not in the study at all"), required=False
    )
    strata = forms.CharField(
        label=_("Strata"),
        required=False,
        max_length=320,
        help_text=_("What is kept in balance, such as: area, household_size. Up to ten."),
    )
    cluster = forms.CharField(
        label=_("Cluster"),
        required=False,
        max_length=30,
        help_text=_("Who is drawn together, such as: household. Empty: each person alone."),
    )


class BudgetForm(forms.Form):
    """One more line of the budget."""

    name = forms.CharField(label=_("Name"), max_length=80, initial=_("Awards"))
    purpose = forms.ChoiceField(
        label=_("For"), choices=Fund.Purpose.choices, widget=forms.RadioSelect, initial="awards"
    )
    budget_minor = MoneyField(
        label=_("Amount"), help_text=_("The most that may ever be promised. Such as 43200.00")
    )


class SitesForm(forms.Form):
    """Where the pilot is run, one place a line."""

    sites = forms.CharField(
        label=_("Sites"),
        required=False,
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line: a short name, a colon, its name. north-quay: North Quay library"),
    )


class TextForm(forms.Form):
    """What people agree to, in English; other languages follow after the launch."""

    body = forms.CharField(
        label=_("What people agree to when they take part"),
        widget=forms.Textarea(attrs={"rows": 6}),
        initial=TAKE_PART,
        max_length=LONGEST_TEXT,
        help_text=_("In English. Other languages and purposes have a page of their own later."),
    )


class HelpForm(forms.Form):
    """Whom people can call. It is no part of the design, and may change at any time."""

    help_name = forms.CharField(
        label=_("Who people can call"), required=False, **at_most("help_name")
    )
    help_phone = forms.CharField(
        label=_("Their phone number"), required=False, **at_most("help_phone")
    )
    help_hours = forms.CharField(
        label=_("When they answer"), required=False, **at_most("help_hours")
    )


class PlanFileForm(forms.Form):
    """A whole set-up as one file."""

    file = forms.FileField(
        label=_("YAML or JSON file"), help_text=_("As it was taken out of a pilot. At most 1 MB.")
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        return file


class AmendFileForm(PlanFileForm):
    """The whole set-up as it is to be, and why."""

    reason = reason_field()


class AmendForm(forms.Form):
    """What an amendment changes most often: names, shares, budget and the end."""

    ends_on = forms.DateField(label=_("It ends on"), widget=DateParts, required=False)

    def __init__(self, *args, plan: dict, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = plan["ends_on"]
        for number, arm in enumerate(plan["arms"]):
            said = {"arm": arm["name"]}
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Name of the arm “%(arm)s”") % said, max_length=80, initial=arm["name"]
            )
            self.fields[f"ratio_{number}"] = forms.IntegerField(
                label=_("Share of people in “%(arm)s”") % said,
                min_value=1,
                max_value=MOST_RATIO,
                initial=arm["ratio"],
            )
        for number, line in enumerate(plan["budget"]):
            self.fields[f"budget_{number}"] = MoneyField(
                label=_("Budget of “%(line)s”") % {"line": line["name"]},
                initial=line["budget_minor"],
            )
        self.fields["reason"] = reason_field()
