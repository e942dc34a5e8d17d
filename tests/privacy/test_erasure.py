"""Somebody who is erased is found nowhere; the accounts, the audit and everybody else stay."""

import subprocess
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction

from cashpilot.core import audit, erasure
from cashpilot.core.database import OPEN_PERSONAL_COLUMNS
from cashpilot.core.models import AuditEvent, KeptAnswer
from cashpilot.core.personal import rows_about
from cashpilot.core.privacy import our_models
from cashpilot.core.refusals import Refused
from cashpilot.personal_data import NotYet, erase
from cashpilot.runtime.postgres import find_programs
from evaluation.models import ResearchConsent
from participants.models import BenefitNote, Consent, LifeEvent, Participant
from payments.models import (
    AccountToClose,
    Disbursement,
    Instalment,
    LedgerEntry,
    ProviderEvent,
    Recipient,
)
from payments.queries import ledger_faults
from tests.factories import BY, NOON, a_pilot, an_enrolment
from tests.privacy.world import LATER, a_person_with_traces, traces_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pilot():
    return a_pilot(count=1)


@pytest.fixture
def zofia(pilot):
    return a_person_with_traces(pilot, "Zofiamarker", "77123456")


@pytest.fixture
def other(pilot):
    return a_person_with_traces(pilot, "Quillonmarker", "66654321")


def dump() -> str:
    """The whole database as text, as whoever took it would read it."""
    program = find_programs(prefer_installed=True) / "pg_dump"
    at = connection.settings_dict
    where = ["--host", at["HOST"], "--port", str(at["PORT"]), "--username", at["USER"], at["NAME"]]
    done = subprocess.run([program, *where], capture_output=True, text=True, check=True)
    return done.stdout


def everything_opened() -> str:
    """Every value of every column of ours, opened: what whoever has the keys as well would read."""
    return "\n".join(
        str(value)
        for model in our_models()
        for row in model._base_manager.values_list()
        for value in row
    )


def gone(text: str, word: str, tail: str) -> list[str]:
    return [trace for trace in traces_of(word, tail) if trace.casefold() in text.casefold()]


def held_elsewhere(word):
    """What is kept of the other person, opened."""
    person = Participant.objects.get(name=f"{word} Example")
    return {
        model._meta.label: list(rows.order_by("pk").values_list())
        for model, rows in rows_about(person).items()
        if model is not AuditEvent
    }


def test_a_stolen_database_names_nobody_but_where_a_name_slipped_into_the_audit(zofia):
    stolen = dump()

    lines = [line for line in stolen.splitlines() if "zofiamarker" in line.casefold()]
    assert len(lines) == 1
    assert "pilot.noted" in lines[0]
    assert "0700 77123456" not in stolen


def test_nothing_of_an_erased_person_is_left_with_or_without_the_keys(zofia):
    assert len(gone(everything_opened(), "Zofiamarker", "77123456")) == 4

    erase(participant=zofia.participant, by=BY, now=LATER)

    for text in (dump(), everything_opened()):
        assert gone(text, "Zofiamarker", "77123456") == []


def test_somebody_elses_data_are_untouched(zofia, other):
    before = held_elsewhere("Quillonmarker")

    erase(participant=zofia.participant, by=BY, now=LATER)

    assert held_elsewhere("Quillonmarker") == before
    assert Session.objects.count() == 1
    assert [one.body for one in KeptAnswer.objects.order_by("pk")] == [
        "[erased]",
        '[{"name": "Quillonmarker Example"}]',
    ]


def test_the_accounts_stay_to_the_penny(zofia):
    sent, owed = Disbursement.objects.get(), Instalment.objects.get()
    entries, fund = list(LedgerEntry.objects.order_by("pk").values()), zofia.award.fund
    faults = list(ledger_faults(fund))

    erase(participant=zofia.participant, by=BY, now=LATER)

    kept = Disbursement.objects.get()
    for column in ("amount_minor", "currency", "state", "destination", "order_hash", "final_at"):
        assert getattr(kept, column) == getattr(sent, column)
    assert Instalment.objects.get().due_date == owed.due_date
    assert list(LedgerEntry.objects.order_by("pk").values()) == entries
    assert list(ledger_faults(fund)) == faults


