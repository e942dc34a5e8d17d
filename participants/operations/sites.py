"""The places where a pilot meets people, and who is met where."""

from datetime import datetime

from django.db import IntegrityError, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Enrolment, Pilot, Site
from participants.rules import check_length


@transaction.atomic
def add_site(*, pilot: Pilot, site_name: str, by: str, now: datetime) -> Site:
    """Give a pilot one more site; two of them never share a name."""
    name = check_length(site_name, field="site_name")
    if not name:
        raise Invalid("The site needs a name.", field="site_name")
    try:
        with transaction.atomic():
            site = Site.objects.create(pilot=pilot, name=name)
    except IntegrityError as error:
        if "one_site_per_name" not in str(error):
            raise
        raise Invalid("This pilot has a site of this name already.", field="site_name") from None
    AuditEvent.record(pilot, "site.added", at=now, by=by, site=site.public_id)
    return site


@transaction.atomic
def place(*, enrolment: Enrolment, site: Site | None, by: str, now: datetime) -> None:
    """Say at which site a person is met from now on, or at none; it changes no payment."""
    if site and site.pilot_id != enrolment.pilot_id:
        raise Invalid("This pilot has no such site.", field="site")
    Enrolment.objects.filter(pk=enrolment.pk).update(site=site)
    enrolment.site = site
    said = {"site": site.public_id if site else None}
    AuditEvent.record(enrolment, "enrolment.placed", at=now, by=by, **said)
