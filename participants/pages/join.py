"""How an invited colleague comes in. Looking at the link changes nothing; the button does."""

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.operations.invitations import InvitationIsOver, accept_as, accept_as_new
from participants.operations.sign_in import keyed_hash
from participants.queries.team import has_account, open_invitation


class NewColleagueForm(forms.Form):
    """An account of one's own: the address is the invited one."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    password = forms.CharField(
        label=gettext_lazy("A password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters; three words that only you would say."),
    )


class NothingToFill(forms.Form):
    """Whoever has an account already presses the button only."""


@require_http_methods(["GET", "POST"])
def join(request, secret):
    """The page behind an invitation: make an account, or join with the one that is there."""
    now = timezone.now()
    invitation = open_invitation(keyed_hash(secret), now)
    if invitation is None:
        return render(request, "participants/invitation_is_over.html", status=410)
    is_known = has_account(invitation.email)
    is_in = request.user.is_authenticated
    shape = NothingToFill if is_known or is_in else NewColleagueForm
    form = shape(request.POST if request.method == "POST" else None)
    if request.method == "POST" and is_known and not is_in:
        return redirect_to_login(request.path)
    if request.method == "POST" and form.is_valid():
        try:
            return _joined(request, secret, form, now)
        except InvitationIsOver:
            return render(request, "participants/invitation_is_over.html", status=410)
        except Refused as no:
            add_refusal(form, no)
    page = {"invitation": invitation, "form": form, "must_sign_in": is_known and not is_in}
    return render(request, "participants/join.html", page, status=400 if form.errors else 200)


def _joined(request, secret: str, form: forms.Form, now):
    if request.user.is_authenticated:
        accept_as(secret=secret, user=request.user, by=request.user.public_id, now=now)
        return redirect("to_do")
    accept_as_new(secret=secret, by="invited", now=now, **form.cleaned_data)
    messages.success(request, _("Your account is made. Sign in with it."))
    return redirect("account_login")
