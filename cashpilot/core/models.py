"""Who signs in, who did what, and whether the clockwork is alive."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id


class StaffManager(UserManager):
    """Makes users who are known by their email address."""

    def create_user(self, email: str, password: str | None = None, **fields):  # type: ignore[override]
        return self._create_user(email, email, password, **fields)  # type: ignore[attr-defined]

    def create_superuser(self, email: str, password: str | None = None, **fields):  # type: ignore[override]
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Someone who works with cashpilot: pilot staff or a researcher. Participants are not users."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "usr"), editable=False
    )
    email = models.EmailField(unique=True)
    may_set_up_pilots = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[StaffManager] = StaffManager()  # type: ignore[misc]

    class Privacy:
        identifying = {"username", "email", "first_name", "last_name", "password"}
        linkable = {"id", "public_id", "last_login", "date_joined"}
        shareable = {"is_active", "is_staff", "is_superuser", "may_set_up_pilots"}
        kept = "with the account"
        in_clear = {
            "username": "for signing in; staff are no participants",
            "email": "for signing in; staff are no participants",
            "first_name": "for signing in; staff are no participants",
            "last_name": "for signing in; staff are no participants",
            "password": "a slow hash",
        }

    def __str__(self) -> str:
        return self.get_full_name() or self.public_id


class AuditEvent(models.Model):
    """Who did what to which record, when. Written in the same transaction as the deed.

    The database refuses to change or delete a row; `core.audit` chains the rows by hash.
    """

    subject = models.CharField(max_length=100)
    verb = models.CharField(max_length=60)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="audit_by_subject")]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "subject", "by", "detail", "at"}
        shareable = {"verb"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by} {self.verb} {self.subject}"

    @classmethod
    def record(cls, subject: Any, verb: str, *, at: datetime, by: str, **detail: Any):
        """Write down one deed; `subject` is a record with a `public_id`."""
        event = cls.about(subject, verb, at=at, by=by, **detail)
        event.save(force_insert=True)
        return event

    @classmethod
    def about(cls, subject: Any, verb: str, *, at: datetime, by: str, **detail: Any) -> Self:
        """The line of one deed, for whoever writes many different ones in one statement."""
        return cls(subject=subject_name(subject), verb=verb, at=at, by=by, detail=detail)

    @classmethod
    def record_each(
        cls, subjects: Iterable[Any], verb: str, *, at: datetime, by: str, **detail: Any
    ) -> None:
        """Write down the same deed done to many records, in one statement."""
        events = (AuditEvent.about(one, verb, at=at, by=by, **detail) for one in subjects)
        AuditEvent.objects.bulk_create(events)

    def digest(self) -> str:
        """A hash over everything the row says."""
        said = [self.subject, self.verb, self.by, self.at.isoformat(), self.detail]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def subject_name(record: Any) -> str:
    """How the audit names a record: no foreign key, so that erasure leaves the line standing."""
    return f"{record._meta.label_lower}:{record.public_id}"


class AuditSeal(models.Model):
    """The place of one audit event in the chain; written soon after it, by one sealer at a time."""

    position = models.BigIntegerField(unique=True)
    event_id = models.BigIntegerField(unique=True)
    chain = models.CharField(max_length=64)

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "position", "event_id", "chain"}
        shareable: set[str] = set()
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.position} {self.chain[:12]}"


class Heartbeat(models.Model):
    """When a loop last turned; the watchdog reads this, never the broker."""

    name = models.CharField(max_length=40, unique=True)
    beat_at = models.DateTimeField()

    class Privacy:
        identifying: set[str] = set()
        linkable: set[str] = set()
        shareable = {"id", "name", "beat_at"}
        kept = "as machinery"

    def __str__(self) -> str:
        return f"{self.name} {self.beat_at:%Y-%m-%d %H:%M:%S}"


class KeptAnswer(models.Model):
    """What one user asked of the API under one key, and the answer, kept for a day.

    Without a status there is no answer yet: it is under way, or nobody knows what became of it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True, default="")
    body = EncryptedTextField(blank=True, default="")
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_key"),
        ]

    class Privacy:
        identifying = {"body"}
        linkable = {"id", "user", "key", "request_hash", "asked_at"}
        shareable = {"status", "content_type"}
        kept = "for a day"

    def __str__(self) -> str:
        return f"{self.key} {self.status or 'no answer yet'}"


class Look(models.Model):
    """That a member of staff looked at what names one person: who, when, on which page.

    Append-only. `person` is a participant's public id, so that the line outlives an erasure.
    """

    class Page(models.TextChoices):
        PERSON = "person", _("The page of one person")
        PEOPLE = "people", _("A list of people")
        PAPER = "paper", _("A letter or statement")
        COPY = "copy", _("A copy of everything")
        ERASURE = "erasure", _("What would be erased")

    person = models.CharField(max_length=30)
    page = models.CharField(max_length=10, choices=Page)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="looks_by_person")]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "person", "by", "at"}
        shareable = {"page"}
        points = [("person", "participants.Participant.public_id")]
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by} {self.page} {self.person}"
