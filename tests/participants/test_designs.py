"""A design is locked at the launch; an amendment makes a version and changes nobody's promise."""

import importlib
import json

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import IllegalMove, Invalid, NotAllowed, Refused
from cashpilot.journeys import amend_pilot, launch_pilot
from participants.models import (
    ApplicationDecision,
    Arm,
    ConsentText,
    DesignVersion,
    Enrolment,
    Pilot,
)
from participants.operations.consent import publish_text
from participants.operations.designs import close
from participants.operations.drafts import Locked, NotReady, begin_pilot, declare_ready, keep_draft
from participants.queries.designs import design_in_force, plan_in, plan_of
from participants.queries.newcomers import NotRunning
from participants.rules.eligibility import ELIGIBLE, NOT_ELIGIBLE, UNDECIDED
from participants.rules.plans import (
    ARM_KINDS,
    FREQUENCIES,
    FUND_PURPOSES,
    TEXT_PURPOSES,
    canonical,
    differences,
    fingerprint,
    read_plan,
)
from participants.rules.shapes import Faulty
from payments.models import AwardTerms, Frequency, Fund, Instalment
from payments.operations.awards import set_terms
from payments.operations.claims import open_claims_fund
from tests.factories import BY, NOON, a_pilot, a_user, an_enrolment
from tests.participants.test_pilot_files import a_plan

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}

ANOTHER_VERSION = """
INSERT INTO participants_designversion (pilot_id, version, document, sha256, reason, strata,
    cluster, has_waiting_list, has_not_in_study, made_by, made_at)
SELECT pilot_id, {}, {}, sha256, 'why', '[]', '', false, false, 'x', now()
FROM participants_designversion
"""


def a_draft(**fields) -> Pilot:
    return begin_pilot(plan=a_plan(**fields), manager=a_user(may_set_up_pilots=True), **WHO)


