"""A button that is pressed twice promises once, and a link made by staff counts as their hand."""

import re

import pytest
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.refusals import NotAllowed
from payments.models import Recipient
from payments.operations import pay_runs
from tests.factories import (
    BY,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db


def test_a_top_up_pressed_twice_is_promised_once(client):
    owner = a_user(may_set_up_pilots=True)
    person = ready(an_enrolment(a_pilot(manager=owner)))
    client.force_login(owner)
    day = timezone.localdate()
    said = {
        "top-up-amount_minor": "50",
        "top-up-reason": "A new fridge",
        "top-up-due_date_day": day.day,
        "top-up-due_date_month": day.month,
        "top-up-due_date_year": day.year,
    }
    address = f"/staff/participants/{person.public_id}/payments/top-up/"

    first, second = client.post(address, said), client.post(address, said)
    other = client.post(address, said | {"top-up-reason": "And a cooker"})

    assert [first.status_code, second.status_code, other.status_code] == [302, 400, 302]
    assert person.award.instalments.filter(kind="top_up").count() == 2


def test_who_opened_the_bank_page_with_a_link_of_their_own_does_not_approve(client, rich_sandbox):
    pilot = a_pilot()
    person = an_enrolment(pilot)
    xavier = a_member(pilot, Role.CASEWORKER, Role.APPROVER, email="xavier@example.org")
    client.force_login(xavier)
    page = client.post(f"/staff/participants/{person.public_id}/sign-in-link/").content.decode()
    client.post(f"/s/{re.search(r'/s/([^/]+)/', page).group(1)}/")
    client.post(f"/my/{person.public_id}/destination/")
    rich_sandbox.onboard(Recipient.objects.get().provider_account, "000123456789")
    client.post(f"/my/{person.public_id}/destination/back/")
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)

    with pytest.raises(NotAllowed, match="where one of these payments goes"):
        pay_runs.vote(run=run, approver=xavier, available_minor=PLENTY, by=BY, now=NOON)

    assert not run.approvals.exists()
