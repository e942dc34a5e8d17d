"""Whatever becomes of survey data, while money is promised, approved and sent: the same rows in
every table of payments, and the same requests to the provider in the same order."""

import json
import random
import re
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashpilot.core import ids
from cashpilot.core.access import Role
from evaluation.models import ResearchConsent, Response, Wave
from evaluation.operations.consent import record_research_consent
from evaluation.operations.responses import AnswersRefused, record_responses
from evaluation.operations.waves import open_wave
from evaluation.rules.answers import Answer
from participants.models import Consent, ConsentText
from participants.operations.consent import publish_text, record_consent
from payments.operations import pay_runs, sending
from payments.providers import get_provider
from tests.factories import BY, NOON, PLENTY, a_member, a_pilot, an_enrolment, ready

pytestmark = pytest.mark.django_db
PEOPLE = ("Amina Example", "Ben Example", "Cara Example", "Dev Example")
PAID, WAVES = 3, (0, 1)
STAGES = ("promised", "prepared", "frozen", "approved", "sent")
NAMED_BY_CHANCE = re.compile(r"\b(acct|tr)_\w+|\b[0-9a-f]{64}\b|\bs1\.[\w.=-]+")
OWN_CLOCK = {"claim_token", "lease_until", "first_sent_at", "created_at"}

who, wave = st.integers(0, len(PEOPLE) - 1), st.sampled_from(WAVES)
decision = st.sampled_from(ResearchConsent.Decision.values)
ACTS = st.one_of(
    st.tuples(st.just("answer"), who, wave, st.integers(0, 10)),
    st.tuples(st.just("research"), who, st.sampled_from(ResearchConsent.Purpose.values), decision),
    st.tuples(st.just("contact"), who, st.sampled_from(["take-part", "contact"]), decision),
    st.tuples(st.just("rewrite"), st.integers(0, 10)),
    st.tuples(st.just("delete answers of"), who),
    st.tuples(st.just("delete a wave"), wave),
    st.tuples(st.just("delete all answers")),
)
LIFE = st.lists(st.tuples(st.sampled_from(STAGES), ACTS), min_size=1, max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(life=LIFE)
def test_no_survey_changes_a_schedule_a_run_or_the_order_of_payments(rich_sandbox, life):
    untouched = money_through_a_run(rich_sandbox, [])

    lived_through = money_through_a_run(rich_sandbox, life)

    assert lived_through == untouched


def money_through_a_run(sandbox, life):
    """Every table of payments after each stage of a pay run, and what the provider was asked.

    Chance comes from a seed, and everything is undone at the end, so two goes can be compared.
    """
    sandbox.reset()
    sandbox.set_float("gbp", 10_000_000)
    accounts = [sandbox.create_account("GB") for _ in range(PAID)]
    start = transaction.savepoint()  # no block of ours, for sending insists on real commits
    with patch.object(ids.secrets, "token_bytes", random.Random(1).randbytes):
        people, seen = some_people(accounts), []
        for stage in stages(people[0].pilot):
            before = everything_in_payments()
            for act in [act for when, act in life if when == stage]:
                do(act, people)
            seen.append((stage, everything_in_payments()))
            assert seen[-1][1] == before
    transaction.savepoint_rollback(start)
    return without_chance([seen, asked_of(sandbox)])


def some_people(accounts):
    pilot = a_pilot()
    people = [
        ready(an_enrolment(pilot, name=name), account)
        for name, account in zip(PEOPLE, accounts, strict=False)
    ]
    for number in WAVES:
        open_wave(pilot=pilot, number=number, name=f"Wave {number}", opens_on=today(), **said())
    contact = {"purpose": ConsentText.Purpose.CONTACT, "body": "You may call me.", "language": "en"}
    publish_text(pilot=pilot, **contact, **said())
    people.append(an_enrolment(pilot, name=PEOPLE[-1], arm="services"))
    for number in range(len(people)):
        research(people, number, "research", "given")
    return people


def stages(pilot):
    """One pay run, stage by stage."""
    preparer = a_member(pilot, Role.PREPARER, email="priya@example.org")
    tom = a_member(pilot, Role.APPROVER)
    yield STAGES[0]
    run = pay_runs.prepare(fund=pilot.funds.get(), due_by=today(), preparer=preparer, **said())
    yield STAGES[1]
    pay_runs.submit_for_approval(run=run, preparer=preparer, **said())
    yield STAGES[2]
    pay_runs.vote(run=run, approver=tom, available_minor=PLENTY, **said())
    yield STAGES[3]
    assert sending.send_queued(provider=get_provider(), **said()) == PAID
    yield STAGES[4]


def do(act, people):
    kind, *details = act
    SURVEY_LIFE[kind](people, *details)


def answer(people, number, wave, value):
    one = Answer(
        row=1,
        code=people[number].code,
        wave=wave,
        instrument="ons_life_satisfaction",
        item="life_satisfaction",
        value=value,
        answered_on=today(),
    )
    try:
        record_responses(pilot=people[0].pilot, answers=[one], **said())
    except AnswersRefused:
        return  # no consent, no wave, or answered before: one more thing that may be


def research(people, number, purpose, decision):
    record_research_consent(
        enrolment=people[number], purpose=purpose, decision=decision, decided_on=today(), **said()
    )


def contact(people, number, purpose, decision):
    record_consent(
        enrolment=people[number],
        purpose=purpose,
        decision=Consent.Decision(decision),
        decided_on=today() - timedelta(days=1),
        how="phone",
        **said(),
    )


def rewrite(people, value):
    Response.objects.update(value=value)


def delete_answers_of(people, number):
    Response.objects.filter(enrolment=people[number]).delete()


def delete_a_wave(people, number):
    Response.objects.filter(wave__number=number).delete()
    Wave.objects.filter(number=number).delete()


def delete_all_answers(people):
    Response.objects.all().delete()


SURVEY_LIFE = {
    "answer": answer,
    "research": research,
    "contact": contact,
    "rewrite": rewrite,
    "delete answers of": delete_answers_of,
    "delete a wave": delete_a_wave,
    "delete all answers": delete_all_answers,
}


def everything_in_payments():
    """Each table of payments, row by row, without numbers that only say how often we tried."""
    return {
        model._meta.db_table: rows_of(model)
        for model in apps.get_app_config("payments").get_models()
    }


def rows_of(model):
    columns = [
        one.column
        for one in model._meta.concrete_fields
        if not one.primary_key and not one.is_relation and one.column not in OWN_CLOCK
    ]
    with connection.cursor() as cursor:
        listed = ", ".join(columns) or "1"
        cursor.execute(
            f"SELECT {listed} FROM {model._meta.db_table} ORDER BY {model._meta.pk.column}"
        )
        return cursor.fetchall()


def asked_of(sandbox):
    return [(one["method"], one["path"], one.get("key"), one.get("params")) for one in sandbox.log]


def without_chance(found):
    """The same text for two goes: the sandbox's own names, and hashes over them, are numbered in
    the order in which they turn up."""
    turns = {}
    text = json.dumps(found, default=str, sort_keys=True)
    return NAMED_BY_CHANCE.sub(lambda one: str(turns.setdefault(one[0], len(turns))), text)


def said():
    return {"by": BY, "now": NOON}


def today() -> date:
    return NOON.date()
