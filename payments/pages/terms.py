"""What an arm is promised: the versions so far, and the next one."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import MoneyField, add_refusal
from cashpilot.core.refusals import Refused
from cashpilot.forms import DateParts
from participants.queries import pilot_for
from payments.models import Frequency, WhenClosed
from payments.operations.awards import LONGEST_AWARD, set_terms
from payments.queries import arm_with_terms


class TermsForm(forms.Form):
    amount_minor = MoneyField(label=_("Amount of each payment"))
    frequency = forms.ChoiceField(label=_("How often it is paid"), choices=Frequency.choices)
    count = forms.IntegerField(label=_("Number of payments"), min_value=1, max_value=LONGEST_AWARD)
    lump_minor = MoneyField(
        label=_("Lump sum with the first payment"),
        required=False,
        help_text=_("Leave empty if there is none."),
    )
    may_choose = forms.BooleanField(
        label=_("People may choose how often and on which day they are paid"), required=False
    )
    first_date = forms.DateField(label=_("Date of the first payment"), widget=DateParts)
    when_closed = forms.ChoiceField(
        label=_("If banks are closed that day, pay on"),
        choices=WhenClosed.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Why the terms change"), max_length=200)


@login_required
@require_http_methods(["GET", "POST"])
def change_terms(request, pilot_id, arm_code):
    """Give an arm the next version of its terms; awards made so far keep theirs."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    arm, versions = arm_with_terms(pilot, arm_code)
    now = {name: getattr(versions[0], name) for name in TermsForm.base_fields if name != "reason"}
    now["lump_minor"] = now["lump_minor"] or None
    form = TermsForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data | {"lump_minor": form.cleaned_data["lump_minor"] or 0}
            who = {"by": request.user.public_id, "now": timezone.now()}
            set_terms(arm=arm, fund=versions[0].fund, **said, **who)
            messages.success(request, _("People who join from now on are promised this."))
            return redirect("pilot", public_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "arm": arm,
        "versions": versions,
        "form": form,
    }
    return render(request, "payments/terms.html", page, status=400 if form.errors else 200)
