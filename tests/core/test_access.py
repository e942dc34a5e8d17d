"""Who may do what: the whole table, said once more in a tester's words."""

import pytest

from cashpilot.core.access import ACTS, Role, check, may
from cashpilot.core.refusals import NotAllowed

MANAGER, CASEWORKER, PREPARER, APPROVER, RESEARCHER, AUDITOR, LEAD = Role
PEOPLE = {MANAGER, CASEWORKER, LEAD}

EXPECTED = {
    "see the pilot": {MANAGER, CASEWORKER, PREPARER, APPROVER, RESEARCHER, AUDITOR, LEAD},
    "change the pilot": {MANAGER},
    "manage staff": {MANAGER},
    "see staff": {MANAGER, AUDITOR},
    "see people": PEOPLE,
    "say how to reach people": PEOPLE,
    "keep the list of places": PEOPLE,
    "safeguard people": {LEAD},
    "look into complaints": PEOPLE,
    "look into complaints about staff": {MANAGER, LEAD},
    "enrol people": {MANAGER, CASEWORKER},
    "hold the draw": {MANAGER},
    "check the draw": {MANAGER, AUDITOR},
    "see money": {MANAGER, PREPARER, APPROVER, AUDITOR},
    "change schedules": {MANAGER},
    "hold payments": PEOPLE,
    "prepare pay runs": {PREPARER},
    "approve pay runs": {APPROVER},
    "note what arrived": {MANAGER, CASEWORKER, PREPARER, APPROVER},
    "match the books": {MANAGER, APPROVER},
    "record answers": {MANAGER, CASEWORKER},
    "copy personal data": {MANAGER},
    "erase people": {MANAGER},
    "see results": {MANAGER, RESEARCHER},
    "request releases": {RESEARCHER},
    "approve releases": {MANAGER},
}


def test_no_act_is_missing_from_this_test():
    assert set(ACTS) == set(EXPECTED)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", EXPECTED)
def test_each_role_may_do_its_acts_and_no_other(act, role):
    assert may([role.value], act) == (role in EXPECTED[act])


@pytest.mark.parametrize("act", EXPECTED)
def test_nobody_without_a_role_may_do_anything(act):
    with pytest.raises(NotAllowed):
        check([], act)


def test_two_roles_may_do_what_either_may():
    assert may([PREPARER, RESEARCHER], "see results")
    assert may([PREPARER, RESEARCHER], "prepare pay runs")
    assert not may([PREPARER, RESEARCHER], "approve pay runs")


@pytest.mark.parametrize(
    ("act", "who"),
    [
        ("approve pay runs", "finance approver"),
        ("see people", "caseworker, pilot manager, safeguarding lead"),
    ],
)
def test_a_refusal_says_who_could_do_it_instead(act, who):
    with pytest.raises(NotAllowed) as refusal:
        check([AUDITOR], act)

    assert str(refusal.value) == f"Your role does not let you {act}. Ask someone who is: {who}."
    assert refusal.value.status == 403


def test_an_unknown_act_or_role_is_a_mistake_in_the_code():
    with pytest.raises(KeyError):
        may([MANAGER], "fly")
    with pytest.raises(ValueError):
        may(["pilot"], "see people")
