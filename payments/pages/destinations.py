"""Bank accounts that more than one person is paid into, and what two people say of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core import access
from cashpilot.core.refusals import Refused
from participants.queries import enrolment_for, pilot_for, roles_of
from payments.models import DestinationClearance
from payments.operations.destinations import clear_destination
from payments.queries import recipient_for
from payments.queries.destinations import shared_accounts, words_said

ACT = "match the books"


@login_required
@require_GET
def shared(request, pilot_id):
    """The accounts that somebody has to look at, and everybody who is paid into each."""
    pilot = pilot_for(request.user, pilot_id, "see money")
    page = {
        "pilot": pilot,
        "pilot_name": pilot.name,
        "section": "pay_runs",
        "may_clear": access.may(roles_of(request.user, pilot), ACT),
        "reasons": DestinationClearance.Why.choices,
        "accounts": [
            {"tail": one.tail, "people": [_person(each) for each in one.recipients]}
            for one in shared_accounts(pilot)
        ],
    }
    return render(request, "payments/shared_accounts.html", page)


@login_required
@require_POST
def clear(request, public_id):
    """One person's word that it is right; the second lets the next pay run take the payments."""
    enrolment = enrolment_for(request.user, public_id, ACT)
    try:
        is_cleared = clear_destination(
            recipient=recipient_for(enrolment),
            person=request.user,
            why=request.POST.get("why", ""),
            by=request.user.public_id,
            now=timezone.now(),
        )
        messages.success(
            request,
            _("Kept. The next pay run takes their payments.")
            if is_cleared
            else _("Kept. One more person has to look."),
        )
    except Refused as no:
        messages.error(request, str(no))
    return redirect("shared_accounts", pilot_id=enrolment.pilot.public_id)


def _person(recipient) -> dict:
    said = words_said(recipient)
    return {
        "enrolment": recipient.enrolment,
        "said": said,
        "is_cleared": any(one.number > 1 for one in said),
    }
