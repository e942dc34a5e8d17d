"""The words that people agree to: those in force, and the next version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.operations.consent import publish_text
from participants.pages.forms import TextForm
from participants.queries import pilot_for, texts_in_force


@login_required
@require_http_methods(["GET", "POST"])
def texts(request, pilot_id):
    """Every text in force, in its own language and direction; the manager publishes the next."""
    pilot = pilot_for(request.user, pilot_id, "change the pilot")
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            publish_text(pilot=pilot, **form.cleaned_data, **who)
            messages.success(request, _("Published. Who agreed to earlier words stays on those."))
            return redirect("consent_texts", pilot_id=pilot_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "texts": texts_in_force(pilot),
        "form": form,
        "section": "to_do",
    }
    return render(request, "participants/texts.html", page, status=400 if form.errors else 200)