def test_what_names_a_person_goes_from_every_table_and_rows_stay(zofia):
    erase(participant=zofia.participant, by=BY, now=LATER)

    zofia.participant.refresh_from_db()
    person, event = zofia.participant, LifeEvent.objects.get()
    assert (person.name, person.email, person.phone) == ("[erased]", "", "")
    assert (person.date_of_birth, person.name_index, person.erased_at) == (None, "", LATER)
    assert (event.kind, event.happened_on.year) == ("[erased]", 1900)
    assert {Consent.objects.get().read_by, BenefitNote.objects.get().note} == {"[erased]"}
    assert ResearchConsent.objects.get().read_by == "[erased]"
    assert (ProviderEvent.objects.get().body, ProviderEvent.objects.get().account) == (
        "[erased]",
        "",
    )
    assert Recipient.objects.get().provider_account is None
    assert not person.sign_in_tokens.exists()


def test_the_audits_chain_holds_and_says_what_was_erased(zofia):
    while audit.seal():
        pass

    erase(participant=zofia.participant, by=BY, now=LATER)

    while audit.seal():
        pass
    slip = AuditEvent.objects.get(verb="pilot.noted")
    assert slip.detail == {"said": "for [erased]", "of": ["a", "[erased]"]}
    assert list(audit.verify()) == []
    assert audit.erased() == 1
    said = AuditEvent.objects.get(verb="participant.erased")
    assert (said.by, said.subject) == (
        BY,
        f"participants.participant:{zofia.participant.public_id}",
    )


def test_a_detail_that_is_changed_after_its_erasure_breaks_the_chain(zofia):
    audit.seal()
    erase(participant=zofia.participant, by=BY, now=LATER)
    audit.seal()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPEN_PERSONAL_COLUMNS)
        cursor.execute("UPDATE core_auditevent SET detail = '{}' WHERE verb = 'pilot.noted'")

    assert [fault for fault in audit.verify() if "was altered" in fault]


def test_staff_are_asked_to_close_the_account_at_the_provider(zofia):
    erase(participant=zofia.participant, by=BY, now=LATER)

    asked = AccountToClose.objects.get()
    assert (asked.account, asked.pilot, asked.closed_at) == ("acct_77123456", zofia.pilot, None)


def test_nobody_is_erased_while_their_money_is_not_over(pilot):
    enrolment = an_enrolment(pilot, name="Amina Example")

    with pytest.raises(NotYet, match=r"Nothing was erased\. 1 payment is still to come"):
        erase(participant=enrolment.participant, by=BY, now=NOON)

    enrolment.participant.refresh_from_db()
    assert enrolment.participant.name == "Amina Example"
    assert not AuditEvent.objects.filter(verb="participant.erased").exists()


@pytest.mark.parametrize(
    ("state", "also", "says"),
    [
        ("submitted", {}, "1 payment is on its way"),
        ("unknown", {}, "1 payment is on its way"),
        ("returned", {"returned_to": "recipient"}, "1 payment is on its way"),
        ("paid", {"final_at": LATER + timedelta(days=1)}, "may still send a payment back until"),
    ],
)
def test_money_that_may_still_move_keeps_a_person(zofia, state, also, says):
    Disbursement.objects.update(state=state, **also)

    with pytest.raises(NotYet, match=says):
        erase(participant=zofia.participant, by=BY, now=LATER)

    assert Participant.objects.get().name == "Zofiamarker Example"


def test_a_preview_says_what_goes_and_what_stays_and_changes_nothing(zofia):
    before = everything_opened()

    shares = {one.model._meta.model_name: one for one in erasure.preview(zofia.participant)}

    assert "name" in shares["participant"].goes
    assert "destination" in shares["disbursement"].stays
    assert shares["signintoken"].is_deleted
    assert everything_opened() == before


def test_somebody_is_erased_once(zofia):
    erase(participant=zofia.participant, by=BY, now=LATER)

    with pytest.raises(Refused, match="erased already"):
        erase(participant=zofia.participant, by=BY, now=LATER)

    assert AuditEvent.objects.filter(verb="participant.erased").count() == 1


def test_only_what_identifies_can_be_changed_in_a_row_that_is_written_once(zofia):
    consent = Consent.objects.get()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPEN_PERSONAL_COLUMNS)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE participants_consent SET decision = 'withdrawn'")

    consent.refresh_from_db()
    assert consent.decision == "given"
