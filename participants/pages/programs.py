"""Service tokens: which programs may ask what of a pilot."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.operations.service_tokens import LONGEST_LIFE, issue_token, revoke_token
from participants.pages.forms import at_most
from participants.queries import pilot_for, roles_of
from participants.queries.team import service_token_of, service_tokens_of

MANAGE, SEE = "manage staff", "see staff"


class TokenForm(forms.Form):
    """For which program, what it may, and for how long."""

    token_name = forms.CharField(label=gettext_lazy("Which program"), **at_most("token_name"))
    acts = forms.MultipleChoiceField(
        label=gettext_lazy("What it may"),
        choices=[(act, act.capitalize()) for act in access.FOR_PROGRAMS],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"), min_value=1, max_value=LONGEST_LIFE.days
    )


@login_required
@require_http_methods(["GET", "POST"])
def programs(request, pilot_id):
    """The tokens of a pilot; the manager issues one, whose secret is shown on this answer only."""
    is_asked = request.method == "POST"
    pilot = pilot_for(request.user, pilot_id, MANAGE if is_asked else SEE)
    form, secret = TokenForm(request.POST or None), ""
    if is_asked and form.is_valid():
        try:
            who = {"issuer": request.user, **_who(request)}
            _token, secret = issue_token(pilot=pilot, **form.cleaned_data, **who)
            form = TokenForm()
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "section": "to_do",
        "form": form,
        "secret": secret,
        "tokens": service_tokens_of(pilot),
        "now": timezone.now(),
        "may_manage": access.may(roles_of(request.user, pilot), MANAGE),
    }
    return render(request, "participants/programs.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def revoke(request, pilot_id, public_id):
    """Let a token open nothing from now on."""
    pilot = pilot_for(request.user, pilot_id, MANAGE)
    revoke_token(token=service_token_of(pilot, public_id), **_who(request))
    messages.success(request, _("Revoked. It opens nothing now."))
    return redirect("programs", pilot_id=pilot_id)


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
