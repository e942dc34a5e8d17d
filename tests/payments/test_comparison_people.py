"""Nobody in a comparison arm is in any table, or any answer, of payments: the database says so."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from cashpilot.core.refusals import Refused
from participants.models import Enrolment
from payments import queries
from payments.models import Claim
from payments.operations.claims import open_claims_fund, propose_claim
from tests.factories import (
    BY,
    NOON,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def pilot():
    made = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    open_claims_fund(pilot=made, budget_minor=9, received_minor=9, by=BY, now=NOON)
    ready(an_enrolment(made, name="Amina Example"))
    return made


@pytest.fixture
def comparison(pilot):
    return an_enrolment(pilot, name="Ben Example", arm="services")


def tables_that_name_an_enrolment():
    return sorted(
        model._meta.db_table
        for model in apps.get_app_config("payments").get_models()
        for field in model._meta.fields
        if field.is_relation and field.related_model is Enrolment
    )


INSERTS = {
    "payments_award": (
        "(public_id, enrolment_id, enrolment_is_paid, fund_id, currency, granted_at)"
        " VALUES ('x', %(enrolment)s, {flag}, %(fund)s, 'gbp', now())"
    ),
    "payments_recipient": (
        "(public_id, enrolment_id, enrolment_is_paid, account_tail, status, reason,"
        " details_missing, payee_name, bank_mark)"
        " VALUES ('x', %(enrolment)s, {flag}, '', 'new', '', 0, '', '')"
    ),
    "payments_claim": (
        "(public_id, fund_id, enrolment_id, enrolment_is_paid, programme, amount_minor, lost_from,"
        " reason, proposed_by_id, proposed_at, reference, state, state_changed_at)"
        " VALUES ('x', %(fund)s, %(enrolment)s, {flag}, 'x', 1, now(), 'x', %(user)s, now(), '',"
        " 'proposed', now())"
    ),
}


def test_every_table_of_payments_that_names_an_enrolment_is_attacked_here():
    assert tables_that_name_an_enrolment() == sorted(INSERTS)


@pytest.mark.parametrize("flag", ["true", "false"])
@pytest.mark.parametrize("table", INSERTS)
def test_raw_sql_puts_no_comparison_person_into_payments(comparison, table, flag):
    purpose = "claims" if table == "payments_claim" else "awards"
    said = {
        "enrolment": comparison.pk,
        "fund": comparison.pilot.funds.get(purpose=purpose).pk,
        "user": a_user("mona@example.org").pk,
    }
    rule = f"only_a_paid_enrolment_has_a|{table.removeprefix('payments_')}_of_a_paid_enrolment"

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        connection.cursor().execute(f"INSERT INTO {table} {INSERTS[table].format(flag=flag)}", said)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE enrolment_id = %s", [comparison.pk])
        assert cursor.fetchone() == (0,)


def test_a_lost_benefit_is_not_claimed_for_somebody_who_was_promised_no_cash(comparison):
    with pytest.raises(Refused, match="promised no cash"):
        propose_claim(
            enrolment=comparison,
            programme="Housing help",
            amount_minor=1,
            lost_from=DAY,
            reason="x",
            person=a_user("mona@example.org"),
            by=BY,
            now=NOON,
        )

    assert not Claim.objects.exists()


def asked(pilot, run):
    """Everything that payments answer about a pilot, a fund, a run or a day."""
    fund, manager = pilot.funds.get(purpose="awards"), a_user("mona@example.org")
    then, later = NOON - timedelta(days=99), NOON + timedelta(days=99)
    answers = {
        "due": queries.due_in(fund, later.date(), NOON),
        "forecast": queries.forecast_of(fund, DAY),
        "owed": queries.owed_until(later.date()),
        "balances": queries.balances_of(fund),
        "promised": queries.promised_minor(fund),
        "in no run": queries.in_no_run(pilot, later.date()),
        "preview": queries.preview_of(run),
        "changes": queries.changes_since_the_last_run(run),
        "lines": queries.lines_now(run),
        "as prepared": queries.lines_as_prepared(run),
        "concerns": queries.concerns_of(pilot, later.date()),
        "not ready": queries.recipients_not_ready(pilot.enrolments.all()),
        "to look at": queries.recipients_to_look_at(later.date()),
        "waiting": queries.waiting_for_a_person(pilot),
        "claims": queries.claims_of(pilot),
        "accounts": queries.accounting_rows(run),
        "sent": queries.sent_between(then, later),
        "accounts active": queries.accounts_active_between(then, later),
        "entries": queries.entries_of(fund),
        "differences": queries.differences_of(manager),
        "events": queries.events_that_need_a_person(manager),
        "runs": queries.pay_runs_of(pilot),
        "health": queries.health_for(manager, NOON),
    }
    return {name: repr(_rows(answer)) for name, answer in answers.items()}


def _rows(answer):
    if isinstance(answer, QuerySet):
        return list(answer.values())
    return list(answer) if isinstance(answer, Iterator) else answer


def test_no_answer_of_payments_is_other_for_people_in_a_comparison_arm(pilot):
    run = an_approved_run(pilot)
    before = asked(pilot, run)

    for name in ("Ben Example", "Carys Example", "Dafydd Example"):
        an_enrolment(pilot, name=name, arm="services")

    assert asked(pilot, run) == before


def test_a_comparison_person_has_no_schedule_award_account_or_statement(comparison):
    assert queries.schedule_of(comparison) is None
    assert queries.last_change_of(comparison) is None
    assert queries.statement_of(comparison, DAY, DAY) == []
    assert list(queries.claims_of_person(comparison)) == []
    for ask in (queries.award_of, queries.recipient_for):
        with pytest.raises(Refused):
            ask(comparison)
