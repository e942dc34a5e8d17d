"""Every page and endpoint of staff as every role, as a stranger and as nobody (docs/roles.md)."""

import inspect

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.entrances import ANYBODY, ENTRANCES, SET_UP, roles_for
from participants.models import Pilot
from tests.factories import MANY_ROLES, a_member, a_pilot, a_user
from tests.staff.world import one_of_everything

pytestmark = pytest.mark.django_db
DOORS = [(act, door) for act, doors in ENTRANCES.items() for door in doors]
NOT_OF_STAFF = ("api/v1/my/", "api/v1/webhooks/", "api/v1/<path:address>")
SAID = {
    "POST /api/v1/pilots/{pilot}/research-consents/": {
        "code": "nobody",
        "purpose": "research",
        "decision": "given",
        "decided_on": "2026-02-20",
    },
    "GET /api/v1/enrolments/{person}/schedule/as-of/": {"moment": "2026-03-02T12:00:00Z"},
}
OF_NO_PILOT = {door for _, door in DOORS if "{halt}" in door}
IN_ANY_PILOT = {door for _, door in DOORS if "{news}" in door or "{difference}" in door}
SEEN_BY_FEW = {door for _, door in DOORS if "{complaint}" in door}
ANOTHERS = "Someone else prepared"
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker):
    """One of everything, made once for all walks, and undone after them."""
    whole = transaction.atomic()
    whole._from_testcase = True  # as in a test, what is durable outside may be nested here
    with django_db_blocker.unblock(), whole:
        yield one_of_everything()
        transaction.set_rollback(True)


@pytest.fixture
def names(everything, rich_sandbox):
    return everything


@pytest.fixture
def pilot(names):
    return Pilot.objects.get(public_id=names["pilot"])


def elsewhere():
    return a_pilot(
        name="Mill Lane Cash Pilot", manager=a_user("mo@example.org", may_set_up_pilots=True)
    )


def browser_of(user) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def ask(browser, door: str, names):
    """The answer to one door; whatever it did is undone."""
    method, path = door.split(" ", 1)
    said = SAID.get(door, {})
    is_json = method != "GET" and "/api/" in path
    kind = {"content_type": "application/json"} if is_json else {}
    with transaction.atomic():
        answer = getattr(browser, method.lower())(filled(path, names), said, **kind)
        transaction.set_rollback(True)
    return answer


def filled(path: str, names) -> str:
    """The address of a door; a draw belongs to a pilot into whose arms nobody came but by it."""
    here = names | {"pilot": names["drawn"]} if "{pilot}/draw/" in path else names
    return path.format(**here)


def verdict(answer) -> str:
    """Whether whoever asked may: what an operation answers then is another test's matter."""
    if answer.status_code == 404:
        return "not there"
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/accounts/"):
        return "sign in"
    assert answer.status_code < 500
    is_refused = answer.status_code == 403
    is_json = "json" in answer.headers.get("Content-Type", "")
    is_about_the_run = is_json and ANOTHERS in str(answer.content)
    return "no" if is_refused and not is_about_the_run else "yes"


@pytest.mark.parametrize("role", Role)
def test_each_role_finds_exactly_its_own_doors_open(names, pilot, role):
    user = a_member(pilot, role, email=f"{role}-alone@example.org")
    a_member(Pilot.objects.get(public_id=names["drawn"]), role, email=user.email)
    browser = browser_of(user)

    found = {door: verdict(ask(browser, door, names)) for act, door in DOORS if act != SET_UP}

    hidden = OF_NO_PILOT | SEEN_BY_FEW
    found |= {door: "no" for door in hidden if found[door] == "not there"}
    expected = {
        door: "yes" if role in roles_for(act) else "no" for act, door in DOORS if act != SET_UP
    }
    assert differing(found, expected) == {}


