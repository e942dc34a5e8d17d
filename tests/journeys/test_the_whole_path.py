"""From setting up a pilot to an anonymised dataset, through the real edges.

HTTP for people and scripts, Celery with a real broker, worker and beat, the Stripe SDK to the
sandbox over HTTP, signed webhooks back.
"""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cashpilot.core import audit
from cashpilot.core.access import Role
from cashpilot.core.models import User
from participants.models import Enrolment, Pilot
from participants.operations.roles import give_role
from payments.models import Disbursement, Recipient
from payments.queries import balances_of
from tests.factories import an_approver_now
from tests.journeys.visitor import Visitor, bank_link_in, eventually, link_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs("redis")]

IN_EACH_ARM = 30
ITEMS = ("ons_life_satisfaction", "ons_worthwhile")


def test_from_enrolment_to_an_anonymised_dataset(site, clockwork, staff, sandbox, capsys):
    priya = staff("priya@example.org", may_set_up_pilots=True)
    pilot = set_up(priya)
    tom = join(pilot, staff, "tom@example.org", Role.APPROVER)
    ali = join(pilot, staff, "ali@example.org", Role.RESEARCHER)
    for role in (Role.PREPARER, Role.CASEWORKER):
        give_role(pilot=pilot, user=user("priya"), role=role, by="test", now=timezone.now())

    enrol_one_by_form(priya, pilot)
    enrol_the_rest_by_file(priya, pilot)
    assert pilot.enrolments.filter(is_paid=True).count() == IN_EACH_ARM
    assert not pilot.enrolments.filter(is_paid=False, award__isnull=False).exists()

    amina = Enrolment.objects.get(participant__name="Amina Example")
    her = Visitor(site)
    say_where_the_money_goes(priya, her, amina, sandbox)
    the_others_say_it_too(sandbox)

    run = approve_what_is_due(priya, tom, pilot)
    eventually(lambda: states() == {"submitted": IN_EACH_ARM})
    assert "On its way" in her.get(f"/my/{amina.public_id}/").text
    sandbox.run_payouts(arrive=True)
    eventually(lambda: states() == {"paid": IN_EACH_ARM})
    eventually(lambda: priya.get(f"/api/v1/pay-runs/{run}/").json()["state"] == "done")
    assert_the_money_adds_up(pilot, sandbox)
    assert_she_sees_her_money_and_nobody_elses(her, amina, pilot)

    hand_in_answers(priya, pilot)
    estimate_says_what_the_api_says(ali, pilot, capsys)
    release = ask_for_a_release(ali, priya, pilot)
    assert_the_dataset_names_nobody(ali, release)
    audit.seal(limit=100_000)
    assert list(audit.verify()) == []


def user(name) -> User:
    return User.objects.get(email=f"{name}@example.org")


def join(pilot, staff, email, role) -> Visitor:
    visitor = staff(email)
    give_role(pilot=pilot, user=user(email.split("@")[0]), role=role, by="test", now=timezone.now())
    return visitor


def set_up(priya) -> Pilot:
    answer = priya.post(
        "/api/v1/pilots/",
        json={
            "name": "Bridge Street Cash Pilot",
            "currency": "GBP",
            "nation": "england-and-wales",
            "amount_minor": 36_000,
            "count": 12,
            "first_date": timezone.localdate().isoformat(),
            "budget_minor": 36_000 * 12 * 40,
            "consent_text": "I agree to take part.",
        },
    )
    assert answer.status_code == 201, answer.text
    return Pilot.objects.get(public_id=answer.json()["public_id"])


def enrol_one_by_form(priya, pilot) -> None:
    today = timezone.localdate()
    answer = priya.post(
        f"/staff/pilots/{pilot.public_id}/enrol/",
        data={
            "name": "Amina Example",
            "arm": "cash",
            "language": "en",
            "date_of_birth_day": "3",
            "date_of_birth_month": "5",
            "date_of_birth_year": "1990",
            "consent_date_day": str(today.day),
            "consent_date_month": str(today.month),
            "consent_date_year": str(today.year),
            "how": "in-person",
        },
    )
    assert answer.ok, answer.text
    assert "This person takes part now" in answer.text


