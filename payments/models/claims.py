from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models import Enrolment
from participants.rules import LONGEST
from payments.models.awards import Fund


class Claim(models.Model):
    """Money for a benefit that somebody lost because of the cash, from a fund set aside for it.

    It is no award and goes through no pay run: one person proposes, another agrees, and the
    books take it in when it was paid by hand.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        AGREED = "agreed", _("Agreed, to be paid")
        DECLINED = "declined", _("Not agreed")
        PAID = "paid", _("Paid")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "clm"), editable=False
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="claims")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="claims")
    enrolment_is_paid = models.BooleanField(default=True, db_default=True)
    programme = EncryptedTextField(max_length=LONGEST["programme"])
    amount_minor = models.BigIntegerField()
    lost_from = models.DateField()
    reason = EncryptedTextField(max_length=LONGEST["reason"])
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    reference = models.CharField(max_length=LONGEST["reference"], blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    state_changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="claim_is_positive"),
            models.CheckConstraint(
                condition=Q(enrolment_is_paid=True), name="claim_of_a_paid_enrolment"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="claim_says_why"),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by__isnull=False),
                name="claim_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="claim_takes_two_people",
            ),
        ]

    class Privacy:
        identifying = {"programme", "reason"}
        linkable = {
            "id",
            "public_id",
            "fund",
            "enrolment",
            "enrolment_is_paid",
            "lost_from",
            "proposed_by",
            "proposed_at",
            "decided_by",
            "reference",
            "state_changed_at",
        }
        shareable = {"amount_minor", "state"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return self.public_id
