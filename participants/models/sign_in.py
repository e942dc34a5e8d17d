from functools import partial

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from participants.models.people import Participant


class SignInToken(models.Model):
    """A way in for one participant, once. Only a keyed hash of the secret is kept."""

    class Kind(models.TextChoices):
        LINK = "link", _("A link in a message")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "sgn"), editable=False
    )
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="sign_in_tokens")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LINK)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_ends_after_it_begins"
            )
        ]

    class Privacy:
        identifying = {"secret_hash"}
        linkable = {
            "id",
            "public_id",
            "participant",
            "created_by",
            "created_at",
            "expires_at",
            "used_at",
            "revoked_at",
        }
        shareable = {"kind"}
        kept = "for a month"
        in_clear = {
            "secret_hash": "a keyed hash, of no use without its key",
        }

    def __str__(self) -> str:
        return self.public_id
