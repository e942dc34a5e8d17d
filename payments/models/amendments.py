from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from payments.models.awards import Award


class Amendment(models.Model):
    """One change of what was promised, with its reason. Append-only; it never touches what was
    sent: instalments it replaces stay as cancelled, and new ones name it."""

    class Kind(models.TextChoices):
        TOP_UP = "top_up", _("A sum was added")
        CHANGED = "changed", _("Sums or dates to come were changed")
        STOPPED = "stopped", _("What was to come was stopped")
        RESTORED = "restored", _("What had been stopped came back")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "amd"), editable=False
    )
    award = models.ForeignKey(Award, models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = EncryptedTextField(max_length=200)
    difference_minor = models.BigIntegerField()
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="amendment_says_why")]

    class Privacy:
        identifying = {"reason"}
        linkable = {"id", "public_id", "award", "made_by", "made_at"}
        shareable = {"kind", "difference_minor"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.award_id} {self.kind}"


class Hold(models.Model):
    """A time in which nothing of an award is sent. What falls due meanwhile is still owed.

    The reasons are these and no others: none of them is an answer, a missed survey or a withdrawal
    from the research.
    """

    class Reason(models.TextChoices):
        ASKED_FOR = "asked_for", _("The person asked for it")
        SAFEGUARDING = "safeguarding", _("To keep the person safe")
        LIFE_EVENT = "life_event", _("Something happened in their life")
        PAYEE = "payee", _("Somebody else is to receive it for them")

    award = models.ForeignKey(Award, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=Reason)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=40)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["award"], condition=Q(lifted_at=None), name="one_open_hold_an_award"
            )
        ]

    class Privacy:
        identifying = {"reason"}
        linkable = {"id", "award", "placed_at", "placed_by", "lifted_at", "lifted_by"}
        shareable: set[str] = set()
        kept = "with the accounts"
        in_clear = {
            "reason": ("one word of a short list, which tells no name; payments are decided by it"),
        }

    def __str__(self) -> str:
        return f"{self.award_id} held"
