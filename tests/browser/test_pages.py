"""The real pages in a real browser: accessible, quiet, narrow and wide, light and dark."""

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.journeys import amend_pilot
from evaluation.operations.consent import publish_research_text
from participants.operations.consent import publish_text
from participants.operations.drafts import begin_pilot
from participants.operations.entrants import enter_file
from participants.operations.intakes import take_in
from participants.operations.invitations import invite
from participants.operations.pairs import search
from participants.operations.sign_in import issue_link
from participants.operations.sites import add_site
from payments.models import AccountToClose, PayRun, Recipient
from payments.operations import pay_runs, schedules
from tests.browser.page_ok import page_ok
from tests.factories import (
    BY,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_enrolment,
    ready,
)
from tests.participants.draw_world import a_draw, a_list
from tests.participants.intake_world import an_added_file, done
from tests.participants.test_applications import apply, ask, from_age
from tests.participants.test_designs import cheaper
from tests.participants.test_pilot_files import a_plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs("chromium")]

SCREENS = os.environ.get("CASHPILOT_SCREENS")
LOOKS = [
    pytest.param((360, 640, "light"), id="phone"),
    pytest.param((1280, 900, "light"), id="desktop"),
    pytest.param((360, 640, "dark"), id="phone-dark"),
]
JOINED = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def world(settings, sandbox):
    """A pilot with two people in each arm, one of whom cannot be paid yet, and one run prepared."""
    settings.STRIPE_API_BASE = sandbox.base_url
    pilot = a_pilot(count=12)
    for name in ("Amina Example", "Łukasz Example"):
        ready(an_enrolment(pilot, name=name, now=JOINED))
    an_enrolment(pilot, name="Siân Example", now=JOINED)
    an_enrolment(pilot, name="Ben Example", arm="services", now=JOINED)
    a_member(pilot, Role.RESEARCHER, email="rosa@example.org")
    a_prepared_run(pilot, due_by=date(2026, 4, 2))
    return pilot


@pytest.fixture(params=LOOKS)
def look(request, new_page):
    """A page in one size and colour scheme."""
    width, height, scheme = request.param
    page = new_page(width=width, height=height, color_scheme=scheme)
    page.look_name = request.node.callspec.id
    return page


def shot(page, name):
    """Keep a picture for people to look at, where a folder for them is named."""
    if SCREENS:
        Path(SCREENS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SCREENS}/{name}-{page.look_name}.png", full_page=True)


def visit(page, address, name):
    page.goto(address)
    page_ok(page)
    shot(page, name)


def sign_in(page, site, email):
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/staff/")


def test_what_participants_see(look, live_server, world):
    site, amina = live_server.url, world.enrolments.get(participant__name="Amina Example")
    secret = issue_link(participant=amina.participant, by=BY, now=timezone.now())
    visit(look, f"{site}/", "front-door")
    visit(look, f"{site}/s/{secret}/", "sign-in-link")

    look.get_by_role("button", name="Show my page").click()

    look.wait_for_url(f"**/my/{amina.public_id}/")
    page_ok(look)
    shot(look, "participant")
    assert look.title() == "Your page"
    look.get_by_role("button", name="Leave quickly").click()
    page_ok(look)
    look.go_back()
    assert "Amina" not in look.content()
    assert "£360.00" not in look.content()


