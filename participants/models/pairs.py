from functools import partial

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from participants.models.people import Enrolment
from participants.models.pilots import Pilot

REASONS = {
    "same_email": _("The same email address"),
    "same_phone": _("The same phone number"),
    "same_name": _("The same name, whatever its order and marks"),
    "short_name": _("One name may be short for the other"),
    "sounds_alike": _("The names sound alike"),
    "close_name": _("The names are nearly the same"),
    "part_of_name": _("One name is part of the other"),
    "other_name": _("The names differ"),
    "rare_name": _("Nobody else here has such a name"),
    "same_birth": _("The same date of birth"),
    "swapped_birth": _("Day and month of birth may be swapped"),
    "close_birth": _("The dates of birth differ by one figure"),
    "other_birth": _("The dates of birth differ"),
}


class Pair(models.Model):
    """Two people of one pilot who may be one, and what somebody said of it.

    There is one row for two people, whichever was found first, and what was said stays: a pair
    that was looked at is never shown again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Somebody has to look")
        DIFFERENT = "different", _("Different people")
        SAME = "same", _("The same person")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "pai"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="pairs")
    first = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    second = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    kept = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    state_changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["pilot", "-score"], condition=Q(state="open"), name="pairs_open")
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_pair_of_two"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(condition=Q(score__lte=100), name="score_of_a_hundred"),
            models.CheckConstraint(
                condition=Q(state="same", kept__isnull=False)
                & (Q(kept=F("first")) | Q(kept=F("second")))
                | ~Q(state="same") & Q(kept=None),
                name="the_same_person_stays_once",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "public_id",
            "pilot",
            "first",
            "second",
            "score",
            "reasons",
            "found_at",
            "kept",
            "state_changed_at",
        }
        shareable = {"state"}
        kept = "with the person"
        not_copied = "it is about somebody else as well"

    def __str__(self) -> str:
        return self.public_id


class PairSearch(models.Model):
    """Up to which enrolment a pilot's people were held against each other, and when."""

    pilot = models.OneToOneField(Pilot, models.PROTECT, related_name="pair_search")
    through = models.BigIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    searched_at = models.DateTimeField()

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot", "through", "searched_at"}
        shareable = {"people"}
        kept = "as machinery"

    def __str__(self) -> str:
        return f"{self.pilot_id} up to {self.through}"