def test_nothing_of_another_pilot_is_there(names):
    there = elsewhere()
    strangers = [a_member(there, *MANY_ROLES, email="mo@example.org")] + [
        a_member(there, role, email=f"{role}@mill.example.org")
        for role in (Role.APPROVER, Role.RESEARCHER, Role.AUDITOR)
    ]
    before = AuditEvent.objects.count()

    for user in strangers:
        browser = browser_of(user)
        theirs = [door for _, door in DOORS if "{" in door and door not in OF_NO_PILOT]
        found = {door: verdict(ask(browser, door, names)) for door in theirs}
        found |= {door: "not there" for door in IN_ANY_PILOT if found[door] == "no"}

        assert differing(found, dict.fromkeys(theirs, "not there")) == {}, user.email
    assert AuditEvent.objects.count() == before


def test_what_is_not_theirs_reads_like_what_never_was(names):
    there = elsewhere()
    browser = browser_of(a_member(there, *MANY_ROLES, email="mo@example.org"))
    where = [door for _, door in DOORS if door.startswith("GET /api/") and "{" in door]

    strange = dict.fromkeys(names, "never") | {"version": "1"}
    theirs = [ask(browser, door, names).json() for door in where]
    never = [ask(browser, door, strange).json() for door in where]

    assert theirs == never


def test_nobody_who_is_not_signed_in_gets_anywhere(names):
    before = AuditEvent.objects.count()

    found = {door: verdict(ask(Client(), door, names)) for _, door in DOORS}

    assert set(found.values()) == {"sign in"}
    assert AuditEvent.objects.count() == before


def test_a_participants_session_opens_nothing_of_the_staffs(names, pilot):
    browser = Client()
    session = browser.session
    session["participant"] = pilot.enrolments.first().participant.public_id
    session.save()

    found = {door: verdict(ask(browser, door, names)) for _, door in DOORS}

    assert set(found.values()) == {"sign in"}


def test_pilots_are_set_up_by_whoever_may(names):
    doors = [door for act, door in DOORS if act == SET_UP]
    may = browser_of(a_user("new@example.org", may_set_up_pilots=True))
    may_not = browser_of(a_user("tom@example.org"))

    assert {ask(may, door, names).status_code for door in doors} <= {200, 400}
    assert {ask(may_not, door, names).status_code for door in doors} == {400, 403}


def test_no_page_or_endpoint_of_staff_is_missing_from_the_matrix(names):
    walked = {(door.split()[0], route_of(filled(door.split()[1], names))) for _, door in DOORS}

    missing = {one for one in every_route() if one not in walked}

    assert missing == set()


def test_lists_hold_nothing_of_a_pilot_that_is_not_ones_own(names):
    there = elsewhere()
    browser = browser_of(a_member(there, *MANY_ROLES, email="mo@example.org"))

    pages = [ask(browser, door, names).content.decode() for door in ENTRANCES[ANYBODY]]

    assert not [page for page in pages if "Bridge Street" in page or "Zofia" in page]


def test_the_drawn_roles_are_in_step():
    call_command("draw_roles", "--check")


def differing(found, expected) -> dict:
    return {
        door: f"{found[door]}, not {expected[door]}"
        for door in expected
        if found[door] != expected[door]
    }


def every_route():
    """Every way of asking that the site's own map knows, of those that belong to staff."""
    for path, callback in routes(get_resolver().url_patterns):
        if not path.startswith(("staff/", "api/v1/")) or path.startswith(NOT_OF_STAFF):
            continue
        view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
        if view:
            methods = [
                one for one in ("get", "post", "put", "patch", "delete") if hasattr(view, one)
            ]
            yield from ((method.upper(), path) for method in methods)
        else:
            yield from ((method, path) for method in methods_of_page(callback))


def methods_of_page(page) -> list[str]:
    """What a page answers, as its decorator says; without one, at least a look."""
    while page:
        allowed = inspect.getclosurevars(page).nonlocals.get("request_method_list")
        if allowed:
            return list(allowed)
        page = getattr(page, "__wrapped__", None)
    return ["GET"]


def routes(patterns, before=""):
    for one in patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, path)
        else:
            yield path, one.callback


def route_of(path: str) -> str:
    return resolve(path).route