def enrol_the_rest_by_file(priya, pilot) -> None:
    today = timezone.localdate().isoformat()
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["name", "arm", "consent_date", "date_of_birth", "email"])
    for number in range(1, 2 * IN_EACH_ARM):
        arm = "cash" if number < IN_EACH_ARM else "services"
        birth = date(1970 + number % 30, 1 + number % 12, 1 + number % 28)
        email = f"person{number}@example.net"
        rows.writerow([f"Person {number} Example", arm, today, birth.isoformat(), email])
    answer = priya.post(
        f"/api/v1/pilots/{pilot.public_id}/enrolments/file/",
        files={"file": ("people.csv", sheet.getvalue())},
    )
    assert answer.json() == {"added": 2 * IN_EACH_ARM - 1}


def say_where_the_money_goes(priya, her, amina, sandbox) -> None:
    """A link from staff, her own page, the provider's page for bank details, and back."""
    offer = priya.post(f"/staff/participants/{amina.public_id}/sign-in-link/")
    page = her.open_link(link_in(offer))
    assert "Tell us where to send your money" in page.text
    eventually(lambda: Recipient.objects.get(enrolment=amina).provider_account)
    ours = her.post(f"/my/{amina.public_id}/destination/")
    bank_page = her.http.get(bank_link_in(ours), timeout=20)
    assert bank_page.url.startswith(sandbox.base_url)
    back = her.http.post(
        bank_page.url, data={"outcome": "finish", "bank_number": "000123456789"}, timeout=20
    )
    assert back.url == f"{her.site}/my/{amina.public_id}/destination/back/", back.url
    her.post(f"/my/{amina.public_id}/destination/back/")
    assert Recipient.objects.get(enrolment=amina).status == "ready"


def the_others_say_it_too(sandbox) -> None:
    eventually(lambda: not Recipient.objects.filter(provider_account=None).exists())
    for account in Recipient.objects.exclude(status="ready").values_list(
        "provider_account", flat=True
    ):
        sandbox.onboard(account)
    eventually(lambda: not Recipient.objects.exclude(status="ready").exists())


def approve_what_is_due(priya, tom, pilot) -> str:
    today = timezone.localdate()
    runs = f"/api/v1/pilots/{pilot.public_id}/pay-runs/"
    run = priya.post(runs, json={"due_by": (today + timedelta(days=3)).isoformat()}).json()
    assert run["total_minor"] == 36_000 * IN_EACH_ARM
    one = f"/api/v1/pay-runs/{run['public_id']}"
    assert priya.post(f"{one}/submit/").json()["state"] == "previewed"
    an_approver_now(pilot, "priya@example.org")
    refusal = priya.post(f"{one}/approve/")
    assert (refusal.status_code, Disbursement.objects.count()) == (403, 0)
    assert tom.post(f"{one}/approve/").json()["state"] == "approved"
    return run["public_id"]


def states() -> dict:
    found = Disbursement.objects.values_list("state", flat=True)
    return {state: list(found).count(state) for state in set(found)}


def assert_the_money_adds_up(pilot, sandbox) -> None:
    balances = balances_of(pilot.funds.get())
    assert balances["participant"] == 36_000 * IN_EACH_ARM
    assert sum(balances.values()) == 0
    assert {one["transfers"] for one in sandbox.state()["payments"].values()} == {1}


def assert_she_sees_her_money_and_nobody_elses(her, amina, pilot) -> None:
    mine, page = f"/my/{amina.public_id}/", her.get(f"/my/{amina.public_id}/")
    assert "Paid" in page.text
    assert "£360.00" in page.text
    assert her.get(f"/api/v1{mine}schedule/").json()["paid_minor"] == 36_000
    other = pilot.enrolments.filter(is_paid=True).exclude(pk=amina.pk).first()
    assert her.get(f"/my/{other.public_id}/").status_code == 404
    assert her.get(f"/api/v1/my/{other.public_id}/schedule/").status_code == 404
    assert Visitor(her.site).get(mine).status_code == 404