def test_what_participants_read_about_what_they_agreed_to(look, live_server, world):
    site, amina = live_server.url, world.enrolments.get(participant__name="Amina Example")
    who = {"by": BY, "now": timezone.now()}
    arabic = {"body": "أوافق على استلام المال. المبلغ 360 جنيهًا كل شهر.", "language": "ar"}
    publish_text(pilot=world, purpose="cash", **arabic, **who)
    publish_research_text(pilot=world, purpose="research", **arabic, **who)
    type(amina.participant).objects.update(language="ar")
    secret = issue_link(participant=amina.participant, **who)
    look.goto(f"{site}/s/{secret}/")
    look.get_by_role("button", name="Show my page").click()
    look.wait_for_url(f"**/my/{amina.public_id}/")

    for path, name in (
        ("choices/", "my-choices"),
        ("choices/cash/", "my-choice"),
        ("answers/", "my-answers"),
    ):
        visit(look, f"{site}/my/{amina.public_id}/{path}", name)

    words = look.locator("blockquote[lang=ar]").first
    assert words.evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_a_participant_says_where_the_money_goes_and_comes_back(look, live_server, world):
    """The button, our page, the provider's own page, and back: nothing of it is blocked."""
    sian = world.enrolments.get(participant__name="Siân Example")
    secret = issue_link(participant=sian.participant, by=BY, now=timezone.now())
    look.goto(f"{live_server.url}/s/{secret}/")
    look.get_by_role("button", name="Show my page").click()

    look.get_by_role("button", name="Say where your money goes").click()
    page_ok(look)
    look.get_by_role("link", name="Go to Stripe").click()
    look.get_by_role("button", name="Finish", exact=True).click()
    page_ok(look)
    look.get_by_role("button", name="Go to my page").click()

    look.wait_for_url(f"**/my/{sian.public_id}/")
    assert look.get_by_text("Tell us where to send your money").count() == 0
    sian.recipient.refresh_from_db()
    assert sian.recipient.status == "ready"


def test_what_someone_in_the_comparison_arm_sees(look, live_server, world):
    ben = world.enrolments.get(participant__name="Ben Example")
    secret = issue_link(participant=ben.participant, by=BY, now=timezone.now())
    look.goto(f"{live_server.url}/s/{secret}/")

    look.get_by_role("button", name="Show my page").click()

    look.wait_for_url(f"**/my/{ben.public_id}/")
    page_ok(look)
    shot(look, "comparison")
    assert "£" not in look.content()
    assert "control" not in look.content().lower()


def test_what_staff_see(look, live_server, world):
    site, run = live_server.url, PayRun.objects.get()
    sign_in(look, site, "priya@example.org")
    person = world.enrolments.first()

    for path, name in (
        ("/staff/", "to-do"),
        ("/staff/participants/", "participants"),
        (f"/staff/participants/{person.public_id}/", "person"),
        ("/staff/pilots/new/", "set-up"),
        (f"/staff/pilots/{world.public_id}/", "pilot"),
        (f"/staff/pilots/{world.public_id}/enrol/", "enrol"),
        (f"/staff/pilots/{world.public_id}/enrol-file/", "enrol-file"),
        ("/staff/pay-runs/", "pay-runs"),
        (f"/staff/pay-runs/{run.public_id}/", "pay-run"),
        ("/staff/evaluation/", "evaluation"),
        ("/staff/releases/", "releases"),
    ):
        visit(look, site + path, name)


def test_what_managers_see_while_they_set_a_pilot_up(look, live_server, world):
    site = live_server.url
    draft = begin_pilot(plan=a_plan(arms=[]), manager=a_user(), by=BY, now=JOINED)
    sign_in(look, site, "priya@example.org")

    for path, name in (
        ("begin/", "begin"),
        ("from-file/", "from-file"),
        (f"{draft.public_id}/set-up/", "set-up-missing"),
        (f"{draft.public_id}/set-up/arms/", "set-up-arms"),
        (f"{draft.public_id}/set-up/arms/add/", "set-up-arm"),
        (f"{draft.public_id}/set-up/lottery/", "set-up-lottery"),
        (f"{draft.public_id}/set-up/budget/", "set-up-budget"),
        (f"{draft.public_id}/set-up/staff/", "set-up-staff"),
        (f"{draft.public_id}/set-up/help/", "set-up-help"),
        (f"{draft.public_id}/questions/", "questions"),
        (f"{draft.public_id}/questions/all/", "questions-all"),
        (f"{draft.public_id}/", "pilot-draft"),
    ):
        visit(look, f"{site}/staff/pilots/{path}", name)


