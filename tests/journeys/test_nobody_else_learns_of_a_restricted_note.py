"""Every address of the site reads the same before and after a restricted note was written, to
everybody but a safeguarding lead."""

import re

import pytest
from django.test import Client

from cashpilot.core.access import Role
from participants.operations.safeguarding import write_restricted_note
from tests.factories import BY, NOON, a_member, a_pilot, a_prepared_run, a_user, an_enrolment, ready
from tests.test_pages import everything
from tests.walker import read_all

pytestmark = pytest.mark.django_db
SHOWS_WHO_LOOKED = re.compile(r"/(copy|data|personal-data|looks|erase|erasure)/$")
WORDS = "Somebody at home reads her letters"


@pytest.fixture
def person(settings):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    pilot = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    return ready(an_enrolment(pilot))


@pytest.fixture
def ids(person):
    pilot, run = person.pilot, a_prepared_run(person.pilot)
    return {
        "public_id": [pilot.public_id, person.public_id, run.public_id],
        "pilot_id": [pilot.public_id],
        "code": ["cash"],
        "arm_code": ["cash"],
    }


APART = [
    (Role.MANAGER, Role.CASEWORKER, Role.PREPARER),
    (Role.APPROVER,),
    (Role.RESEARCHER,),
    (Role.AUDITOR,),
]


@pytest.fixture
def visitors(person):
    """Every role but the lead's, as few members of staff as may hold them; and the person."""
    assert {Role.SAFEGUARDING_LEAD}.union(*APART) == set(Role)
    own = Client(raise_request_exception=False)
    session = own.session
    session["participant"] = person.participant.public_id
    session.save()
    return [*(_staff(person.pilot, roles) for roles in APART), own]


def _staff(pilot, roles) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(a_member(pilot, *roles, email=f"{roles[0]}@example.org"))
    return browser


def test_every_address_reads_the_same_with_and_without_a_note(visitors, person, ids):
    before = [read_all(one, ids) for one in visitors]
    note = write_restricted_note(enrolment=person, body=WORDS, by=BY, now=NOON)

    after = [read_all(one, ids) for one in visitors]

    assert sum(status == 200 for status, _body in after[0].values()) > 50
    for then, now in zip(before, after, strict=True):
        changed = {path: now[path] for path in now if now[path] != then[path]}
        assert {path for path in changed if not SHOWS_WHO_LOOKED.search(path)} == set()
        assert [path for path, (_s, body) in changed.items() if b"estricted" in body] == []
        assert not [path for path, (_s, body) in now.items() if note.public_id.encode() in body]


def test_a_note_touches_no_row_but_its_own_and_the_audit(person):
    before = everything()

    write_restricted_note(enrolment=person, body=WORDS, by=BY, now=NOON)

    changed = {table for table, rows in everything().items() if rows != before[table]}
    assert changed == {"participants_restrictednote", "core_auditevent"}
