from datetime import timedelta

import pytest
from django.db.models.functions import Now

from payments.models import Disbursement, Recipient
from payments.operations.recipients import observe
from payments.providers import get_provider
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready


@pytest.fixture
def provider(rich_sandbox):
    """The real adapter and SDK, talking over HTTP to a sandbox that has money."""
    return get_provider()


@pytest.fixture
def disbursement(sandbox, provider):
    """One approved and queued, to somebody whom the sandbox can pay."""
    enrolment = ready(an_enrolment(a_pilot()), sandbox.create_account("GB"))
    recipient = Recipient.objects.get(enrolment=enrolment)
    observe(recipient=recipient, provider=provider, by=BY, now=NOON)
    return an_approved_run(enrolment.pilot).disbursements.get()


@pytest.fixture
def aged(sandbox):
    """Make the first try of a disbursement lie so many hours back, here and in the sandbox."""

    def age(disbursement, *, hours):
        sandbox.advance(hours=hours)
        Disbursement.objects.filter(pk=disbursement.pk).update(
            first_sent_at=Now() - timedelta(hours=hours)
        )

    return age


@pytest.fixture
def award(db):
    return ready(an_enrolment(a_pilot(count=6))).award
