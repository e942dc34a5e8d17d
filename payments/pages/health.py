"""The health of payments as finance and auditors see it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from payments.queries import health_for

LIGHTS = {"ok": ("green", _("Well")), "look": ("yellow", _("Look")), "miss": ("red", _("Act"))}


@login_required
@require_GET
def health(request):
    """What turns, what waits too long, and what does not add up."""
    signs = [
        {"sign": one, "colour": LIGHTS[one.verdict][0], "words": LIGHTS[one.verdict][1]}
        for one in health_for(request.user, timezone.now())
    ]
    return render(request, "payments/health.html", {"signs": signs, "section": "pay_runs"})