def test_what_staff_see_of_designs_and_applications(look, live_server, world):
    site = live_server.url
    ask(world, from_age(18))
    amended = amend_pilot(
        pilot=world, plan=cheaper(world), reason="The fund is smaller", by=BY, now=JOINED
    )
    apply(world, {"age": 17}, name="Waiting Example")
    no = apply(world, {"age": 17, "home": True}, name="Noor Example")
    yes = apply(world, name="Yes Example")
    sign_in(look, site, "priya@example.org")

    for path, name in (
        (f"pilots/{world.public_id}/designs/", "designs"),
        (f"pilots/{world.public_id}/designs/{amended.version}/", "design"),
        (f"pilots/{world.public_id}/amend/", "amend"),
        (f"pilots/{world.public_id}/amend/file/", "amend-file"),
        (f"pilots/{world.public_id}/questions/", "questions-running"),
        (f"pilots/{world.public_id}/questions/try/", "questions-try"),
        (f"pilots/{world.public_id}/applications/", "applications"),
        (f"pilots/{world.public_id}/applications/new/", "application-new"),
        (f"applications/{no.public_id}/", "application-no"),
        (f"applications/{no.public_id}/decide/", "application-decide"),
        (f"applications/{yes.public_id}/join/", "application-join"),
    ):
        visit(look, f"{site}/staff/{path}", name)


def test_what_staff_see_of_files_and_of_people_who_may_be_one(look, live_server, world):
    site, who = live_server.url, {"by": BY, "now": timezone.now()}
    born = date(1990, 5, 3)
    an_enrolment(world, name="Liz Example", date_of_birth=born, now=JOINED)
    an_enrolment(world, name="Elizabeth Example", date_of_birth=born, now=JOINED)
    Recipient.objects.filter(enrolment__in=world.enrolments.all()[:2]).update(bank_mark="m" * 64)
    search(pilot=world, **who)
    head = "name,arm,consent_date,date_of_birth,phone\n"
    row = "Beth Example,cash,2026-02-20,1990-03-05,\nBad Example,gold,2026-02-30,,\n"
    raw = (head + row).encode()
    checked = done(take_in(pilot=world, file_name="people.csv", raw=raw, **who))
    other = raw.replace(b"name,arm", b"Klient,Gruppe")
    uploaded = take_in(pilot=world, file_name="clients.csv", raw=other, **who)
    waiting = take_in(pilot=world, file_name="more.csv", raw=raw, **who)
    added = an_added_file(world, "Dafydd Sample,cash,2026-02-20,,1950-01-09,,")
    sign_in(look, site, "priya@example.org")

    for path, name in (
        (f"/staff/intakes/{uploaded.public_id}/", "intake-columns"),
        (f"/staff/intakes/{waiting.public_id}/", "intake-moving"),
        (f"/staff/intakes/{checked.public_id}/", "intake-checked"),
        (f"/staff/intakes/{added.public_id}/", "intake-added"),
        (f"/staff/pilots/{world.public_id}/enrol-file/", "enrol-file"),
        (f"/staff/pilots/{world.public_id}/pairs/", "pairs"),
        (f"/staff/pay-runs/shared/{world.public_id}/", "shared-accounts"),
    ):
        visit(look, site + path, name)


def test_a_form_with_errors_takes_the_eye_to_them(look, live_server, world):
    sign_in(look, live_server.url, "priya@example.org")
    look.goto(f"{live_server.url}/staff/pilots/{world.public_id}/enrol/")
    look.get_by_label("Full name").fill("Dafydd Example")

    look.get_by_role("button", name="Enrol this person").click()

    page_ok(look)
    shot(look, "enrol-errors")
    assert look.get_by_label("Full name").input_value() == "Dafydd Example"
    assert look.get_by_role("alert").get_by_role("link").count() >= 2
    assert world.enrolments.count() == 4


