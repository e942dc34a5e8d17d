"""Who decides over a release, and what they decide over."""

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core.models import AuditEvent, subject_name
from cashpilot.core.refusals import IllegalMove, Invalid, NotAllowed, Overtaken, Refused
from evaluation.models import Release, Response
from evaluation.operations import releases
from evaluation.queries import release_building
from evaluation.tasks import build_approved_releases
from tests.evaluation.release_world import (
    PURPOSE,
    a_manager,
    a_ready_release,
    a_request,
    a_researcher,
    a_studied_pilot,
    an_approved_release,
    consent,
)
from tests.factories import BY, NOON

pytestmark = pytest.mark.django_db


def verbs_of(release) -> list[str]:
    events = AuditEvent.objects.filter(subject=subject_name(release)).order_by("pk")
    return list(events.values_list("verb", flat=True))


def refused(sql: str, *values) -> str:
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    return str(error.value)


def change_an_answer(pilot) -> None:
    """Change one score of somebody who is in the release."""
    known = Response.objects.filter(
        enrolment__pilot=pilot, enrolment__participant__date_of_birth=None
    ).first()
    Response.objects.filter(pk=known.pk).update(value=(known.value + 1) % 11)


def test_a_request_keeps_the_report_and_the_digest_of_its_dry_run_and_no_row():
    release = a_request(a_studied_pilot())

    assert release.state == "submitted"
    assert release.content is None
    assert len(release.dry_run_digest) == 64
    assert release.dry_run["measured"]["k"] >= 5
    assert release.dry_run["people"] % 5 == 0
    assert verbs_of(release) == ["release.submitted"]


def test_a_request_says_what_it_is_for():
    pilot = a_studied_pilot()

    with pytest.raises(Invalid, match="what the data are for"):
        releases.request_release(
            pilot=pilot, purpose="  ", requester=a_researcher(pilot), by=BY, now=NOON
        )

    assert not Release.objects.exists()


def test_nobody_approves_what_they_asked_for():
    release = a_request(a_studied_pilot())

    with pytest.raises(NotAllowed, match="Someone else has to approve it"):
        releases.approve(
            release=release,
            approver=release.requested_by,
            digest=release.dry_run_digest,
            by=BY,
            now=NOON,
        )

    release.refresh_from_db()
    assert release.state == "submitted"
    assert release.approved_by is None


def test_nobody_approves_what_they_asked_for_in_the_database_either():
    release = a_request(a_studied_pilot())

    says = refused(
        "UPDATE evaluation_release SET state = 'approved', approved_by_id = requested_by_id"
        " WHERE id = %s",
        release.pk,
    )

    assert "release_approver_is_not_the_requester" in says


def test_approval_is_of_the_report_that_was_shown_and_of_no_other():
    pilot = a_studied_pilot()
    release = a_request(pilot)

    with pytest.raises(releases.Changed, match="newer report"):
        releases.approve(
            release=release, approver=a_manager(pilot), digest="0" * 64, by=BY, now=NOON
        )

    release.refresh_from_db()
    assert release.state == "submitted"


def test_an_approved_release_is_built_once_however_often_it_is_asked_for():
    release = an_approved_release(a_studied_pilot())

    build_approved_releases()
    build_approved_releases()
    release.refresh_from_db()
    releases.build(release=release, by=BY, now=NOON)

    assert release.state == "ready"
    assert release.manifest["purpose"] == PURPOSE
    assert release.manifest["approved_on"] == "2026-03-02"
    assert verbs_of(release) == ["release.submitted", "release.approved", "release.ready"]


def test_a_release_is_not_built_before_it_is_approved():
    release = a_request(a_studied_pilot())

    with pytest.raises(Refused, match="Have it approved first"):
        releases.build(release=release, by=BY, now=NOON)

    release.refresh_from_db()
    assert release.content is None


def test_a_release_whose_data_changed_waits_for_approval_again_with_the_reason():
    pilot = a_studied_pilot()
    release = an_approved_release(pilot)
    approved = release.dry_run_digest
    change_an_answer(pilot)

    build_approved_releases()

    release.refresh_from_db()
    assert release.state == "submitted"
    assert release.approved_by is None
    assert release.approved_on is None
    assert release.content is None
    assert release.dry_run_digest != approved
    assert release.note == releases.CHANGED


