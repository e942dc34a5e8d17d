"""One bank account for two people: neither is paid before two others have looked, each for each."""

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.models import DestinationClearance, LeftOut, Recipient
from payments.operations import pay_runs
from payments.operations.destinations import clear_destination
from payments.queries.destinations import shared_accounts
from tests.factories import (
    BY,
    MANY_ROLES,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    an_enrolment,
    ready,
)
from tests.test_api import post, problem_of
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}
MARK = "m" * 64


def paid_into(enrolment, mark=MARK):
    Recipient.objects.filter(enrolment=ready(enrolment)).update(bank_mark=mark)
    return enrolment


@pytest.fixture
def pilot():
    """A pilot in which Amina and Ben are paid into one account, and Carys into another."""
    made = a_pilot(count=1)
    for name, mark in (("Amina", MARK), ("Ben", MARK), ("Carys", "c" * 64)):
        paid_into(an_enrolment(made, name=f"{name} Example", code=name), mark)
    return made


@pytest.fixture
def two(pilot):
    """Two people who may look."""
    return [a_member(pilot, Role.APPROVER, email=f"{one}@example.org") for one in ("tom", "uma")]


def recipient(code) -> Recipient:
    return Recipient.objects.get(enrolment__code=code)


def say(code, person):
    return clear_destination(recipient=recipient(code), person=person, why="shared", **WHO)


def in_run(run) -> set[str]:
    return set(run.lines.values_list("instalment__award__enrolment__code", flat=True))


def test_who_shares_an_account_is_left_out_with_the_reason(pilot):
    run = a_prepared_run(pilot)

    assert in_run(run) == {"Carys"}
    assert set(run.left_out.values_list("instalment__award__enrolment__code", "reason")) == {
        ("Amina", "shared"),
        ("Ben", "shared"),
    }
    assert "two people have to look" in str(LeftOut.Reason.SHARED.label)


def test_one_word_is_not_enough_and_the_same_person_cannot_say_it_twice(pilot, two):
    assert say("Amina", two[0]) is False

    with pytest.raises(NotAllowed, match="Somebody else has to look"):
        say("Amina", two[0])

    assert DestinationClearance.objects.count() == 1
    assert in_run(a_prepared_run(pilot)) == {"Carys"}


def test_the_word_of_two_people_lets_one_person_be_paid_and_only_that_one(pilot, two):
    say("Amina", two[0])

    assert say("Amina", two[1]) is True

    assert in_run(a_prepared_run(pilot)) == {"Carys", "Amina"}
    lines = AuditEvent.objects.filter(verb="recipient.shared account")
    assert [one.detail["word"] for one in lines.order_by("pk")] == [1, 2]


def test_the_word_holds_for_that_account_alone(pilot, two):
    for person in two:
        say("Amina", person)
    Recipient.objects.filter(enrolment__code="Amina").update(bank_mark="c" * 64)

    run = a_prepared_run(pilot)

    assert in_run(run) == {"Ben"}
    assert set(run.left_out.values_list("reason", flat=True)) == {"shared"}


def test_a_third_person_paid_into_a_cleared_account_is_looked_at_anew(pilot, two):
    for code in ("Amina", "Ben"):
        for person in two:
            say(code, person)
    paid_into(an_enrolment(pilot, name="Dafydd Sample", code="Dafydd"))

    run = a_prepared_run(pilot)

    assert in_run(run) == {"Amina", "Ben", "Carys"}
    assert run.left_out.get().reason == "shared"


def test_who_changed_the_destination_is_not_one_of_the_two(pilot, two):
    Recipient.objects.filter(enrolment__code="Amina").update(last_edited_by=two[0])

    with pytest.raises(NotAllowed, match="Two others have to look"):
        say("Amina", two[0])

    assert not DestinationClearance.objects.exists()


def test_an_account_of_one_person_needs_nobody(pilot, two):
    with pytest.raises(Refused, match="Nobody has to look"):
        say("Carys", two[0])

    assert not DestinationClearance.objects.exists()


def test_a_reason_has_to_be_given(pilot, two):
    with pytest.raises(Invalid):
        clear_destination(recipient=recipient("Amina"), person=two[0], why="", **WHO)

    assert not DestinationClearance.objects.exists()


def test_the_same_account_in_another_pilot_or_of_somebody_who_left_keeps_nobody(pilot):
    pilot.enrolments.filter(code="Ben").update(state="ended")
    other = a_pilot(name="Harbour Cash Pilot", count=1)
    paid_into(an_enrolment(other, name="Amina Example"))

    run = a_prepared_run(pilot)

    assert in_run(run) >= {"Amina", "Carys"}


