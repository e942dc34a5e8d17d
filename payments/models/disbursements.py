from datetime import datetime
from functools import partial

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from payments.models.awards import Instalment
from payments.models.pay_runs import PayRun


class Disbursement(models.Model):
    """One attempt to send one instalment: one transfer at the provider, however often we ask."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Getting ready")
        SUBMITTING = "submitting", _("Being sent")
        UNKNOWN = "unknown", _("Outcome not known yet")
        SUBMITTED = "submitted", _("On its way")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Not sent")
        RETURNED = "returned", _("Came back")

    class Held(models.TextChoices):
        FUNDS = "funds", _("Waiting for money at the provider")
        RECIPIENT = "recipient", _("Waiting for payment details")
        RUN_PAUSED = "run_paused", _("The pay run is paused")
        STAFF_CHECK = "staff_check", _("A person is checking")
        DESTINATION_CHANGED = "destination_changed", _("The destination has changed")
        REVIEW = "review", _("A person must decide")

    class ReturnedTo(models.TextChoices):
        RECIPIENT = "recipient", _("The person's balance at the provider")
        FUNDS = "funds", _("Our funds")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "dsb"), editable=False
    )
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="disbursements")
    pay_run = models.ForeignKey(PayRun, models.PROTECT, related_name="disbursements")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    destination = models.CharField(max_length=100)
    order_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    state_changed_at = models.DateTimeField()

    key_number = models.PositiveSmallIntegerField(default=1)
    idempotency_key = models.CharField(max_length=60, unique=True)
    request_body = models.JSONField(default=dict)
    first_sent_at = models.DateTimeField(null=True)
    claim_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    has_open_try = models.BooleanField(default=False)
    saw_server_error = models.BooleanField(default=False)

    provider_reference = models.CharField(max_length=100, unique=True, null=True)
    payout_reference = models.CharField(max_length=100, blank=True, default="")
    expected_on = models.DateField(null=True)
    bank_trace = models.CharField(max_length=100, blank=True, default="", db_default="")
    held_reason = models.CharField(max_length=20, choices=Held, blank=True, default="")
    held_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True, default="")
    reversed_minor = models.BigIntegerField(default=0, db_default=0)
    returned_to = models.CharField(max_length=10, choices=ReturnedTo, blank=True, default="")
    final_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instalment"],
                condition=~Q(state="failed") & ~Q(state="returned", returned_to="funds"),
                name="one_live_disbursement_per_instalment",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="disbursement_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(reversed_minor__gte=0, reversed_minor__lte=F("amount_minor")),
                name="no_more_is_reversed_than_was_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "paid", "returned"])
                | Q(provider_reference__isnull=False),
                name="sent_means_a_reference",
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(first_sent_at=None),
                name="queued_is_not_under_way",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(missed_at=None),
                name="here_or_missed_not_both",
            ),
            models.CheckConstraint(
                condition=Q(state="returned") | Q(returned_to=""), name="returned_says_where_to"
            ),
        ]
        indexes = [
            models.Index(
                fields=["pay_run", "id"],
                condition=Q(state="queued", held_reason=""),
                name="disbursement_to_send",
            ),
            models.Index(
                fields=["not_before"], condition=Q(state="unknown"), name="disbursement_unknown"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="submitting"), name="disbursement_leased"
            ),
        ]

    class Privacy:
        identifying = {"destination", "request_body"}
        linkable = {
            "id",
            "public_id",
            "instalment",
            "pay_run",
            "order_hash",
            "state_changed_at",
            "key_number",
            "idempotency_key",
            "first_sent_at",
            "claim_token",
            "lease_until",
            "not_before",
            "has_open_try",
            "saw_server_error",
            "provider_reference",
            "payout_reference",
            "expected_on",
            "bank_trace",
            "held_reason",
            "held_at",
            "failure",
            "returned_to",
            "final_at",
            "confirmed_at",
            "missed_at",
        }
        shareable = {"amount_minor", "reversed_minor", "currency", "state"}
        kept = "with the accounts"
        in_clear = {
            "destination": (
                "the provider's random id of an account, searched for when "
                "the provider says something of it"
            ),
            "request_body": (
                "what is sent to the provider again, byte by byte: random ids and a sum"
            ),
        }
        stays = {
            "destination": (
                "the approved list and its order are proved by it; the "
                "account behind it is closed at the provider"
            ),
        }

    def __str__(self) -> str:
        return f"{self.public_id} ({self.state})"

    @property
    def standing_minor(self) -> int:
        """What of it was not taken back, in minor units."""
        return self.amount_minor - self.reversed_minor


class SendAttempt(models.Model):
    """One line of the diary of a disbursement's sending; the database keeps it append-only."""

    class Kind(models.TextChoices):
        INTENT = "intent", _("About to ask")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined, nothing was executed")
        NOT_NOW = "not_now", _("Not now, nothing was executed")
        UNKNOWN = "unknown", _("The answer did not arrive")
        FENCED = "fenced", _("The answer came after the lease")
        FOUND = "found", _("Found at the provider")
        ABSENT = "absent", _("Not found at the provider")

    disbursement = models.ForeignKey(Disbursement, models.PROTECT, related_name="attempts")
    kind = models.CharField(max_length=10, choices=Kind)
    idempotency_key = models.CharField(max_length=60)
    order_hash = models.CharField(max_length=64)
    detail = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "disbursement", "idempotency_key", "order_hash", "detail", "at"}
        shareable = {"kind"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.disbursement_id} {self.kind}"

    @classmethod
    def about(
        cls, disbursement: Disbursement, kind: str, detail: str = "", *, at: datetime
    ) -> "SendAttempt":
        """A line under the disbursement's key of the moment, not yet saved."""
        return cls(
            disbursement=disbursement,
            kind=kind,
            idempotency_key=disbursement.idempotency_key,
            order_hash=disbursement.order_hash,
            detail=detail[:200],
            at=at,
        )