def test_a_run_is_approved_by_somebody_else_and_watched(look, live_server, world, rich_sandbox):
    site, run = live_server.url, PayRun.objects.get()
    sign_in(look, site, "priya@example.org")
    look.goto(f"{site}/staff/pay-runs/{run.public_id}/")
    look.get_by_role("button", name="Freeze the list").click()
    look.get_by_text("someone else has to approve it").wait_for()
    assert look.get_by_role("button", name="Approve").count() == 0
    a_member(world, Role.APPROVER, email="tom@example.org")
    look.get_by_role("button", name="Sign out").click()
    sign_in(look, site, a_user("tom@example.org").email)

    look.goto(f"{site}/staff/pay-runs/{run.public_id}/")
    look.get_by_role("button", name="Approve and send").click()

    look.get_by_text("The payments are being sent").wait_for()
    page_ok(look)
    shot(look, "pay-run-approved")
    pay_runs.stop(run=run, by=BY, now=timezone.now())
    look.locator("#progress").get_by_text("Stopped").wait_for(timeout=10_000)


def test_the_pages_of_money_and_of_people_who_need_something(look, live_server, world):
    site, amina = live_server.url, world.enrolments.get(participant__name="Amina Example")
    for role in (Role.MANAGER, Role.APPROVER):
        a_member(world, role, email="mona@example.org")
    now = timezone.now()
    who = {"by": BY, "now": now}
    schedules.top_up(
        award=amina.award,
        amount_minor=5_000,
        due_date=timezone.localdate(now),
        reason="A new boiler",
        **who,
    )
    schedules.hold_award(award=amina.award, reason="asked_for", **who)
    sign_in(look, site, "mona@example.org")
    person, pilot = f"participants/{amina.public_id}", world.public_id

    for path, name in (
        (f"{person}/payments/", "change-payments"),
        (f"{person}/payments/as-of/", "payments-as-of"),
        (f"pilots/{pilot}/terms/cash/", "terms"),
        (f"{person}/life-events/", "life-events"),
        (f"{person}/choices/", "choices"),
        (f"{person}/research-choices/", "research-choices"),
        (f"{person}/benefits/", "benefits"),
        (f"{person}/claims/", "claims-of-person"),
        (f"pilots/{pilot}/texts/", "consent-texts"),
        (f"pilots/{pilot}/research-texts/", "research-texts"),
        (f"pay-runs/claims/{pilot}/", "claims"),
        (f"pilots/{pilot}/life-events/", "life-event-policies"),
        (f"{person}/statement/", "statement"),
        ("pay-runs/", "pay-runs"),
        (f"pay-runs/forecast/{pilot}/", "forecast"),
        (f"pay-runs/ledger/{pilot}/", "ledger"),
        (f"pay-runs/concerns/{pilot}/", "concerns"),
        (f"pay-runs/recipients/{pilot}/", "recipients"),
        ("differences/", "differences"),
        ("pay-runs/health/", "payments-health"),
    ):
        visit(look, f"{site}/staff/{path}", name)


def test_the_pages_of_the_draw(look, live_server, db):
    """Before there is one, with a wrong design, committed, listed, about to be held, and held."""
    site, mona = live_server.url, a_user("mona@example.org", may_set_up_pilots=True)
    pilot = a_pilot(name="Harbour Cash Pilot", manager=mona, count=1)
    draw_page = f"{site}/staff/pilots/{pilot.public_id}/draw/"
    sign_in(look, site, "mona@example.org")
    visit(look, draw_page, "draw-none")
    visit(look, f"{draw_page}commit/", "draw-design")
    look.get_by_label("Groups in which the arms are kept alike").fill("site: North")
    look.get_by_role("button", name="Commit to this design").click()
    page_ok(look)
    shot(look, "draw-design-errors")
    draw = a_draw(pilot, places=16, waiting=4)
    visit(look, draw_page, "draw-committed")
    enter_file(draw=draw, raw=a_list(24), by=BY, now=timezone.now())
    for path in ("list/", "list/new/", "list/file/", "hold/"):
        visit(look, draw_page + path, f"draw-{path.replace('/', '-')}")

    look.get_by_label("The list is complete").check()
    look.get_by_role("button", name="Hold the draw for good").click()

    look.get_by_text("The draw is held.").wait_for()
    page_ok(look)
    shot(look, "draw-held")
    visit(look, f"{draw_page}list/", "draw-outcomes")