def test_a_run_whose_account_has_become_anothers_too_is_not_approved(pilot, two):
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, **WHO)
    paid_into(an_enrolment(pilot, name="Dafydd Sample", code="Dafydd"), "c" * 64)

    with pytest.raises(Refused, match="paid into one bank account"):
        pay_runs.vote(run=run, approver=two[0], available_minor=PLENTY, **WHO)

    run.refresh_from_db()
    assert run.state == "previewed"
    assert not run.disbursements.exists()


def test_the_database_keeps_words_as_they_were_said_and_by_two_people(pilot, two):
    say("Amina", two[0])
    word = DestinationClearance.objects.get()
    again = {"recipient": word.recipient, "bank_mark": MARK, "why": "shared", "cleared_at": NOON}

    for wrong, name in (
        ({"number": 2, "cleared_by": two[0]}, "one_word_a_person"),
        ({"number": 1, "cleared_by": two[1]}, "first_and_second_word"),
        ({"number": 3, "cleared_by": two[1]}, "two_words_of_an_account"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            DestinationClearance.objects.create(**again, **wrong)
    with (
        pytest.raises((InternalError, IntegrityError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE payments_destinationclearance SET number = 2")

    assert DestinationClearance.objects.get().number == 1


def test_two_people_look_by_page(client, pilot, two):
    client.force_login(two[0])
    page = client.get(f"/staff/pay-runs/shared/{pilot.public_id}/")
    home = client.get("/staff/")
    ben = pilot.enrolments.get(code="Ben")
    path = f"/staff/participants/{ben.public_id}/destination/clear/"

    client.post(path, {"why": "shared"})
    twice = client.post(path, {"why": "shared"}, follow=True)
    client.force_login(two[1])
    second = client.post(path, {"why": "receives"}, follow=True)

    assert "Amina Example" in text_of(page)
    assert "2 people are kept from being paid" in text_of(home)
    assert "You have said so already" in text_of(twice)
    assert "The next pay run takes their payments." in text_of(second)
    assert in_run(a_prepared_run(pilot)) == {"Ben", "Carys"}


def test_two_people_look_by_api(client, pilot, two):
    ben = pilot.enrolments.get(code="Ben")
    path = f"enrolments/{ben.public_id}/clear-destination/"
    client.force_login(two[0])
    (account,) = client.get(f"/api/v1/pilots/{pilot.public_id}/shared-accounts/").json()

    first = post(client, path, {"why": "shared"})
    problem_of(post(client, path, {"why": "shared"}), 403)
    client.force_login(two[1])
    second = post(client, path, {"why": "shared"})

    assert {one["code"] for one in account["people"]} == {"Amina", "Ben"}
    assert "bank_mark" not in str(account)
    assert (first.json(), second.json()) == ({"is_cleared": False}, {"is_cleared": True})
    assert len(shared_accounts(pilot)) == 1


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PREPARER, Role.AUDITOR, Role.RESEARCHER])
def test_only_managers_and_approvers_have_a_word(client, pilot, role):
    client.force_login(a_member(pilot, role, email=f"{role}@example.org"))
    ben = pilot.enrolments.get(code="Ben")

    page = client.post(f"/staff/participants/{ben.public_id}/destination/clear/", {"why": "shared"})
    answer = post(client, f"enrolments/{ben.public_id}/clear-destination/", {"why": "shared"})

    assert (page.status_code, answer.status_code) == (403, 403)
    assert not DestinationClearance.objects.exists()


def test_a_shared_account_of_another_pilot_is_not_there(client, pilot):
    here = a_pilot(name="Harbour Cash Pilot", first_date=date(2026, 4, 1))
    client.force_login(a_member(here, *MANY_ROLES, email="noor@example.org"))
    ben = pilot.enrolments.get(code="Ben")

    answers = [
        client.get(f"/staff/pay-runs/shared/{pilot.public_id}/"),
        client.get(f"/api/v1/pilots/{pilot.public_id}/shared-accounts/"),
        client.post(f"/staff/participants/{ben.public_id}/destination/clear/", {"why": "shared"}),
        post(client, f"enrolments/{ben.public_id}/clear-destination/", {"why": "shared"}),
    ]

    assert {one.status_code for one in answers} == {404}
    assert not DestinationClearance.objects.exists()
