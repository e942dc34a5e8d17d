from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models import Pilot
from payments.models.awards import Fund, Instalment


class PayRun(models.Model):
    """Instalments approved and sent together, by two pairs of eyes."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        PREVIEWED = "previewed", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        SENDING = "sending", _("Being sent")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "run"), editable=False
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="pay_runs")
    due_by = models.DateField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64, blank=True, default="")
    frozen_at = models.DateTimeField(null=True)
    approvals_needed = models.PositiveSmallIntegerField(default=1, db_default=1)
    sent_back_reason = EncryptedTextField(max_length=200, blank=True, default="", db_default="")
    state = models.CharField(max_length=20, choices=State, default=State.PREPARED)
    state_changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "prepared_by"], name="pay_run_with_preparer"),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "stopped"]) | ~Q(content_hash=""),
                name="approved_list_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(approvals_needed__gt=0), name="somebody_else_approves"
            ),
        ]

    class Privacy:
        identifying = {"sent_back_reason"}
        linkable = {
            "id",
            "public_id",
            "fund",
            "prepared_by",
            "prepared_at",
            "content_hash",
            "frozen_at",
            "approvals_needed",
            "state_changed_at",
            "due_by",
        }
        shareable = {"state"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return self.public_id


class PayRunLine(models.Model):
    """One instalment of a run, as it was frozen: to whom, how much, where to, for which day."""

    pay_run = models.ForeignKey(PayRun, models.PROTECT, related_name="lines")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="pay_run_lines")
    amount_minor = models.BigIntegerField()
    destination = models.CharField(max_length=100)
    bank_mark = models.CharField(max_length=64, blank=True, default="", db_default="")
    destination_edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    due_date = models.DateField()
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pay_run", "instalment"], name="one_line_a_run"),
            models.UniqueConstraint(
                fields=["instalment"], condition=Q(is_open=True), name="one_open_line_an_instalment"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="line_is_positive"),
        ]

    class Privacy:
        identifying = {"destination", "bank_mark"}
        linkable = {
            "id",
            "pay_run",
            "instalment",
            "destination_edited_by",
            "due_date",
            "is_open",
        }
        shareable = {"amount_minor"}
        kept = "with the accounts"
        in_clear = {
            "destination": (
                "the provider's random id of an account, searched for when "
                "the provider says something of it"
            ),
            "bank_mark": "a keyed hash, of no use without its key",
        }
        stays = {
            "destination": (
                "the approved list and its order are proved by it; the "
                "account behind it is closed at the provider"
            ),
            "bank_mark": (
                "the approved list and its order are proved by it; the "
                "account behind it is closed at the provider"
            ),
        }

    def __str__(self) -> str:
        return f"{self.pay_run} {self.instalment}"


class LeftOut(models.Model):
    """An instalment that was due and is not in the run, with the reason that staff were shown."""

    class Reason(models.TextChoices):
        NO_ACCOUNT = "new", _("We do not know yet where to send the money")
        ACTION_NEEDED = "action_needed", _("Payment details are incomplete")
        PENDING = "pending", _("The provider is checking the payment details")
        DISABLED = "disabled", _("The provider cannot pay this person")
        COOLING_OFF = "cooling_off", _("Their bank account has just changed: it is paid later")
        QUESTIONED = "questioned", _("They say that a change of their bank account was not theirs")
        SHARED = "shared", _("Somebody else is paid into the same account: two people have to look")
        HELD = "held", _("Their payments are held")
        CAME_BACK = "came_back", _("Their bank sent the last payment back: mend that first")
        ELSEWHERE = "elsewhere", _("It is in another pay run")

    pay_run = models.ForeignKey(PayRun, models.PROTECT, related_name="left_out")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pay_run", "instalment"], name="left_out_once")
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pay_run", "instalment"}
        shareable = {"reason"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.instalment}: {self.reason}"


class PayRunApproval(models.Model):
    """The second pair of eyes. The database knows the preparer, and refuses the same person."""

    pay_run = models.ForeignKey(PayRun, models.PROTECT, related_name="approvals")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pay_run", "approver"], name="one_vote_a_person"),
            models.CheckConstraint(
                condition=~Q(approver=F("prepared_by")), name="approver_is_not_the_preparer"
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pay_run", "prepared_by", "approver", "content_hash", "approved_at"}
        shareable: set[str] = set()
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.pay_run} approved"


class ApprovalThreshold(models.Model):
    """From this sum on, a pay run of the pilot takes the approval of so many people, for as long
    as it holds."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="approval_thresholds")
    from_minor = models.BigIntegerField()
    approvers = models.PositiveSmallIntegerField()
    holds_from = models.DateTimeField(null=True)
    holds_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "from_minor"],
                condition=Q(holds_until=None),
                name="one_threshold_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(from_minor__gt=0, approvers__gte=2, approvers__lte=5),
                name="threshold_asks_for_more",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot", "holds_from", "holds_until"}
        shareable = {"from_minor", "approvers"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.approvers} from {self.from_minor}"