def hand_in_answers(priya, pilot) -> None:
    """Consent to research, then one wave by file and one by API."""
    api, today = f"/api/v1/pilots/{pilot.public_id}", timezone.localdate().isoformat()
    for code in pilot.enrolments.values_list("code", flat=True):
        for purpose in ("research", "reuse"):
            said = {"code": code, "purpose": purpose, "decision": "given", "decided_on": today}
            assert priya.post(f"{api}/research-consents/", json=said).status_code == 201
    for number, name in enumerate(("At the start", "After six months")):
        wave = {"number": number, "name": name, "opens_on": today}
        assert priya.post(f"{api}/waves/", json=wave).status_code == 201
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["code", "wave", "instrument", "item", "value", "answered_on"])
    rows.writerows(
        [a["code"], 0, a["instrument"], a["item"], a["value"], today] for a in answers_of(pilot, 0)
    )
    by_file = priya.post(f"{api}/responses/file/", files={"file": ("w0.csv", sheet.getvalue())})
    assert by_file.status_code == 201, by_file.text
    by_api = priya.post(
        f"{api}/responses/",
        json={"answers": [a | {"wave": 1, "answered_on": today} for a in answers_of(pilot, 1)]},
    )
    assert by_api.status_code == 201, by_api.text


def answers_of(pilot, wave) -> list[dict]:
    from evaluation.instruments import load_registry

    keys = {one.id: one.keys[0] for one in load_registry().values() if one.id in ITEMS}
    return [
        {
            "code": one.code,
            "instrument": instrument,
            "item": keys[instrument],
            "value": 3 + index % 5 + (2 if wave and one.is_paid else 0),
        }
        for index, one in enumerate(pilot.enrolments.order_by("pk"))
        for instrument in ITEMS
    ]


def estimate_says_what_the_api_says(ali, pilot, capsys) -> None:
    command = "evaluation estimate --instrument ons_life_satisfaction --wave 1 --baseline 0"
    call_command(*command.split(), "--pilot", pilot.public_id, "--format", "json")
    said = json.loads(capsys.readouterr().out)
    query = "?instrument=ons_life_satisfaction&wave=1&baseline=0"
    over_http = ali.get(f"/api/v1/pilots/{pilot.public_id}/results/{query}")
    assert over_http.status_code == 200, over_http.text
    assert "2.0" in json.dumps(said) or "1.9" in json.dumps(said)


def ask_for_a_release(ali, priya, pilot) -> str:
    asked = ali.post(
        f"/api/v1/pilots/{pilot.public_id}/releases/", json={"purpose": "A study of wellbeing"}
    )
    assert asked.status_code == 201, asked.text
    one = f"/api/v1/releases/{asked.json()['public_id']}"
    assert asked.json()["digest"] == ""
    read = {"digest": priya.get(f"{one}/").json()["digest"]}
    assert ali.post(f"{one}/approve/", json=read).status_code == 403
    assert priya.post(f"{one}/approve/", json=read).status_code == 200
    eventually(lambda: ali.get(f"{one}/").json()["state"] == "ready")
    return one


def assert_the_dataset_names_nobody(ali, release) -> None:
    download = ali.get(f"{release}/file/")
    assert download.status_code == 200
    whole = zipfile.ZipFile(io.BytesIO(download.content))
    table, manifest = whole.read("data.csv"), json.loads(whole.read("manifest.json"))
    assert hashlib.sha256(table).hexdigest() in json.dumps(manifest)
    rows = list(csv.DictReader(io.StringIO(table.decode())))
    assert len(rows) == 2 * IN_EACH_ARM
    text = b"".join(whole.read(name) for name in whole.namelist())
    for one in Enrolment.objects.select_related("participant"):
        for secret in (one.participant.name, one.code, one.public_id, one.participant.public_id):
            assert secret.encode() not in text
        assert not one.participant.email or one.participant.email.encode() not in text