def sql(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def cheaper(pilot: Pilot) -> dict:
    plan = plan_of(pilot)
    plan["arms"][0]["award"]["amount_minor"] = 30_000
    return plan


def rename_the_budget(plan: dict) -> None:
    plan["budget"][0]["name"] = plan["arms"][0]["award"]["fund"] = "Gold"


def test_a_pilot_goes_from_draft_to_ready_to_launched_to_closed():
    pilot = a_draft()

    declare_ready(pilot=pilot, **WHO)
    launch_pilot(pilot=pilot, **WHO)
    close(pilot=pilot, **WHO)

    moves = AuditEvent.objects.filter(verb__startswith="pilot.").order_by("pk")
    assert list(moves.values_list("verb", flat=True)) == [
        "pilot.set up",
        "pilot.ready",
        "pilot.launched",
        "pilot.closed",
    ]


def test_a_draft_has_no_arm_no_fund_and_no_version_until_it_is_launched():
    pilot = a_draft()

    before = pilot.arms.count(), pilot.funds.count(), pilot.designs.count()
    declare_ready(pilot=pilot, **WHO)
    launch_pilot(pilot=pilot, **WHO)

    assert before == (0, 0, 0)
    assert (pilot.arms.count(), pilot.funds.count(), pilot.designs.count()) == (2, 1, 1)


def test_a_draft_that_is_not_declared_ready_is_not_launched():
    pilot = a_draft()

    with pytest.raises(IllegalMove, match="draft cannot become launched"):
        launch_pilot(pilot=pilot, **WHO)

    assert not pilot.designs.exists()
    assert not pilot.arms.exists()


def test_what_is_missing_is_said_and_the_pilot_stays_a_draft():
    pilot = a_draft(arms=[], budget=[])

    with pytest.raises(NotReady) as no:
        declare_ready(pilot=pilot, **WHO)

    assert [one.step for one in no.value.lacks] == ["arms", "arms", "budget"]
    pilot.refresh_from_db()
    assert pilot.state == "draft"


def test_a_ready_pilot_that_is_changed_is_a_draft_again():
    pilot = a_draft()
    declare_ready(pilot=pilot, **WHO)

    keep_draft(pilot=pilot, plan=a_plan(name="Quay Cash Pilot"), **WHO)

    pilot.refresh_from_db()
    assert (pilot.state, pilot.name) == ("draft", "Quay Cash Pilot")


def test_nobody_without_the_right_begins_a_pilot():
    with pytest.raises(NotAllowed):
        begin_pilot(plan=a_plan(), manager=a_user("kim@example.org"), **WHO)

    assert not Pilot.objects.exists()


def test_nobody_is_enrolled_before_the_launch_nor_after_the_close():
    running, draft = a_pilot(), a_draft()
    close(pilot=running, **WHO)

    with pytest.raises(NotRunning):
        an_enrolment(running)
    with pytest.raises(DatabaseError, match="only a running pilot"), transaction.atomic():
        Enrolment.objects.create(
            pilot=draft,
            participant_id=1,
            arm=running.arms.first(),
            is_paid=True,
            enrolled_on=NOON.date(),
            state_changed_at=NOON,
        )

    assert not Enrolment.objects.exists()


def test_version_1_is_the_whole_design_with_its_fingerprint():
    pilot = a_pilot()

    first = design_in_force(pilot)

    assert first.version == 1
    assert first.sha256 == fingerprint(first.document)
    assert canonical(plan_in(first)) == first.document
    assert json.loads(first.document)["arms"][0]["award"]["amount_minor"] == 36_000


def test_an_editor_is_told_that_the_design_is_locked():
    pilot = a_pilot()

    with pytest.raises(Locked, match="Amend it instead"):
        keep_draft(pilot=pilot, plan=plan_of(pilot), **WHO)

    assert pilot.designs.count() == 1


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE participants_pilotdraft SET plan = '{}'", "locked since the launch"),
        ("DELETE FROM participants_pilotdraft", "not taken away"),
        ("UPDATE participants_pilot SET nation = 'scotland'", "written once"),
        ("UPDATE participants_pilot SET currency = 'usd'", "written once"),
        ("UPDATE participants_pilot SET state = 'draft'", "not taken back"),
        ("UPDATE participants_arm SET ratio = 7", "newest version of the design"),
        ("UPDATE participants_arm SET name = 'Gold'", "newest version of the design"),
        ("UPDATE participants_arm SET code = 'gold'", "written once"),
        ("UPDATE participants_arm SET kind = 'waiting' WHERE kind = 'services'", "written once"),
        ("DELETE FROM participants_arm", "not taken away"),
        (
            "INSERT INTO participants_arm (pilot_id, code, name, kind, is_paid)"
            " SELECT id, 'gold', 'Gold', 'cash', true FROM participants_pilot",
            "newest version of the design",
        ),
        ("UPDATE participants_designversion SET reason = 'x'", "append-only"),
        ("DELETE FROM participants_designversion", "append-only"),
        ("UPDATE participants_eligibilityversion SET document = '{}'", "append-only"),
        (ANOTHER_VERSION.format(2, "document || ' '"), "fingerprint"),
        (ANOTHER_VERSION.format(3, "document"), "no gaps"),
        (ANOTHER_VERSION.replace("'why'", "''").format(2, "document"), "amendment_has_a_reason"),
    ],
)
def test_the_database_locks_the_design_against_plain_sql(statement, says):
    pilot = a_pilot()
    before = canonical(plan_of(pilot)), list(pilot.arms.values("code", "name", "ratio", "kind"))

    with pytest.raises(DatabaseError, match=says):
        sql(statement)

    pilot.refresh_from_db()
    assert (pilot.state, pilot.nation) == ("launched", "england-and-wales")
    assert before == (
        canonical(plan_of(pilot)),
        list(pilot.arms.values("code", "name", "ratio", "kind")),
    )


def test_a_closed_pilot_is_not_opened_again_in_the_database_either():
    pilot = a_pilot()
    close(pilot=pilot, **WHO)

    with pytest.raises(DatabaseError, match="not taken back"):
        sql("UPDATE participants_pilot SET state = 'launched'")

    pilot.refresh_from_db()
    assert pilot.state == "closed"


def test_a_draft_pilot_gets_no_arm_by_plain_sql():
    pilot = a_draft()

    with pytest.raises(DatabaseError, match="newest version of the design"):
        sql(
            "INSERT INTO participants_arm (pilot_id, code, name, kind, is_paid)"
            " VALUES (%s, 'gold', 'Gold', 'cash', true)",
            pilot.pk,
        )

    assert not pilot.arms.exists()


