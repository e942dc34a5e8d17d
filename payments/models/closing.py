from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q

from cashpilot.core.ids import new_id
from participants.models import Pilot


class AccountToClose(models.Model):
    """An account at the provider whose person was erased here: somebody has to close it there.

    It leads to nobody of ours. Once it is closed, not even its id is kept.
    """

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "atc"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    account = models.CharField(max_length=100, blank=True, default="")
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) & ~Q(account="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, account=""),
                name="a_closed_account_is_forgotten",
            )
        ]

    class Privacy:
        identifying = {"account"}
        linkable = {"id", "public_id", "pilot", "asked_at", "closed_at", "closed_by"}
        shareable: set[str] = set()
        kept = "with the pilot"
        in_clear = {"account": "the provider's random id of an account, until it is closed there"}

    def __str__(self) -> str:
        return self.public_id
