"""What is past its time goes by itself, and nothing before."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cashpilot.core import privacy
from cashpilot.core.access import Role
from cashpilot.core.models import KeptAnswer
from cashpilot.personal_data import keep_to_the_terms
from cashpilot.tasks import keep_to_the_terms as task
from participants.models import Notice, Participant, SignInToken
from payments.models import AccountToClose, ProviderEvent
from tests.factories import BY, NOON, a_member, a_pilot, a_user, an_enrolment
from tests.privacy.world import LATER, a_person_with_traces

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MAY = {"may_set_up_pilots": True}


@pytest.fixture
def zofia():
    return a_person_with_traces(a_pilot(count=1), "Zofiamarker", "77123456")


def ended(enrolment, at):
    type(enrolment).objects.filter(pk=enrolment.pk).update(state="ended", state_changed_at=at)


def test_nothing_goes_before_its_time(zofia):
    keep_to_the_terms(by=BY, now=LATER)

    assert (KeptAnswer.objects.count(), ProviderEvent.objects.exclude(body="").count()) == (1, 1)
    assert Participant.objects.get().name == "Zofiamarker Example"


def test_answers_go_after_a_day_links_after_a_month_and_events_lose_what_names_people(zofia):
    keep_to_the_terms(by=BY, now=LATER + 200 * DAY)

    assert not KeptAnswer.objects.exists()
    assert not SignInToken.objects.exists()
    assert ProviderEvent.objects.get().body == ""
    assert {one.address for one in Notice.objects.all()} == {""}


def test_doing_it_again_does_nothing_more(zofia):
    keep_to_the_terms(by=BY, now=LATER + 200 * DAY)

    assert keep_to_the_terms(by=BY, now=LATER + 200 * DAY) == {}


def test_people_are_erased_two_years_after_they_left(zofia):
    ended(zofia, NOON)

    assert "people" not in keep_to_the_terms(by=BY, now=NOON + 730 * DAY)
    done = keep_to_the_terms(by=BY, now=NOON + 731 * DAY)

    assert done["people"] == 1
    assert Participant.objects.get().name == "[erased]"


def test_who_still_takes_part_is_kept_however_long(zofia):
    keep_to_the_terms(by=BY, now=NOON + 3_000 * DAY)

    assert Participant.objects.get().name == "Zofiamarker Example"


def test_who_is_still_owed_something_waits(db):
    enrolment = an_enrolment(a_pilot())
    ended(enrolment, NOON)

    keep_to_the_terms(by=BY, now=NOON + 3_000 * DAY)

    assert Participant.objects.get().name == "Amina Example"


def test_an_installation_may_leave_erasing_to_people(zofia, settings):
    settings.ERASE_AFTER_DAYS = 0
    ended(zofia, NOON)

    keep_to_the_terms(by=BY, now=NOON + 3_000 * DAY)

    assert Participant.objects.get().name == "Zofiamarker Example"


def test_a_dry_run_says_what_would_go_and_changes_nothing(zofia, settings):
    settings.ERASE_AFTER_DAYS = 1
    ended(zofia, NOON)
    out = StringIO()

    call_command("retention", "--dry-run", stdout=out)

    assert f"{zofia.participant.public_id} would be erased." in out.getvalue()
    assert "1 core.KeptAnswer" in out.getvalue()
    assert Participant.objects.get().name == "Zofiamarker Example"


def test_the_daily_task_and_the_command_do_the_same(zofia):
    task()
    out = StringIO()

    call_command("retention", stdout=out)

    assert "Nothing is past its time." in out.getvalue()
    assert not KeptAnswer.objects.exists()


def test_every_term_that_lets_go_names_a_column_of_its_models():
    for model in privacy.our_models():
        term = privacy.term_of(model)
        assert not term.after or term.since in {field.name for field in model._meta.fields}


def test_a_manager_erases_somebody_by_page_and_closes_their_account_at_the_provider(zofia):
    client = Client()
    client.force_login(a_member(zofia.pilot, Role.MANAGER, email="mona@example.org"))
    page = client.get(f"/staff/participants/{zofia.public_id}/erase/").content.decode()

    wrong = client.post(f"/staff/participants/{zofia.public_id}/erase/", {"code": "NOT-IT"})
    right = client.post(f"/staff/participants/{zofia.public_id}/erase/", {"code": zofia.code})

    assert "the approved list and its order are proved by it" in page
    assert wrong.status_code == 400
    assert right.status_code == 302
    assert Participant.objects.get().name == "[erased]"
    account = AccountToClose.objects.get()
    assert "acct_77123456" in client.get("/staff/").content.decode()
    client.post(f"/staff/accounts-to-close/{account.public_id}/closed/")
    account.refresh_from_db()
    assert (account.account, account.closed_by.email) == ("", "mona@example.org")
    assert "acct_77123456" not in client.get("/staff/").content.decode()


def test_a_manager_erases_somebody_by_api_after_a_preview(zofia):
    client = Client()
    client.force_login(a_member(zofia.pilot, Role.MANAGER, email="mona@example.org"))

    preview = client.get(f"/api/v1/enrolments/{zofia.public_id}/erasure/").json()
    done = client.post(f"/api/v1/enrolments/{zofia.public_id}/erasure/")

    assert preview["reasons"] == []
    assert {"participants.Participant", "payments.Disbursement"} <= {
        one["model"] for one in preview["shares"]
    }
    assert done.json()["rows"]["participants.Participant"] == 1
    assert Participant.objects.get().name == "[erased]"


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PREPARER, Role.APPROVER, Role.AUDITOR])
def test_nobody_but_a_manager_erases(zofia, role):
    client = Client()
    client.force_login(a_member(zofia.pilot, role, email="mona@example.org"))

    page = client.post(f"/staff/participants/{zofia.public_id}/erase/", {"code": zofia.code})
    api = client.post(f"/api/v1/enrolments/{zofia.public_id}/erasure/")

    assert (page.status_code, api.status_code) == (403, 403)
    assert Participant.objects.get().name == "Zofiamarker Example"


def test_the_command_refuses_with_a_sentence_and_says_what_it_would_do(db):
    enrolment = an_enrolment(a_pilot())
    a_member(enrolment.pilot, Role.MANAGER, email="mona@example.org")
    out = StringIO()

    call_command("erase", enrolment.public_id, "--as=mona@example.org", "--dry-run", stdout=out)

    assert "participants.Participant, 1: date_of_birth, email" in out.getvalue()
    with pytest.raises(CommandError, match=r"Nothing was erased\. 3 payments are still to come"):
        call_command("erase", enrolment.public_id, "--as=mona@example.org")
    assert Participant.objects.get().name == "Amina Example"


def test_who_is_in_two_pilots_is_erased_by_somebody_who_may_in_both(zofia):
    harbour = a_pilot(name="Harbour Cash Pilot", manager=a_user("h@example.org", **MAY))
    there = an_enrolment(harbour, arm="services", name="Quillonmarker Example")
    type(there).objects.filter(pk=there.pk).update(participant=zofia.participant)
    client = Client()
    client.force_login(a_member(zofia.pilot, Role.MANAGER, email="mona@example.org"))
    a_member(harbour, Role.CASEWORKER, email="mona@example.org")

    answer = client.post(f"/api/v1/enrolments/{zofia.public_id}/erasure/")

    assert answer.status_code == 403
    zofia.participant.refresh_from_db()
    assert zofia.participant.name == "Zofiamarker Example"
