"""From a request to a file: one person asks, another agrees to exactly what was shown to them."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from evaluation.lifecycles import RELEASE
from evaluation.models import Release
from evaluation.queries.release_building import Made, make, manifest_for, package
from evaluation.queries.releases import has_lost_somebody, key_version
from participants.models import Pilot

CHANGED = "The data have changed since it was approved. Read the new report and decide again."


class Changed(Refused):
    """What would be approved is not what was shown."""

    code = "changed-since-shown"


class SomebodyWithdrew(Refused):
    """The file holds a person who no longer agrees to it."""

    code = "somebody-withdrew"


def request_release(
    *, pilot: Pilot, purpose: str, requester: User, by: str, now: datetime
) -> Release:
    """Ask for a release, with a dry run from the data of one moment.

    Of the dry run only the report and the digest are kept: nobody sees a row before approval.
    """
    if not purpose.strip():
        raise Invalid("Say what the data are for.", field="purpose")
    made = make(pilot)
    with transaction.atomic():
        release = Release.objects.create(
            pilot=pilot,
            purpose=purpose.strip(),
            requested_by=requester,
            requested_at=now,
            dry_run=made.report,
            dry_run_digest=made.digest,
            state_changed_at=now,
        )
        AuditEvent.record(release, "release.submitted", at=now, by=by, digest=made.digest)
    return release


@transaction.atomic
def approve(*, release: Release, approver: User, digest: str, by: str, now: datetime) -> None:
    """Agree to the file whose dry run has this digest, and to no other.

    1. Not by whoever asked for it.
    2. Not if the dry run is another than the one that was shown.
    """
    if approver.pk == release.requested_by_id:
        raise NotAllowed("You asked for this release. Someone else has to approve it.")
    if digest != release.dry_run_digest:
        raise Changed("This release has a newer report than the one you saw. Read it, then decide.")
    RELEASE.move(
        release,
        "approved",
        now=now,
        by=by,
        where={"dry_run_digest": digest},
        approved_by=approver,
        approved_on=timezone.localdate(now),
        note="",
    )


@transaction.atomic
def reject(*, release: Release, reason: str, by: str, now: datetime) -> None:
    """Decline a release for good, with a reason that the researcher can act on."""
    if not reason.strip():
        raise Invalid("Say why, so that the next request can be better.", field="reason")
    RELEASE.move(release, "rejected", now=now, by=by, note=reason.strip())


def build(*, release: Release, by: str, now: datetime) -> None:
    """Build an approved release from the data as they are now; building it again does nothing.

    1. Data that no longer give the approved digest: it waits for approval again, with the reason.
    2. Data of which no release may be made any more: it is rejected, with the reason.
    3. Else the file is kept as approved, with its manifest.
    """
    if release.state == Release.State.READY:
        return
    if release.state != Release.State.APPROVED:
        raise Refused("Only an approved release is built. Have it approved first.")
    try:
        made = make(release.pilot)
    except Refused as no:
        reject(release=release, reason=str(no), by=by, now=now)
        return
    if made.digest != release.dry_run_digest:
        _ask_again(release, made, by=by, now=now)
    else:
        _keep(release, made, by=by, now=now)


@transaction.atomic
def revoke(*, release: Release, by: str, now: datetime) -> None:
    """Call a release back: its file is deleted here, and nobody downloads it any more."""
    RELEASE.move(release, "revoked", now=now, by=by, content=None)


@transaction.atomic
def download(*, release: Release, by: str, now: datetime) -> bytes:
    """The zip of a release, with who took it written down; refused once anybody in it withdrew."""
    release = Release.objects.select_for_update().select_related("pilot").get(pk=release.pk)
    if release.state != Release.State.READY:
        raise Refused(f"There is no file: this release is {release.get_state_display().lower()}.")
    if release.manifest["key_version"] != key_version():
        raise Refused(
            "The pseudonym key has changed, so nobody can check who is still willing to be in "
            "this file. Have it called back, and request a new release."
        )
    if has_lost_somebody(release):
        raise SomebodyWithdrew(
            "Somebody in this file no longer agrees to it. Delete any copy you have, have this "
            "release called back, and request a new one."
        )
    AuditEvent.record(release, "release.downloaded", at=now, by=by, digest=release.dry_run_digest)
    return package(release)


@transaction.atomic
def _ask_again(release: Release, made: Made, *, by: str, now: datetime) -> None:
    RELEASE.move(
        release,
        "submitted",
        now=now,
        by=by,
        where={"dry_run_digest": release.dry_run_digest},
        approved_by=None,
        approved_on=None,
        dry_run=made.report,
        dry_run_digest=made.digest,
        note=CHANGED,
    )


@transaction.atomic
def _keep(release: Release, made: Made, *, by: str, now: datetime) -> None:
    RELEASE.move(
        release,
        "ready",
        now=now,
        by=by,
        where={"dry_run_digest": made.digest},
        content=made.csv,
        manifest=manifest_for(release, made),
    )