def test_an_amendment_keeps_what_people_were_promised_and_holds_for_newcomers():
    pilot = a_pilot()
    amina = an_enrolment(pilot)
    promised = list(amina.award.instalments.values_list("public_id", "amount_minor", "due_date"))

    made = amend_pilot(pilot=pilot, plan=cheaper(pilot), reason="The fund is smaller", **WHO)
    ben = an_enrolment(pilot, name="Ben Example")

    amina.refresh_from_db()
    kept = Instalment.objects.filter(award=amina.award)
    assert list(kept.values_list("public_id", "amount_minor", "due_date")) == promised
    assert (amina.design.version, ben.design.version, made.version) == (1, 2, 2)
    assert set(ben.award.instalments.values_list("amount_minor", flat=True)) == {30_000}


def test_an_amendment_may_add_an_arm_and_change_ratios_for_the_next_draw():
    pilot = a_pilot()
    plan = plan_of(pilot)
    plan["arms"][1]["ratio"] = 3
    plan["arms"].append({"code": "later", "name": "Waiting", "kind": "waiting", "ratio": 2})

    amend_pilot(pilot=pilot, plan=plan, reason="More people came than we have places", **WHO)

    assert set(pilot.arms.values_list("code", "ratio")) == {
        ("cash", 1),
        ("services", 3),
        ("later", 2),
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda plan: plan.update(nation="scotland"), "nation: this is fixed since the launch"),
        (lambda plan: plan.update(currency="usd"), "currency: this is fixed"),
        (lambda plan: plan.update(name="Other"), "name: this is fixed"),
        (lambda plan: plan["arms"].pop(1), "the arm 'services' cannot be taken away"),
        (lambda plan: plan["arms"][1].update(kind="waiting"), "stays of kind services"),
        (lambda plan: plan["arms"][0].update(award=None), "Say what people in “Cash”"),
        (rename_the_budget, "the line 'Awards' stays"),
        (lambda plan: plan.update(consent_texts=[]), "on its own page"),
    ],
)
def test_an_amendment_of_what_others_stand_on_is_refused(change, says):
    pilot = a_pilot()
    plan = plan_of(pilot)
    change(plan)

    with pytest.raises(Faulty) as no:
        amend_pilot(pilot=pilot, plan=plan, reason="Because", **WHO)

    assert says in " ".join(str(one) for one in no.value.faults)
    assert pilot.designs.count() == 1


def test_an_amendment_needs_a_reason_and_a_difference():
    pilot = a_pilot()

    with pytest.raises(Invalid, match="Say why"):
        amend_pilot(pilot=pilot, plan=cheaper(pilot), reason="  ", **WHO)
    with pytest.raises(Invalid, match="at most 200"):
        amend_pilot(pilot=pilot, plan=cheaper(pilot), reason="x" * 201, **WHO)
    with pytest.raises(Invalid, match="Nothing differs"):
        amend_pilot(pilot=pilot, plan=plan_of(pilot), reason="Because", **WHO)

    assert pilot.designs.count() == AwardTerms.objects.count() == 1


def test_a_budget_is_not_amended_below_what_is_promised():
    pilot = a_pilot(amount_minor=36_000, count=3)
    an_enrolment(pilot)
    plan = plan_of(pilot)
    plan["budget"][0]["budget_minor"] = 107_999

    with pytest.raises(Invalid, match=r"£1,080\.00 is promised"):
        amend_pilot(pilot=pilot, plan=plan, reason="Less money", **WHO)

    assert pilot.designs.count() == 1
    assert pilot.funds.get().budget_minor == 100_000_000


def test_a_pilot_that_does_not_run_is_not_amended():
    draft, closed = a_draft(), a_pilot()
    close(pilot=closed, **WHO)

    for pilot in (draft, closed):
        with pytest.raises(Refused, match="running is amended"):
            amend_pilot(pilot=pilot, plan=a_plan(), reason="Because", **WHO)

    assert DesignVersion.objects.count() == 1


def test_terms_that_are_changed_on_their_own_page_are_in_the_design_too():
    pilot = a_pilot()
    arm = pilot.arms.get(code="cash")
    new = {"amount_minor": 40_000, "count": 6, "first_date": NOON.date(), "reason": "Prices rose"}

    set_terms(arm=arm, fund=pilot.funds.get(), **new, **WHO)

    newest = design_in_force(pilot)
    assert (newest.version, newest.reason) == (2, "Prices rose")
    assert plan_in(newest)["arms"][0]["award"]["amount_minor"] == 40_000


