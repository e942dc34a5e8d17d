"""A pilot with one of everything that has an address, for the matrix of roles."""

from datetime import date

from cashpilot import journeys
from cashpilot.core.access import Role
from participants.operations.applications import record_application
from participants.operations.complaints import make_complaint
from participants.operations.invitations import invite
from participants.operations.pairs import search
from participants.operations.service_tokens import issue_token
from payments.models import AccountToClose, Difference, Disbursement, ProviderEvent
from payments.operations import claims, halts
from tests.evaluation.release_world import a_ready_release, a_studied_pilot
from tests.factories import (
    BY,
    NOON,
    a_member,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.participants.draw_world import a_listed_draw
from tests.participants.intake_world import a_checked_file

WHO = {"by": BY, "now": NOON}


def one_of_everything() -> dict[str, str]:
    """The identifiers of a pilot and of all that belongs to it, by the names in ENTRANCES."""
    pilot = a_studied_pilot()
    person = ready(an_enrolment(pilot, name="Zofia Example"))
    release = a_ready_release(pilot)
    run = an_approved_run(pilot)
    priya, caseworker = a_user(), a_member(pilot, Role.CASEWORKER, email="cara@example.org")
    event = journeys.record_life_event(
        enrolment=person,
        kind="moved",
        happened_on=date(2026, 3, 1),
        recorder=caseworker,
        **WHO,
    )
    invitation, _ = invite(
        pilot=pilot, email="new@example.org", roles=[Role.CASEWORKER], inviter=priya, **WHO
    )
    token, _ = issue_token(
        pilot=pilot, token_name="Any", acts=["see people"], days=365, issuer=priya, **WHO
    )
    return {
        "pilot": pilot.public_id,
        "arm": "cash",
        "person": person.public_id,
        "event": event.public_id,
        "run": run.public_id,
        "payment": Disbursement.objects.get().public_id,
        "release": release.public_id,
        "claim": _a_claim(person, caseworker),
        "difference": _a_difference(pilot),
        "halt": halts.place_halt(reason="by_a_person", **WHO).public_id,
        "news": _strange_news(person),
        "invitation": invitation.public_id,
        "token": token.public_id,
        "user": caseworker.public_id,
        "role": "caseworker",
        "version": "1",
        "step": "sites",
        "part": "arms",
        "complaint": make_complaint(
            enrolment=person, kind="other", body="It was cold.", how="in_person", **WHO
        ).public_id,
        "account": AccountToClose.objects.create(
            pilot=pilot, account="acct_fictional", asked_at=NOON
        ).public_id,
        **_on_their_way_in(pilot),
        **_a_drawn_pilot(priya),
    }


def _on_their_way_in(pilot) -> dict[str, str]:
    application = record_application(pilot=pilot, name="Dai Example", answers={}, **WHO)
    intake = a_checked_file(pilot, "Ewa Example,cash,2026-02-20,,,,")
    for code in ("TWIN22", "TWIN33"):
        an_enrolment(pilot, name="Olu Example", date_of_birth=date(1990, 2, 3), code=code)
    search(pilot=pilot, anew=True, **WHO)
    return {
        "application": application.public_id,
        "intake": intake.public_id,
        "pair": pilot.pairs.first().public_id,
    }


def _a_drawn_pilot(manager) -> dict[str, str]:
    pilot = a_pilot(name="Lottery Cash Pilot", manager=manager)
    draw = a_listed_draw(4, pilot)
    return {"drawn": pilot.public_id, "entrant": draw.entrants.first().public_id}


def _a_claim(person, caseworker) -> str:
    claims.open_claims_fund(pilot=person.pilot, budget_minor=100_000, received_minor=100_000, **WHO)
    claim = claims.propose_claim(
        enrolment=person,
        programme="Housing",
        amount_minor=5_000,
        lost_from=date(2026, 2, 1),
        reason="It was cut because of the cash",
        person=caseworker,
        **WHO,
    )
    return claim.public_id


def _a_difference(pilot) -> str:
    return Difference.objects.create(
        kind="amount",
        reference="tr_fictional",
        pilot=pilot,
        currency="gbp",
        first_seen_at=NOON,
        last_seen_at=NOON,
        state_changed_at=NOON,
    ).public_id


def _strange_news(person) -> str:
    person.recipient.refresh_from_db()
    return ProviderEvent.objects.create(
        public_id="evt_fictional",
        type="account.updated",
        account=person.recipient.provider_account,
        object_reference=person.recipient.provider_account,
        happened_at=NOON,
        received_at=NOON,
        body="{}",
        state="refused",
        state_changed_at=NOON,
    ).public_id
