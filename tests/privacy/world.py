"""Two people who left traces everywhere; each value of theirs is one that nothing else holds."""

from datetime import date, timedelta

from django.contrib.sessions.backends.db import SessionStore

from cashpilot.core.models import AuditEvent, KeptAnswer
from cashpilot.journeys import record_life_event
from evaluation.operations.consent import publish_research_text, record_research_consent
from participants.models import Application, ApplicationDecision, Notice, Pair
from participants.operations.benefits import note_benefit, record_talk
from participants.operations.complaints import answer, make_complaint
from participants.operations.notices import tell
from participants.operations.safeguarding import write_restricted_note
from participants.operations.sign_in import issue_link
from payments.models import (
    Amendment,
    Award,
    Disbursement,
    FollowUp,
    Instalment,
    PayRun,
    ProviderEvent,
    Recipient,
)
from payments.operations.claims import decide_claim, open_claims_fund, propose_claim
from payments.queries import claims_fund_of
from tests.factories import BY, NOON, a_user, an_approved_run, an_enrolment, ready

LATER = NOON + timedelta(days=60)
WHO = {"by": BY, "now": NOON}


def a_person_with_traces(pilot, word: str, tail: str):
    """Somebody whose traces all hold `word`, a made-up one; their money is over and done with."""
    enrolment = an_enrolment(
        pilot,
        name=f"{word} Example",
        email=f"{word}@example.org",
        phone=f"0700 {tail}",
        date_of_birth=date(1900 + int(tail[:2]), 5, 3),
        how="read-aloud",
        read_by=f"{word} reader",
    )
    _around(enrolment, word)
    _money(enrolment, word, tail)
    _quotes(enrolment, word, tail)
    return enrolment


def traces_of(word: str, tail: str) -> list[str]:
    """What must be found nowhere once they are erased."""
    return [word, word.lower(), f"0700 {tail}", f"19{tail[:2]}-05-03"]


def _around(enrolment, word):
    told = {"held_on": NOON.date(), "outcome": "wants_time", "facts_told": []}
    record_talk(enrolment=enrolment, held_with=f"{word} adviser", **told, **WHO)
    note_benefit(
        enrolment=enrolment,
        kind="waiver",
        programme=f"{word} benefit",
        note=f"{word} letter",
        noted_on=NOON.date(),
        **WHO,
    )
    record_life_event(
        enrolment=enrolment, kind="hospital", happened_on=NOON.date(), recorder=None, **WHO
    )
    tell(participant=enrolment.participant, kind=Notice.Kind.BANK_CHANGED, **WHO)
    issue_link(participant=enrolment.participant, **WHO)
    publish_research_text(
        pilot=enrolment.pilot,
        purpose="research",
        body=f"Words {enrolment.pk}",
        language="en",
        **WHO,
    )
    record_research_consent(
        enrolment=enrolment,
        purpose="research",
        decision="given",
        decided_on=NOON.date(),
        how="read-aloud",
        read_by=f"{word} interpreter",
        **WHO,
    )
    _claim(enrolment, word)
    _told(enrolment, word)
    _asked_to_join(enrolment, word)
    _held_against_others(enrolment)
    page = SessionStore()
    page["participant"] = enrolment.participant.public_id
    page.save()


def _told(enrolment, word):
    made = make_complaint(
        enrolment=enrolment, kind="other", body=f"{word} complains", how="phone", **WHO
    )
    answer(complaint=made, words=f"{word}, we are sorry", **WHO)
    write_restricted_note(enrolment=enrolment, body=f"{word} is watched at home", **WHO)


def _asked_to_join(enrolment, word):
    person = enrolment.participant
    application = Application.objects.create(
        pilot=enrolment.pilot,
        name=person.name,
        date_of_birth=person.date_of_birth,
        email=person.email,
        phone=person.phone,
        made_at=NOON,
        enrolment=enrolment,
    )
    ApplicationDecision.objects.create(
        application=application,
        pilot=enrolment.pilot,
        number=1,
        questions=enrolment.pilot.eligibility_versions.latest("version"),
        answers={"street": f"{word} Street"},
        reasons=[f"{word} Street is in the area"],
        result="eligible",
        recorded_by=BY,
        recorded_at=NOON,
    )


def _held_against_others(enrolment):
    for other in enrolment.pilot.enrolments.filter(pk__lt=enrolment.pk):
        Pair.objects.create(
            pilot=enrolment.pilot,
            first=other,
            second=enrolment,
            score=70,
            reasons=["same_name"],
            found_at=NOON,
            state_changed_at=NOON,
        )


def _claim(enrolment, word):
    if claims_fund_of(enrolment.pilot) is None:
        open_claims_fund(pilot=enrolment.pilot, budget_minor=10_000, received_minor=10_000, **WHO)
    claim = propose_claim(
        enrolment=enrolment,
        programme=f"{word} benefit",
        amount_minor=1_000,
        lost_from=NOON.date(),
        reason=f"{word} lost it",
        person=a_user(),
        **WHO,
    )
    decide_claim(claim=claim, agrees=False, person=a_user("abel@example.org"), **WHO)


def _money(enrolment, word, tail):
    ready(enrolment, f"acct_{tail}")
    Recipient.objects.filter(enrolment=enrolment).update(payee_name=f"{word} payee")
    an_approved_run(enrolment.pilot)
    sent = Disbursement.objects.get(instalment__award__enrolment=enrolment)
    Disbursement.objects.filter(pk=sent.pk).update(
        state="paid", provider_reference=f"tr_{tail}", final_at=NOON, held_reason=""
    )
    Instalment.objects.filter(pk=sent.instalment_id).update(state="settled")
    FollowUp.objects.create(
        disbursement=sent, kind="told", note=f"{word} called", made_by=a_user(), made_at=NOON
    )
    Amendment.objects.create(
        award=Award.objects.get(enrolment=enrolment),
        kind="changed",
        reason=f"{word} asked",
        difference_minor=0,
        made_by=BY,
        made_at=NOON,
    )


def _quotes(enrolment, word, tail):
    """Where somebody is named in passing: by what came from outside, or by a slip of ours."""
    ProviderEvent.objects.create(
        public_id=f"evt_{enrolment.pk}",
        type="account.updated",
        account=f"acct_{tail}",
        object_reference=f"acct_{tail}",
        happened_at=NOON,
        received_at=NOON,
        state_changed_at=LATER,
        body=f'{{"individual": "{word} Example"}}',
    )
    KeptAnswer.objects.create(
        user=a_user(),
        key=word[:3] + str(enrolment.pk),
        status=200,
        body=f'[{{"name": "{word} Example"}}]',
        asked_at=LATER,
    )
    AuditEvent.record(
        enrolment.pilot,
        "pilot.noted",
        at=NOON,
        by=BY,
        said=f"for {word} Example",
        of=["a", f"{word}@example.org"],
    )
    PayRun.objects.filter(fund__pilot=enrolment.pilot).update(
        sent_back_reason=f"{word} Example has moved"
    )