def test_a_fund_for_lost_benefits_is_in_the_design_too():
    pilot = a_pilot()

    open_claims_fund(pilot=pilot, budget_minor=500_000, received_minor=0, **WHO)

    assert [one["purpose"] for one in plan_of(pilot)["budget"]] == ["awards", "claims"]
    assert design_in_force(pilot).version == 2


def test_an_enrolment_keeps_the_version_by_which_the_person_came():
    pilot = a_pilot()
    amina = an_enrolment(pilot)
    amend_pilot(pilot=pilot, plan=cheaper(pilot), reason="The fund is smaller", **WHO)

    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Enrolment.objects.filter(pk=amina.pk).update(design=design_in_force(pilot))

    amina.refresh_from_db()
    assert amina.design.version == 1


def test_an_enrolment_cannot_name_another_pilots_design():
    pilot, other = a_pilot(), a_pilot(name="Quay Cash Pilot")
    amina = an_enrolment(pilot)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE participants_enrolment DISABLE TRIGGER enrolment_keeps_its_design")

    with pytest.raises(IntegrityError, match="agrees_with_its_design"), transaction.atomic():
        Enrolment.objects.filter(pk=amina.pk).update(design=design_in_force(other))

    amina.refresh_from_db()
    assert amina.design.pilot == pilot


def test_the_difference_between_two_versions_is_read_place_by_place():
    pilot = a_pilot()
    old = plan_of(pilot)
    new = read_plan({**cheaper(pilot), "starts_on": "2026-04-01"})

    found = differences(old, new)

    assert [(one.path, one.was, one.now) for one in found] == [
        ("arms[cash].award.amount_minor", "36000", "30000"),
        ("starts_on", "", "2026-04-01"),
    ]


def test_a_pilot_that_ran_before_there_were_versions_gets_its_design_as_version_1():
    model = a_pilot()
    sql(
        "INSERT INTO participants_pilot (public_id, name, currency, nation, time_zone, help_name,"
        " help_phone, help_hours, created_at) VALUES ('plt_old', 'Old Cash Pilot', 'gbp',"
        " 'scotland', 'Europe/London', '', '', '', %s)",
        NOON,
    )
    sql(
        "INSERT INTO participants_arm (pilot_id, code, name, kind, is_paid) SELECT id, 'cash',"
        " 'Cash', 'cash', true FROM participants_pilot WHERE public_id = 'plt_old'"
    )
    old = Pilot.objects.get(public_id="plt_old")
    migration = importlib.import_module("payments.migrations.0022_designs_of_running_pilots")

    migration.write_first_designs(apps, None)

    first = design_in_force(old)
    assert (old.state, first.version, first.made_at) == ("launched", 1, NOON)
    assert plan_in(first)["arms"][0]["code"] == "cash"
    assert canonical(plan_in(first)) == first.document
    assert old.eligibility_versions.get().version == 1
    assert model.designs.count() == 1


def test_words_that_were_published_for_a_draft_are_not_published_again_at_its_launch():
    pilot = a_draft()
    publish_text(pilot=pilot, purpose="take-part", language="en", body="I agree.", **WHO)

    declare_ready(pilot=pilot, **WHO)
    launch_pilot(pilot=pilot, **WHO)

    assert pilot.consent_texts.get().version == 1


def test_money_for_lost_benefits_can_be_set_aside_after_a_pilot_was_closed():
    pilot = a_pilot()
    close(pilot=pilot, **WHO)
    pilot.refresh_from_db()

    open_claims_fund(pilot=pilot, budget_minor=500_000, received_minor=0, **WHO)

    assert pilot.funds.filter(purpose="claims").exists()
    assert design_in_force(pilot).version == 1


def test_the_rules_know_the_same_words_as_the_models():
    assert set(ARM_KINDS) == set(Arm.Kind.values)
    assert set(FREQUENCIES) == set(Frequency.values)
    assert set(FUND_PURPOSES) == set(Fund.Purpose.values)
    assert set(TEXT_PURPOSES) == set(ConsentText.Purpose.values)
    assert {ELIGIBLE, NOT_ELIGIBLE, UNDECIDED} == set(ApplicationDecision.Result.values)
