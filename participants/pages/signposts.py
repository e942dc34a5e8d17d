"""Places that people can turn to: staff keep the list, people read it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cashpilot.core.calendars import NATION_CHOICES
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.operations.signposts import publish_signposts
from participants.pages.forms import at_most
from participants.pages.own import frame, mine
from participants.queries import pilot_for
from participants.queries.signposts import places_for, places_of, signposts_of
from participants.rules.signposts import as_text, read_places


class PlacesForm(forms.Form):
    """The next version of the list for one nation."""

    nation = forms.ChoiceField(label=gettext_lazy("Nation"), choices=NATION_CHOICES)
    places = forms.CharField(
        label=gettext_lazy("Places, one a line: name | phone or web address | what they help with"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        **at_most("places"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def signposts(request, pilot_id):
    """The list in force for a nation, and a form for its next version."""
    pilot = pilot_for(request.user, pilot_id, "keep the list of places")
    in_force = signposts_of(pilot, request.GET.get("nation", ""))
    start = {"nation": in_force.nation if in_force else pilot.nation}
    start["places"] = as_text(places_of(in_force))
    form = PlacesForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            places = read_places(form.cleaned_data["places"])
            who = {"by": request.user.public_id, "now": timezone.now()}
            nation = form.cleaned_data["nation"]
            publish_signposts(pilot=pilot, nation=nation, places=places, **who)
            messages.success(request, _("Published. People read it from now on."))
            return redirect("signposts", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "in_force": in_force,
        "places": places_of(in_force),
        "form": form,
    }
    return render(request, "participants/signposts.html", page, status=400 if form.errors else 200)


@require_GET
def my_places(request, public_id):
    """Places that a person can turn to."""
    enrolment = mine(request, public_id)
    page = {"enrolment": enrolment, "places": places_for(enrolment.pilot)}
    return render(request, "participants/my_places.html", frame(enrolment.pilot) | page)
