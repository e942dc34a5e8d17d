from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cashpilot.core.encrypted_fields import BlindIndexField, EncryptedTextField
from cashpilot.core.ids import new_id
from cashpilot.core.indexed import Indexed
from participants.models.pilots import Pilot, Site


class Invitation(Indexed):
    """A way in for one colleague, once, by email. Only a keyed hash of the secret is kept."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "inv"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="invitations")
    email = EncryptedTextField(max_length=254, index="email_index")
    email_index = BlindIndexField(of="email", db_index=True)
    roles = models.JSONField()
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="invitations")
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="invitation_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_is_accepted_or_revoked",
            ),
        ]

    class Privacy:
        identifying = {"email", "email_index", "secret_hash"}
        linkable = {
            "id",
            "public_id",
            "pilot",
            "site",
            "invited_by",
            "invited_at",
            "expires_at",
            "accepted_at",
            "revoked_at",
        }
        shareable = {"roles"}
        kept = "for a month"
        names = {"email"}
        in_clear = {
            "email_index": "a keyed hash, of no use without its key",
            "secret_hash": "a keyed hash, of no use without its key",
        }

    def __str__(self) -> str:
        return self.public_id


class ServiceToken(models.Model):
    """What another program may ask of one pilot, until when. Only a keyed hash of it is kept."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "svc"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="service_tokens")
    name = models.CharField(max_length=80)
    acts = models.JSONField()
    secret_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")),
                name="service_token_ends_after_it_begins",
            )
        ]

    class Privacy:
        identifying = {"secret_hash"}
        linkable = {
            "id",
            "public_id",
            "pilot",
            "name",
            "issued_by",
            "issued_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        }
        shareable = {"acts"}
        kept = "with the pilot"
        in_clear = {"secret_hash": "a keyed hash, of no use without its key"}

    def __str__(self) -> str:
        return self.public_id
