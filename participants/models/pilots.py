from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from cashpilot.core.access import Role
from cashpilot.core.calendars import NATION_CHOICES
from cashpilot.core.ids import new_id
from cashpilot.core.money import CURRENCIES
from participants.rules.complaints import FEWEST_DAYS, MOST_DAYS


class Pilot(models.Model):
    """The programme: who runs it, in which currency, by whose calendar.

    Until its launch the set-up is a draft; from then on it stands in versions of its design.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being set up")
        READY = "ready", _("Ready to launch")
        LAUNCHED = "launched", _("Running")
        CLOSED = "closed", _("Closed to newcomers")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "plt"), editable=False
    )
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3, choices=[(c, c.upper()) for c in CURRENCIES])
    nation = models.CharField(max_length=30, choices=NATION_CHOICES)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    help_name = models.CharField(max_length=80, default="", blank=True)
    help_phone = models.CharField(max_length=30, default="", blank=True)
    help_hours = models.CharField(max_length=80, default="", blank=True)
    complaint_days = models.PositiveSmallIntegerField(default=10, db_default=10)
    created_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=State, default=State.DRAFT, db_default="launched"
    )
    state_changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="one_pilot_per_name"),
            models.CheckConstraint(
                condition=Q(complaint_days__gte=FEWEST_DAYS, complaint_days__lte=MOST_DAYS),
                name="complaints_are_answered_in_time",
            ),
            models.CheckConstraint(condition=Q(currency__in=CURRENCIES), name="pilot_currency"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "ready", "launched", "closed"]), name="pilot_state"
            ),
        ]

    class Privacy:
        identifying = {"help_name", "help_phone"}
        linkable = {"id", "public_id", "created_at", "state_changed_at"}
        shareable = {
            "name",
            "currency",
            "nation",
            "time_zone",
            "help_hours",
            "complaint_days",
            "state",
        }
        kept = "with the pilot"
        in_clear = {
            "help_name": "printed on everybody's pages and letters",
            "help_phone": "printed on everybody's pages and letters",
        }

    def __str__(self) -> str:
        return self.name


class Arm(models.Model):
    """What the design gives a person: cash, services as usual, a place on a waiting list."""

    class Kind(models.TextChoices):
        CASH = "cash", _("Cash")
        SERVICES = "services", _("Conventional services")
        WAITING = "waiting", _("Waiting list")

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="arms")
    code = models.SlugField(max_length=30)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    is_paid = models.BooleanField()
    ratio = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ratio__gt=0), name="ratio_is_positive"),
            models.UniqueConstraint(fields=["pilot", "code"], name="one_arm_per_code"),
            models.UniqueConstraint(fields=["id", "pilot", "is_paid"], name="arm_whole"),
            models.CheckConstraint(
                condition=Q(kind="cash", is_paid=True) | (~Q(kind="cash") & Q(is_paid=False)),
                name="only_a_cash_arm_is_paid",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot"}
        shareable = {"code", "name", "kind", "is_paid", "ratio"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where a pilot meets people, such as a shelter; whoever works there sees its people
    only."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "sit"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="sites")
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint("pilot", Lower("name"), name="one_site_per_name"),
            models.UniqueConstraint(fields=["id", "pilot"], name="site_with_pilot"),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "pilot", "name"}
        shareable: set[str] = set()
        kept = "with the pilot"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one member of staff, or researcher, in one pilot; a caseworker's may be bound to
    one of its sites."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "pilot", "role"], name="one_role_once"),
            models.CheckConstraint(
                condition=Q(site=None) | Q(role=Role.CASEWORKER),
                name="only_a_caseworker_has_a_site",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "user", "pilot", "site"}
        shareable = {"role"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.pilot}"
