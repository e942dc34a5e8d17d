"""Who works on a pilot: roles given and taken, and colleagues invited."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot.core import access
from cashpilot.core.access import Role
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.models import Pilot
from participants.operations.invitations import invite, revoke_invitation
from participants.operations.roles import give_role, take_role
from participants.pages.forms import at_most
from participants.queries import pilot_for, roles_of
from participants.queries.team import (
    invitation_of,
    invitations_of,
    member_of,
    members_of,
    membership_for,
    site_named,
    sites_of,
)

MANAGE, SEE = "manage staff", "see staff"


class SiteForm(forms.Form):
    """A site of the pilot, or all of it; asked for only where a pilot has sites."""

    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)

    def __init__(self, *args, pilot: Pilot, **kwargs):
        super().__init__(*args, **kwargs)
        sites = [(one.public_id, one.name) for one in sites_of(pilot)]
        if sites:
            self.fields["site"].choices = [("", _("The whole pilot")), *sites]
        else:
            del self.fields["site"]


class InviteForm(SiteForm):
    """Whom to ask, and for what."""

    email = forms.EmailField(label=gettext_lazy("Their email address at work"), **at_most("email"))
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Nobody prepares and approves payments. A researcher or an auditor has no other role."
        ),
    )
    field_order = ["email", "roles", "site"]


class GiveForm(SiteForm):
    """One more role for somebody who is here already."""

    user = forms.ChoiceField(label=gettext_lazy("Who"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Role.choices, widget=forms.RadioSelect
    )
    field_order = ["user", "role", "site"]

    def __init__(self, *args, pilot: Pilot, **kwargs):
        super().__init__(*args, pilot=pilot, **kwargs)
        people = {one.user.public_id: str(one.user) for one in members_of(pilot)}
        self.fields["user"].choices = list(people.items())


@login_required
@require_GET
def team(request, pilot_id):
    """Everybody who works on a pilot, and who is invited."""
    pilot = pilot_for(request.user, pilot_id, SEE)
    page = {
        "members": members_of(pilot),
        "invitations": invitations_of(pilot, timezone.now()),
        "may_manage": access.may(roles_of(request.user, pilot), MANAGE),
        **_frame(pilot),
    }
    return render(request, "participants/team.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def invite_somebody(request, pilot_id):
    """Ask a colleague in, by email; the demo, which sends none, shows the link."""
    pilot = pilot_for(request.user, pilot_id, MANAGE)
    form = InviteForm(request.POST or None, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        try:
            said = {**form.cleaned_data, "site": _site(pilot, form)}
            _made, address = invite(pilot=pilot, inviter=request.user, **said, **_who(request))
            messages.success(request, _("Invited. The link is on its way to them."))
            if settings.CASHPILOT_MODE == "demo":
                messages.info(request, address)
            return redirect("team", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    return _form_page(request, pilot, form, _("Invite a colleague"), _("Send the invitation"))


@login_required
@require_http_methods(["GET", "POST"])
def give(request, pilot_id):
    """Give somebody who is here one more role, or a caseworker another site."""
    pilot = pilot_for(request.user, pilot_id, MANAGE)
    form = GiveForm(request.POST or None, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        try:
            user, role = member_of(pilot, form.cleaned_data["user"]), form.cleaned_data["role"]
            give_role(pilot=pilot, user=user, role=role, site=_site(pilot, form), **_who(request))
            messages.success(request, _("Given. It holds from now on."))
            return redirect("team", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    return _form_page(request, pilot, form, _("Give a role"), _("Give this role"))


@login_required
@require_POST
def take(request, pilot_id, user_id, role):
    """Take one role back, at once."""
    pilot = pilot_for(request.user, pilot_id, MANAGE)
    take_role(membership=membership_for(pilot, user_id, role), **_who(request))
    messages.success(request, _("Taken back. It holds from now on."))
    return redirect("team", pilot_id=pilot_id)


@login_required
@require_POST
def revoke(request, pilot_id, public_id):
    """Take an invitation back."""
    pilot = pilot_for(request.user, pilot_id, MANAGE)
    revoke_invitation(invitation=invitation_of(pilot, public_id), **_who(request))
    messages.success(request, _("Taken back. The link opens nothing now."))
    return redirect("team", pilot_id=pilot_id)


def _site(pilot: Pilot, form: SiteForm):
    return site_named(pilot, form.cleaned_data.get("site", ""))


def _form_page(request, pilot: Pilot, form: forms.Form, title: str, button: str):
    page = {"form": form, "title": title, "button": button, **_frame(pilot)}
    status = 400 if form.errors else 200
    return render(request, "participants/team_form.html", page, status=status)


def _frame(pilot: Pilot) -> dict:
    return {"pilot": pilot, "pilot_name": pilot.name, "section": "to_do"}


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
