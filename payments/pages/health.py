"""The health of payments as finance and auditors see it, and stopping all sending."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core.refusals import NotAllowed, Refused
from participants.queries import pilots_where
from payments.models import Halt
from payments.operations import halts
from payments.queries import halt_for, health_for, open_halts, what_keeps_a_halt

LIGHTS = {
    "ok": ("green", gettext_lazy("Well")),
    "look": ("yellow", gettext_lazy("Look")),
    "miss": ("red", gettext_lazy("Act")),
}


@login_required
@require_GET
def health(request):
    """What turns, what waits too long, and what does not add up."""
    signs = [
        {"sign": one, "colour": LIGHTS[one.verdict][0], "words": LIGHTS[one.verdict][1]}
        for one in health_for(request.user, timezone.now())
    ]
    page = {
        "signs": signs,
        "halts": [{"halt": one, "left": what_keeps_a_halt(one)} for one in open_halts()],
        "may_halt": pilots_where(request.user, "match the books").exists(),
        "section": "pay_runs",
    }
    return render(request, "payments/health.html", page)


@login_required
@require_POST
def halt_sending(request):
    """Stop all sending, for every pilot; it takes one person."""
    if not pilots_where(request.user, "match the books").exists():
        raise NotAllowed(_("Only a pilot manager or a finance approver can stop all sending."))
    who = {"by": request.user.public_id, "now": timezone.now()}
    halts.place_halt(reason=Halt.Reason.BY_A_PERSON, **who)
    messages.success(request, _("Nothing is sent from now on, for any pilot."))
    return redirect("payments_health")


@login_required
@require_POST
def lift_halt(request, public_id):
    """Agree that sending goes on; it takes two people."""
    halt = halt_for(request.user, public_id)
    who = {"person": request.user, "by": request.user.public_id, "now": timezone.now()}
    try:
        after = halts.lift_halt(halt=halt, **who)
    except Refused as no:
        messages.error(request, str(no))
    else:
        messages.success(
            request,
            _("Sending goes on.") if after.lifted_at else _("Kept. One more person has to agree."),
        )
    return redirect("payments_health")
