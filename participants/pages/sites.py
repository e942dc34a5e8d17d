"""The places where a pilot meets people, and where one person is met."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.operations.sites import add_site, place
from participants.pages.forms import at_most
from participants.pages.team import SiteForm
from participants.queries import enrolment_for, pilot_for
from participants.queries.team import site_named, sites_of

ACT = "change the pilot"


class NewSiteForm(forms.Form):
    """One more place."""

    site_name = forms.CharField(label=gettext_lazy("Name of the site"), **at_most("site_name"))


@login_required
@require_http_methods(["GET", "POST"])
def sites(request, pilot_id):
    """The sites of a pilot with the number of people at each, and one more."""
    pilot = pilot_for(request.user, pilot_id, ACT)
    form = NewSiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_site(pilot=pilot, **form.cleaned_data, **_who(request))
            messages.success(request, _("The site is added."))
            return redirect("sites", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "section": "to_do",
        "form": form,
        "columns": [_("Site"), {"name": _("People"), "is_number": True}],
        "rows": [[one.name, one.people] for one in sites_of(pilot)],
    }
    return render(request, "participants/sites.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def site_of_person(request, public_id):
    """Where one person is met from now on; it changes no payment."""
    enrolment = enrolment_for(request.user, public_id, ACT)
    pilot = enrolment.pilot
    held = {"site": enrolment.site.public_id if enrolment.site else ""}
    form = SiteForm(request.POST or None, pilot=pilot, initial=held)
    if request.method == "POST" and form.is_valid():
        site = site_named(pilot, form.cleaned_data.get("site", ""))
        place(enrolment=enrolment, site=site, **_who(request))
        messages.success(request, _("Kept. Caseworkers of that site see this person now."))
        return redirect("person", public_id=public_id)
    page = {
        "enrolment": enrolment,
        "pilot_name": pilot.name,
        "section": "participants",
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "participants/site_of_person.html", page, status=status)


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
