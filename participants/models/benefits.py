from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.calendars import NATIONS
from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models.people import Enrolment
from participants.rules import LONGEST


@dataclass(frozen=True)
class Fact:
    """One thing to tell in a better-off conversation; `country` is empty where it holds in all."""

    key: str
    country: str
    words: str
    source: str
    noted_on: date


NOTED = date(2026, 11, 25)
OUR_RULES = _("The rules of this software")
FACTS = (
    Fact("no-duty", "", _("They may say no, or later; nobody will ask why."), OUR_RULES, NOTED),
    Fact(
        "ask-adviser",
        "",
        _("A benefits adviser can work out their own case before the first payment."),
        OUR_RULES,
        NOTED,
    ),
    Fact(
        "uc-capital",
        "GB",
        _(
            "Universal Credit: savings below £6,000 do not count; from £6,000 to £16,000 they "
            "lower it; above £16,000 it ends. A couple's savings are added together."
        ),
        _("Shelter Legal, Universal Credit and capital"),
        NOTED,
    ),
    Fact(
        "lump-sums",
        "GB",
        _("A lump sum can count as savings for as long as it is kept."),
        _("Shelter Legal, Universal Credit and capital"),
        NOTED,
    ),
    Fact(
        "food-assistance",
        "US",
        _("Food assistance may leave the cash out as income and still count what is kept of it."),
        _("Summary of the CalFresh regulations"),
        NOTED,
    ),
    Fact(
        "offices-ask",
        "US",
        _("Benefit offices may ask for a participation letter and for statements of payments."),
        _("Social Security Administration, POMS DI 60005.020"),
        NOTED,
    ),
)


def facts_for(nation: str) -> list[Fact]:
    """What is told in a pilot of this nation."""
    return [one for one in FACTS if one.country in ("", NATIONS[nation][1])]


class BetterOffTalk(models.Model):
    """One conversation about whether the cash leaves a person better off: when, with whom, which
    facts were told, and how it ended. Append-only; it decides nothing by itself."""

    class Outcome(models.TextChoices):
        GOES_AHEAD = "goes_ahead", _("They go ahead")
        WANTS_TIME = "wants_time", _("They want time to think")
        DECLINES = "declines", _("They decline the cash")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "bot"), editable=False
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="better_off_talks")
    held_on = models.DateField()
    held_with = EncryptedTextField(max_length=LONGEST["held_with"])
    outcome = models.CharField(max_length=12, choices=Outcome)
    facts_told = models.JSONField(default=list)
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(held_with=""), name="talk_says_with_whom")
        ]

    class Privacy:
        identifying = {"held_with", "outcome"}
        linkable = {
            "id",
            "public_id",
            "enrolment",
            "held_on",
            "facts_told",
            "recorded_by",
            "recorded_at",
        }
        shareable: set[str] = set()
        kept = "with the person"
        in_clear = {
            "outcome": "one word of a short list, which tells no name",
        }

    def __str__(self) -> str:
        return self.public_id


class BenefitNote(models.Model):
    """One line of a person's benefits record: a waiver, or a letter that was sent or came.
    Append-only. It never holds an amount of benefit, nor why somebody gets it."""

    class Kind(models.TextChoices):
        WAIVER = "waiver", _("A waiver: the office leaves the cash out")
        NO_WAIVER = "no_waiver", _("A waiver was refused")
        LETTER_SENT = "letter_sent", _("A letter was given or sent")
        LETTER_CAME = "letter_came", _("A letter came from the office")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "bno"), editable=False
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="benefit_notes")
    kind = models.CharField(max_length=12, choices=Kind)
    programme = EncryptedTextField(max_length=LONGEST["programme"])
    noted_on = models.DateField()
    note = EncryptedTextField(max_length=LONGEST["note"], blank=True, default="")
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(programme=""), name="benefit_note_says_which")
        ]

    class Privacy:
        identifying = {"kind", "programme", "note"}
        linkable = {"id", "public_id", "enrolment", "noted_on", "recorded_by", "recorded_at"}
        shareable: set[str] = set()
        kept = "with the person"
        in_clear = {
            "kind": "one word of a short list, which tells no name",
        }

    def __str__(self) -> str:
        return self.public_id
