"""What was promised and sent is kept by the database too: each guarantee is attacked by SQL."""

import pytest

from payments.models import AwardTerms, Hold, Instalment
from payments.operations import schedules
from tests.factories import a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.run_world import refused
from tests.payments.schedule_world import who

pytestmark = pytest.mark.django_db
ONE = 36_000


@pytest.mark.parametrize(
    "attack",
    ["UPDATE payments_awardterms SET amount_minor = 1", "DELETE FROM payments_awardterms"],
)
def test_award_terms_are_never_changed_nor_deleted(attack):
    a_pilot()

    says = refused(attack)

    assert "append-only" in says
    assert AwardTerms.objects.get().amount_minor == ONE


@pytest.mark.parametrize("change", ["terms_id = NULL", "currency = 'usd'", "fund_id = -1"])
def test_an_award_keeps_the_terms_and_the_money_it_was_made_from(award, change):
    says = refused(f"UPDATE payments_award SET {change}")

    assert "keeps the terms it was made from" in says
    award.refresh_from_db()
    assert (award.terms.version, award.currency) == (1, "gbp")


@pytest.mark.parametrize(
    "change", ["amount_minor = 1", "due_date = '2027-01-01'", "number = 40", "kind = 'lump'"]
)
@pytest.mark.parametrize("is_over", [False, True], ids=["on its way", "cancelled"])
def test_an_instalment_that_is_on_its_way_or_over_keeps_what_was_promised(change, is_over):
    award = ready(an_enrolment(a_pilot(count=1))).award
    an_approved_run(award.enrolment.pilot)
    if is_over:
        schedules.stop_award(award=award, reason="Left the cash", **who())

    says = refused(f"UPDATE payments_instalment SET {change}")

    assert "never changed" in says
    one = Instalment.objects.get()
    assert (one.number, one.kind, one.amount_minor) == (1, "regular", ONE)


def test_payments_are_held_for_no_reason_but_those_on_the_list(award):
    schedules.hold_award(award=award, reason="asked_for", **who())

    says = refused("UPDATE payments_hold SET reason = 'missed_survey'")

    assert "held for no such reason" in says
    assert Hold.objects.get().reason == "asked_for"


def test_an_award_is_held_once_at_a_time(award):
    schedules.hold_award(award=award, reason="asked_for", **who())

    says = refused(
        "INSERT INTO payments_hold (award_id, reason, placed_at, placed_by, lifted_by)"
        " SELECT award_id, reason, placed_at, placed_by, '' FROM payments_hold"
    )

    assert "one_open_hold_an_award" in says
    assert Hold.objects.count() == 1