def test_the_pages_about_peoples_data(look, live_server, world):
    site, amina = live_server.url, world.enrolments.get(participant__name="Amina Example")
    a_member(world, Role.MANAGER, email="mona@example.org")
    ben = world.enrolments.get(participant__name="Ben Example")
    AccountToClose.objects.create(pilot=world, account="acct_fictional", asked_at=timezone.now())
    sign_in(look, site, "mona@example.org")

    for path, name in (
        ("", "to-do-accounts"),
        (f"participants/{amina.public_id}/personal-data/", "personal-data"),
        (f"participants/{amina.public_id}/erase/", "erase-not-yet"),
        (f"participants/{ben.public_id}/erase/", "erase"),
    ):
        visit(look, f"{site}/staff/{path}", name)
    look.goto(f"{site}/staff/participants/")
    look.get_by_label("Find somebody").fill("amina example")
    look.get_by_role("button", name="Find").click()
    page_ok(look)
    shot(look, "found")
    secret = issue_link(participant=amina.participant, by=BY, now=timezone.now())
    look.goto(f"{site}/s/{secret}/")
    look.get_by_role("button", name="Show my page").click()
    look.get_by_role("link", name="What we keep about you").click()
    page_ok(look)
    shot(look, "my-data")

    assert look.get_by_text("What would be erased").count() == 1


def test_the_pages_of_those_who_work_on_a_pilot(look, live_server, world):
    site, pilot, now = live_server.url, world.public_id, timezone.now()
    amina = world.enrolments.get(participant__name="Amina Example")
    add_site(pilot=world, site_name="Harbour", by=BY, now=now)
    said = {"pilot": world, "inviter": a_user(), "by": BY, "now": now}
    _, address = invite(email="noor@example.org", roles=[Role.CASEWORKER], **said)
    visit(look, f"{site}/join/{address.split('/')[-2]}/", "join")
    visit(look, f"{site}/join/used/", "invitation-over")
    sign_in(look, site, "priya@example.org")

    for path, name in (
        (f"pilots/{pilot}/team/", "team"),
        (f"pilots/{pilot}/team/invite/", "invite"),
        (f"pilots/{pilot}/team/give/", "give-role"),
        (f"pilots/{pilot}/sites/", "sites"),
        (f"pilots/{pilot}/programs/", "programs"),
        (f"participants/{amina.public_id}/site/", "site-of-person"),
    ):
        visit(look, f"{site}/staff/{path}", name)


def test_a_second_step_is_set_up(look, live_server, world, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    site = live_server.url
    look.goto(f"{site}/accounts/login/")
    look.get_by_label("Email").fill("priya@example.org")
    look.get_by_label("Password").fill("a long enough password")
    look.get_by_role("button", name="Sign in").click()
    look.wait_for_url("**/second-step/")
    page_ok(look)
    shot(look, "second-step")

    look.get_by_role("link", name="Set up an app").click()
    page_ok(look)
    look.get_by_label("Password").fill("a long enough password")
    look.get_by_role("button", name="Confirm").click()
    look.wait_for_url("**/totp/activate/")
    page_ok(look)
    shot(look, "second-step-app")
    secret = look.locator("#secret").input_value()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    look.locator("#id_code").fill(code)
    look.get_by_role("button", name="Set it up").click()

    look.wait_for_url("**/recovery-codes/")
    page_ok(look)
    shot(look, "recovery-codes")
    visit(look, f"{site}/accounts/second-step/webauthn/add/", "passkey")
    look.get_by_role("link", name="To do").click()
    look.wait_for_url("**/staff/")


def test_the_api_pages_need_no_network(look, live_server, db):
    seen: list[str] = []
    look.on("request", lambda request: seen.append(request.url))
    look.goto(f"{live_server.url}/api/docs/")

    look.locator(".opblock").first.wait_for()

    assert not [one for one in seen if not one.startswith((live_server.url, "data:"))]
