"""Where money goes: what the provider says of it, what changes, and who is told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.utils import Error

from cashpilot.core.refusals import Refused
from participants.models import Notice
from participants.operations import notices
from payments.models import DestinationChange, Disbursement, Recipient
from payments.operations import recipients
from payments.providers.base import Observed
from payments.queries import due_in, recipients_not_ready
from tests.factories import BY, NOON, a_pilot, a_user, an_approved_run, an_enrolment
from tests.payments.sending_world import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipient(sandbox, provider):
    """Somebody whom the provider can pay, as it said itself."""
    enrolment = an_enrolment(a_pilot(), email="amina@example.org")
    found = Recipient.objects.get(enrolment=enrolment)
    recipients.ensure_account(recipient=found, provider=provider, by=BY, now=NOON)
    sandbox.onboard(found.provider_account, "000123456789")
    return recipients.observe(recipient=found, provider=provider, by=BY, now=NOON)


def seen(**change):
    usual = {
        "status": "ready",
        "reason": "",
        "details_missing": 0,
        "account_tail": "6789",
        "currency": "gbp",
        "country": "GB",
    }
    return Observed(**usual | change)


def keep(recipient, observed, *, now=NOON):
    recipients.keep_observation(recipient=recipient, seen=observed, by=BY, now=now)
    recipient.refresh_from_db()


def test_no_bank_detail_is_kept_but_the_last_four_digits_and_a_mark(recipient):
    kept = {str(value) for value in vars(recipient).values()}

    assert recipient.status == "ready"
    assert (recipient.account_tail, len(recipient.bank_mark)) == ("6789", 64)
    assert not any("000123456789" in value for value in kept)


def test_another_bank_account_is_paid_after_a_cooling_off_and_the_person_is_told(
    recipient, provider, sandbox
):
    sandbox.bank_ok(recipient.provider_account, "000222333444")

    recipients.observe(recipient=recipient, provider=provider, by=BY, now=NOON)

    assert recipient.payable_from == NOON + timedelta(hours=72)
    (one,) = due_in(recipient.enrolment.pilot.funds.get(), NOON.date(), NOON)
    assert one.left_out == "cooling_off"
    change = DestinationChange.objects.get()
    assert (change.tail_before, change.tail_after) == ("6789", "3444")
    notice = Notice.objects.get()
    assert (notice.kind, notice.address) == ("bank_changed", "amina@example.org")


def test_a_bank_account_that_changed_after_approval_is_not_paid(recipient, provider, sandbox):
    an_approved_run(recipient.enrolment.pilot)
    sandbox.bank_ok(recipient.provider_account, "000222333444")
    recipients.observe(recipient=recipient, provider=provider, by=BY, now=NOON)

    assert send(provider) == 0

    assert Disbursement.objects.get().held_reason == "destination_changed"


def test_an_older_look_never_overwrites_a_newer_one(recipient):
    keep(recipient, seen(status="pending"), now=NOON + timedelta(minutes=2))

    keep(recipient, seen(status="ready"), now=NOON + timedelta(minutes=1))

    assert recipient.status == "pending"


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"currency": "usd"}, "other_currency"), ({"country": "US"}, "other_country")],
)
def test_an_account_in_another_currency_or_country_is_not_paid(recipient, change, reason):
    keep(recipient, seen(**change))

    assert (recipient.status, recipient.reason) == ("disabled", reason)


def test_details_that_go_missing_are_told_once(recipient):
    for _ in range(3):
        keep(recipient, seen(status="action_needed", details_missing=2))

    assert list(Notice.objects.values_list("kind", flat=True)) == ["details_needed"]
    assert list(recipients_not_ready(recipient.enrolment.pilot.enrolments.all())) == [recipient]


def test_a_change_that_the_person_did_not_make_stops_payments_until_staff_have_called(
    recipient, provider, sandbox
):
    sandbox.bank_ok(recipient.provider_account, "000222333444")
    recipients.observe(recipient=recipient, provider=provider, by=BY, now=NOON)
    later = NOON + timedelta(days=4)

    recipients.question_change(recipient=recipient, by="participant", now=later)

    (one,) = due_in(recipient.enrolment.pilot.funds.get(), NOON.date(), later)
    assert one.left_out == "questioned"
    recipients.answer_question(recipient=recipient, editor=a_user(), by=BY, now=later)
    (one,) = due_in(recipient.enrolment.pilot.funds.get(), NOON.date(), later)
    assert one.left_out == ""


def test_what_waited_for_an_answer_goes_on_with_it(recipient, provider, sandbox):
    an_approved_run(recipient.enrolment.pilot)
    Recipient.objects.update(questioned_at=NOON)
    assert send(provider) == 0

    recipients.answer_question(recipient=recipient, editor=a_user(), by=BY, now=NOON)
    send(provider)

    assert Disbursement.objects.get().state == "submitted"


def test_nothing_that_did_not_change_can_be_questioned(recipient):
    with pytest.raises(Refused, match="Nothing about your bank account"):
        recipients.question_change(recipient=recipient, by="participant", now=NOON)

    recipient.refresh_from_db()
    assert recipient.questioned_at is None


def test_a_new_account_is_another_one_and_the_old_one_is_never_paid_again(
    recipient, provider, sandbox
):
    old = recipient.provider_account

    recipients.start_new_account(
        recipient=recipient, payee_name="Nadia Example", editor=a_user(), by=BY, now=NOON
    )
    recipients.ensure_account(recipient=recipient, provider=provider, by=BY, now=NOON)

    assert recipient.provider_account not in (None, old)
    assert (recipient.payee_name, recipient.status) == ("Nadia Example", "action_needed")
    assert recipient.last_edited_by == a_user()
    sandbox.onboard(recipient.provider_account, "000999888777")
    later = NOON + timedelta(days=9)
    recipients.observe(recipient=recipient, provider=provider, by=BY, now=later)
    assert recipient.payable_from == later + timedelta(hours=72)


def test_whoever_has_given_their_details_signs_in_at_the_provider(recipient, provider, sandbox):
    url = recipients.start_onboarding(
        recipient=recipient,
        provider=provider,
        return_url="https://example.org/back",
        refresh_url="https://example.org/again",
        by=BY,
        now=NOON,
    )

    assert url
    asked = [one["path"] for one in sandbox.log]
    assert asked[-1] == f"/v1/accounts/{recipient.provider_account}/login_links"


def test_the_register_of_changes_is_append_only(recipient, provider, sandbox):
    sandbox.bank_ok(recipient.provider_account, "000222333444")
    recipients.observe(recipient=recipient, provider=provider, by=BY, now=NOON)

    with pytest.raises(Error) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_destinationchange")

    assert "append-only" in str(no.value)


def test_a_notice_is_sent_once_and_says_nothing_to_whoever_looks_over_a_shoulder(recipient):
    person = recipient.enrolment.participant
    notices.tell(participant=person, kind="came_back", by=BY, now=NOON)

    sent = [notices.send_next(by=BY, now=NOON) for _ in range(3)]

    assert sent == [True, False, False]
    (message,) = mail.outbox
    assert message.to == ["amina@example.org"]
    said = message.subject + message.body
    assert recipient.enrolment.pilot.name not in said
    assert "£" not in said


def test_a_notice_that_may_have_been_sent_is_never_sent_again(recipient, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    notices.tell(participant=recipient.enrolment.participant, kind="came_back", by=BY, now=NOON)

    assert notices.send_next(by=BY, now=NOON)
    assert not notices.send_next(by=BY, now=NOON)

    assert Notice.objects.get().state == "unknown"


def test_whoever_has_no_address_reads_it_on_their_page():
    person = an_enrolment(a_pilot()).participant

    notices.tell(participant=person, kind="came_back", by=BY, now=NOON)

    assert Notice.objects.get().state == "shown"
    assert not notices.send_next(by=BY, now=NOON)
