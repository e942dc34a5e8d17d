from functools import partial

from django.db import models
from django.db.models import Q

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models.people import Enrolment
from participants.rules import LONGEST


class RestrictedNote(models.Model):
    """What only safeguarding leads may know of a person. Append-only: one that is wrong is
    corrected by another. It decides nothing, and no payment knows of it."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "rno"), editable=False
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="restricted_notes")
    body = EncryptedTextField(max_length=LONGEST["body"])
    corrects = models.ForeignKey("self", models.PROTECT, related_name="corrections", null=True)
    written_by = models.CharField(max_length=40)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="restricted_note_has_words"),
            models.UniqueConstraint(fields=["id", "enrolment"], name="restricted_note_of_whom"),
        ]

    class Privacy:
        identifying = {"body"}
        linkable = {"id", "public_id", "enrolment", "corrects", "written_by", "written_at"}
        shareable: set[str] = set()
        kept = "with the person"
        not_copied = "safeguarding leads alone may read it; ask them for what concerns you"

    def __str__(self) -> str:
        return self.public_id
