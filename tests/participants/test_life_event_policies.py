"""What life events do to payments is the pilot manager's to say, by page and by API."""

import pytest

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from participants.queries import policies_of
from tests.factories import a_member, a_pilot, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot():
    return a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))


@pytest.fixture
def manager(client, pilot):
    client.force_login(a_user("mona@example.org"))
    return client


def address(pilot):
    return f"/staff/pilots/{pilot.public_id}/life-events/"


def test_a_manager_changes_what_an_event_does_and_only_that_is_written_down(manager, pilot):
    said = policies_of(pilot) | {"prison": "hold"}
    said.pop("death")

    answer = manager.post(address(pilot), said, follow=True)

    assert answer.status_code == 200
    assert policies_of(pilot)["prison"] == "hold"
    assert AuditEvent.objects.filter(verb="life event policy.set").count() == 1


def test_the_page_asks_nothing_about_a_death(manager, pilot):
    page = manager.get(address(pilot)).content.decode()

    assert 'name="prison"' in page
    assert 'name="death"' not in page


def test_an_answer_that_is_none_of_these_is_asked_for_again(manager, pilot):
    answer = manager.post(address(pilot), {"prison": "vanish"})

    assert answer.status_code == 400
    assert policies_of(pilot)["prison"] == "continue"


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_nobody_else_changes_it(client, pilot, role):
    client.force_login(a_member(pilot, role, email="kim@example.org"))

    page = client.post(address(pilot), {"prison": "stop"})
    api = client.post(api_address(pilot), {"kind": "prison", "effect": "stop"})

    assert page.status_code == api.status_code == 403
    assert policies_of(pilot)["prison"] == "continue"


def api_address(pilot):
    return f"/api/v1/pilots/{pilot.public_id}/life-event-policies/"


def test_the_api_says_and_changes_them(manager, pilot):
    changed = manager.post(api_address(pilot), {"kind": "hospital", "effect": "hold"})

    assert {"kind": "hospital", "effect": "hold"} in changed.json()
    assert manager.get(api_address(pilot)).json() == changed.json()


def test_a_death_stops_payments_whatever_is_asked_for(manager, pilot):
    answer = manager.post(api_address(pilot), {"kind": "death", "effect": "continue"})

    assert answer.status_code == 400
    assert policies_of(pilot)["death"] == "stop"
