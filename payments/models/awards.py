from functools import partial

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from participants.models import Arm, Enrolment, Pilot


class Fund(models.Model):
    """Money set aside for one purpose of one pilot; its budget is the most that may be promised.
    The database keeps awards and claims to funds of their own purpose."""

    class Purpose(models.TextChoices):
        AWARDS = "awards", _("Awards")
        CLAIMS = "claims", _("Lost benefits")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "fnd"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="funds")
    purpose = models.CharField(
        max_length=10, choices=Purpose, default=Purpose.AWARDS, db_default="awards"
    )
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    budget_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "name"], name="one_fund_per_name"),
            models.CheckConstraint(condition=Q(budget_minor__gt=0), name="budget_is_positive"),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "pilot"}
        shareable = {"purpose", "name", "currency", "budget_minor"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return self.name


class Frequency(models.TextChoices):
    ONCE = "once", _("Once")
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    FOUR_WEEKLY = "four_weekly", _("Every four weeks")
    MONTHLY = "monthly", _("Every month")


class WhenClosed(models.TextChoices):
    BEFORE = "before", _("the working day before")
    AFTER = "after", _("the working day after")


class AwardTerms(models.Model):
    """What the design promises to everybody in one cash arm, in one version; an award keeps the
    version it was made from. A lump sum, if any, goes out with the first of `count` sums."""

    arm = models.ForeignKey(Arm, models.PROTECT, related_name="award_terms")
    arm_is_paid = models.BooleanField(default=True)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="award_terms")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="award_terms")
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    amount_minor = models.BigIntegerField()
    count = models.PositiveSmallIntegerField()
    lump_minor = models.BigIntegerField(default=0, db_default=0)
    frequency = models.CharField(
        max_length=12, choices=Frequency, default=Frequency.MONTHLY, db_default="monthly"
    )
    may_choose = models.BooleanField(default=False, db_default=False)
    first_date = models.DateField()
    when_closed = models.CharField(max_length=10, choices=WhenClosed, default=WhenClosed.BEFORE)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(arm_is_paid=True), name="terms_of_a_paid_arm"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, count__gt=0), name="terms_are_positive"
            ),
            models.CheckConstraint(condition=Q(lump_minor__gte=0), name="lump_is_not_negative"),
            models.UniqueConstraint(
                fields=["arm", "version"], condition=Q(version__gt=0), name="one_terms_a_version"
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "arm", "pilot", "fund", "arm_is_paid", "reason"}
        shareable = {
            "version",
            "amount_minor",
            "count",
            "lump_minor",
            "frequency",
            "may_choose",
            "first_date",
            "when_closed",
        }
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.count} × {self.amount_minor} from {self.first_date}"

    @property
    def total_minor(self) -> int:
        return self.lump_minor + self.amount_minor * self.count


class Award(models.Model):
    """What one participant was promised: so much, so often, so many times.

    `enrolment_is_paid` can only be true, and the database ties it to the enrolment's own flag
    (migration 0002): an enrolment in a comparison arm cannot have an award.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "awd"), editable=False
    )
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="award")
    enrolment_is_paid = models.BooleanField(default=True)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="awards")
    currency = models.CharField(max_length=3)
    terms = models.ForeignKey(AwardTerms, models.PROTECT, related_name="awards", null=True)
    frequency = models.CharField(
        max_length=12, choices=Frequency, default=Frequency.MONTHLY, db_default="monthly"
    )
    payday = models.PositiveSmallIntegerField(null=True)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolment_is_paid=True), name="award_of_a_paid_enrolment"
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "public_id",
            "enrolment",
            "enrolment_is_paid",
            "fund",
            "terms",
            "payday",
            "granted_at",
        }
        shareable = {"currency", "frequency"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return self.public_id


class Instalment(models.Model):
    """One dated sum of an award. Whether it is due is a matter of dates: asked, never stored.

    Where it took another's place, `first_promise` is the one that was promised in the beginning.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", _("Regular")
        LUMP = "lump", _("Lump sum")
        TOP_UP = "top_up", _("Top-up")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SETTLED = "settled", _("Settled")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "ins"), editable=False
    )
    award = models.ForeignKey(Award, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(
        max_length=10, choices=Kind, default=Kind.REGULAR, db_default=Kind.REGULAR
    )
    due_date = models.DateField()
    amount_minor = models.BigIntegerField()
    promised_at = models.DateTimeField(db_default=Now())
    amendment = models.ForeignKey(
        "payments.Amendment", models.PROTECT, related_name="instalments", null=True
    )
    first_promise = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=20, choices=State, default=State.PLANNED)
    state_changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="one_instalment_per_number"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="instalment_is_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "settled", "cancelled"]), name="instalment_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_date"], condition=Q(state="planned"), name="instalment_planned_by_date"
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "public_id",
            "award",
            "amendment",
            "first_promise",
            "due_date",
            "promised_at",
            "state_changed_at",
        }
        shareable = {"number", "kind", "amount_minor", "state"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.public_id} (no. {self.number}, due {self.due_date})"