def test_a_withdrawal_between_approval_and_build_sends_it_back_too():
    pilot = a_studied_pilot()
    release = an_approved_release(pilot)
    consent(pilot.enrolments.filter(participant__date_of_birth=None).first(), "reuse", "withdrawn")

    build_approved_releases()

    release.refresh_from_db()
    assert release.state == "submitted"


def test_a_release_that_can_no_longer_be_made_is_rejected_with_the_reason():
    pilot = a_studied_pilot(60)
    release = an_approved_release(pilot)
    for enrolment in pilot.enrolments.all()[:30]:
        consent(enrolment, "research", "withdrawn")

    build_approved_releases()

    release.refresh_from_db()
    assert release.state == "rejected"
    assert "Ask for tables instead" in release.note


def test_the_database_keeps_no_other_file_than_the_approved_one():
    release = a_ready_release(a_studied_pilot())

    says = refused("UPDATE evaluation_release SET content = 'x' WHERE id = %s", release.pk)

    release.refresh_from_db()
    assert "release_is_what_was_approved" in says
    assert bytes(release.content) == release_building.make(release.pilot).csv


def test_two_workers_build_a_release_once():
    pilot = a_studied_pilot()
    release = an_approved_release(pilot)
    slow = Release.objects.get(pk=release.pk)
    releases.build(release=release, by=BY, now=NOON)

    with pytest.raises(Overtaken):
        releases.build(release=slow, by=BY, now=NOON)

    assert verbs_of(release).count("release.ready") == 1


def test_a_rejection_says_why_and_is_final():
    pilot = a_studied_pilot()
    release = a_request(pilot)
    with pytest.raises(Invalid, match="Say why"):
        releases.reject(release=release, reason=" ", by=BY, now=NOON)

    releases.reject(release=release, reason="Ask for fewer waves.", by=BY, now=NOON)

    assert release.note == "Ask for fewer waves."
    with pytest.raises(IllegalMove):
        releases.approve(
            release=release,
            approver=a_manager(pilot),
            digest=release.dry_run_digest,
            by=BY,
            now=NOON,
        )


def test_each_download_is_written_down_with_its_digest_and_who():
    release = a_ready_release(a_studied_pilot())

    releases.download(release=release, by="usr_rosa", now=NOON)

    line = AuditEvent.objects.get(verb="release.downloaded")
    assert line.by == "usr_rosa"
    assert line.subject == subject_name(release)
    assert line.detail == {"digest": release.dry_run_digest}


@pytest.mark.parametrize("purpose", ["research", "reuse"])
def test_a_withdrawal_stops_the_download_at_once_and_says_what_to_do(purpose):
    pilot = a_studied_pilot()
    release = a_ready_release(pilot)
    leaving = pilot.enrolments.filter(participant__date_of_birth=None).first()
    releases.download(release=release, by=BY, now=NOON)

    consent(leaving, purpose, "withdrawn")

    with pytest.raises(releases.SomebodyWithdrew, match="request a new one"):
        releases.download(release=release, by=BY, now=NOON)
    assert AuditEvent.objects.filter(verb="release.downloaded").count() == 1


def test_a_new_pseudonym_key_stops_the_download_because_nobody_can_check_it(settings):
    release = a_ready_release(a_studied_pilot())

    settings.PSEUDONYM_KEY = "another key, long enough to be one"

    with pytest.raises(Refused, match="key has changed"):
        releases.download(release=release, by=BY, now=NOON)


def test_a_release_that_was_called_back_has_no_file_any_more():
    release = a_ready_release(a_studied_pilot())

    releases.revoke(release=release, by=BY, now=NOON)

    release.refresh_from_db()
    assert release.content is None
    with pytest.raises(Refused, match="called back"):
        releases.download(release=release, by=BY, now=NOON)
    assert not AuditEvent.objects.filter(verb="release.downloaded").exists()
