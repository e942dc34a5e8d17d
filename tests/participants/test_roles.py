"""Who may hold which roles together, and who may give and take them."""

from itertools import combinations

import pytest
from django.db import IntegrityError, InternalError, transaction

from cashpilot.core.access import APART, Role, RolesApart
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, NotAllowed
from participants.models import Membership
from participants.operations.roles import LastManager, give_role, take_role
from participants.operations.sites import add_site
from tests.factories import BY, NOON, a_member, a_pilot, a_user

pytestmark = pytest.mark.django_db
PAIRS = [frozenset(pair) for pair in combinations(Role, 2)]


@pytest.fixture
def pilot():
    return a_pilot()


def held(pilot, user):
    return set(Membership.objects.filter(pilot=pilot, user=user).values_list("role", flat=True))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " and ".join(sorted(pair)))
def test_two_roles_are_held_by_one_person_only_where_they_go_together(pilot, pair):
    first, second = sorted(pair)
    tom = a_member(pilot, first)

    if pair in APART:
        with pytest.raises(RolesApart, match="Give one of the two to somebody else"):
            give_role(pilot=pilot, user=tom, role=second, by=BY, now=NOON)
    else:
        give_role(pilot=pilot, user=tom, role=second, by=BY, now=NOON)

    assert held(pilot, tom) == ({first} if pair in APART else set(pair))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " and ".join(sorted(pair)))
def test_the_database_keeps_the_same_pairs_apart(pilot, pair):
    first, second = sorted(pair)
    tom = a_member(pilot, first)

    try:
        with transaction.atomic():
            Membership.objects.create(pilot=pilot, user=tom, role=second)
        refused = False
    except (IntegrityError, InternalError):
        refused = True

    assert refused == (pair in APART)


def test_the_database_keeps_roles_apart_when_one_is_changed_too(pilot):
    tom = a_member(pilot, Role.PREPARER, Role.CASEWORKER)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Membership.objects.filter(user=tom, role=Role.CASEWORKER).update(role=Role.APPROVER)

    assert held(pilot, tom) == {"preparer", "caseworker"}


def test_roles_that_do_not_go_together_may_be_held_in_two_pilots(pilot):
    other = a_pilot(name="Harbour Cash Pilot")
    tom = a_member(pilot, Role.PREPARER)

    a_member(other, Role.APPROVER)

    assert (held(pilot, tom), held(other, tom)) == ({"preparer"}, {"approver"})


def test_giving_and_taking_a_role_is_in_the_audit(pilot):
    tom = a_member(pilot, Role.CASEWORKER)

    take_role(membership=Membership.objects.get(user=tom), by=BY, now=NOON)

    told = AuditEvent.objects.filter(detail__user=tom.public_id).order_by("pk")
    assert [one.verb for one in told] == ["role.given", "role.taken"]
    assert held(pilot, tom) == set()


def test_giving_a_role_again_changes_nothing(pilot):
    tom = a_member(pilot, Role.CASEWORKER)
    before = AuditEvent.objects.count()

    give_role(pilot=pilot, user=tom, role=Role.CASEWORKER, by=BY, now=NOON)

    assert AuditEvent.objects.count() == before


def test_nobody_changes_their_own_roles(pilot):
    priya = a_user()
    preparing = Membership.objects.get(user=priya, role=Role.PREPARER)

    with pytest.raises(NotAllowed, match="Nobody changes their own roles"):
        give_role(pilot=pilot, user=priya, role=Role.CASEWORKER, by=priya.public_id, now=NOON)
    with pytest.raises(NotAllowed, match="Nobody changes their own roles"):
        take_role(membership=preparing, by=priya.public_id, now=NOON)

    assert held(pilot, priya) == {"manager", "preparer"}


def test_the_last_manager_stays_until_there_is_another(pilot):
    first = Membership.objects.get(role=Role.MANAGER)

    with pytest.raises(LastManager):
        take_role(membership=first, by=BY, now=NOON)
    assert Membership.objects.filter(role=Role.MANAGER).count() == 1
    a_member(pilot, Role.MANAGER)
    take_role(membership=first, by=BY, now=NOON)

    assert Membership.objects.get(role=Role.MANAGER).user.email == "tom@example.org"


@pytest.mark.parametrize("how", ["delete", "update"])
def test_the_database_leaves_no_pilot_without_a_manager(pilot, how):
    manager = Membership.objects.filter(role=Role.MANAGER)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        manager.delete() if how == "delete" else manager.update(role=Role.CASEWORKER)

    assert manager.count() == 1


def test_only_a_caseworker_is_bound_to_a_site(pilot):
    harbour = add_site(pilot=pilot, site_name="Harbour", by=BY, now=NOON)
    tom = a_user("tom@example.org")

    with pytest.raises(Invalid, match="Only a caseworker"):
        give_role(pilot=pilot, user=tom, role=Role.APPROVER, site=harbour, by=BY, now=NOON)
    with pytest.raises(IntegrityError, match="only_a_caseworker_has_a_site"), transaction.atomic():
        Membership.objects.create(pilot=pilot, user=tom, role=Role.APPROVER, site=harbour)

    assert held(pilot, tom) == set()


def test_nobody_is_bound_to_a_site_of_another_pilot(pilot):
    elsewhere = add_site(
        pilot=a_pilot(name="Harbour Cash Pilot"), site_name="Quay", by=BY, now=NOON
    )
    tom = a_user("tom@example.org")

    with pytest.raises(IntegrityError, match="membership_is_at_a_site"), transaction.atomic():
        Membership.objects.create(pilot=pilot, user=tom, role=Role.CASEWORKER, site=elsewhere)

    assert held(pilot, tom) == set()
