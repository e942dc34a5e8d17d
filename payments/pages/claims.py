"""Lost benefits: proposed beside a person, decided and paid beside the money."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cashpilot.core import access
from cashpilot.core.fields import MoneyField, add_refusal
from cashpilot.core.refusals import NotFound, Refused
from cashpilot.forms import DateParts
from participants.pages.forms import at_most
from participants.queries import NO_PERSON, enrolment_for, pilot_for, roles_of
from payments.operations import claims as operations
from payments.queries import balances_of, claim_for, claims_fund_of, claims_of, claims_of_person

ACTS = {
    "agree": "approve pay runs",
    "decline": "approve pay runs",
    "paid": "prepare pay runs",
}


class ClaimForm(forms.Form):
    """What was lost, since when, and why."""

    programme = forms.CharField(label=gettext_lazy("Which benefit"), **at_most("programme"))
    amount_minor = MoneyField(label=gettext_lazy("How much was lost"))
    lost_from = forms.DateField(label=gettext_lazy("Since when"), widget=DateParts)
    reason = forms.CharField(
        label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 3}), **at_most("reason")
    )


class FundForm(forms.Form):
    """Money set aside for lost benefits."""

    budget_minor = MoneyField(label=gettext_lazy("Budget"))
    received_minor = MoneyField(label=gettext_lazy("Received so far"), required=False)


@login_required
@require_http_methods(["GET", "POST"])
def claims_of_one(request, public_id):
    """One person's claims, and a form to propose one more."""
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.propose_claim(enrolment=enrolment, **form.cleaned_data, **_who(request))
            messages.success(request, _("Proposed. Someone else decides."))
            return redirect("claims_of_person", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "claims": claims_of_person(enrolment),
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "payments/claims_of_person.html", page, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def claims(request, pilot_id):
    """Every claim of a pilot, by code and no name; a manager opens the fund."""
    is_opening = request.method == "POST"
    pilot = pilot_for(request.user, pilot_id, "change the pilot" if is_opening else "see money")
    form = FundForm(request.POST or None)
    if is_opening and form.is_valid():
        try:
            _open(request, pilot, form.cleaned_data)
            return redirect("claims", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    fund, roles = claims_fund_of(pilot), roles_of(request.user, pilot)
    page = {
        "section": "pay_runs",
        "pilot": pilot,
        "pilot_name": pilot.name,
        "fund": fund,
        "left_minor": balances_of(fund)["funds"] if fund else 0,
        "claims": claims_of(pilot),
        "form": form if not fund and access.may(roles, "change the pilot") else None,
        "may": {verb: access.may(roles, act) for verb, act in ACTS.items()},
    }
    return render(request, "payments/claims.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def act(request, public_id, verb):
    """Agree, decline, or note that it was paid; a refusal comes back as its sentence."""
    if verb not in ACTS:
        raise NotFound(NO_PERSON)
    claim = claim_for(request.user, public_id, ACTS[verb])
    try:
        if verb == "paid":
            who = {"by": request.user.public_id, "now": timezone.now()}
            reference = request.POST.get("reference", "")
            operations.note_claim_paid(claim=claim, reference=reference, **who)
        else:
            agrees = verb == "agree"
            operations.decide_claim(claim=claim, agrees=agrees, **_who(request))
        messages.success(request, _("Written down."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("claims", pilot_id=claim.fund.pilot.public_id)


def _open(request, pilot, said: dict) -> None:
    operations.open_claims_fund(
        pilot=pilot,
        budget_minor=said["budget_minor"],
        received_minor=said["received_minor"] or 0,
        by=request.user.public_id,
        now=timezone.now(),
    )
    messages.success(request, _("The fund is open. It is never used for awards."))


def _who(request) -> dict:
    return {"person": request.user, "by": request.user.public_id, "now": timezone.now()}
