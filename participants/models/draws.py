from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_code, new_id
from participants.models.consent import Consent
from participants.models.people import Participant
from participants.models.pilots import Arm, Pilot, Site
from participants.rules import LONGEST
from participants.rules.assignment import ARM, NOT_IN_STUDY, WAITING
from participants.rules.design import Design, read_design


class Draw(models.Model):
    """One lottery of one pilot: its design, and a commitment to a seed that nobody can read before
    it is held. A pilot has one at most that was not withdrawn."""

    class State(models.TextChoices):
        COMMITTED = "committed", _("Committed, not held yet")
        HELD = "held", _("Held")
        WITHDRAWN = "withdrawn", _("Withdrawn before anybody was on the list")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "drw"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="draws")
    design = models.JSONField()
    commitment = models.CharField(max_length=64)
    sealed_seed = models.CharField(max_length=64)
    committed_by = models.CharField(max_length=60)
    committed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    state_changed_at = models.DateTimeField()
    seed = models.CharField(max_length=64, blank=True, default="")
    roster_digest = models.CharField(max_length=64, blank=True, default="")
    outcomes_digest = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=LONGEST["reason"], blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"], condition=~Q(state="withdrawn"), name="one_draw_a_pilot"
            ),
            models.CheckConstraint(
                condition=Q(state="held") ^ Q(seed=""), name="the_seed_is_open_once_it_was_held"
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(reason=""), name="withdrawn_for_a_reason"
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "pilot", "sealed_seed", "committed_by", "committed_at"}
        linkable |= {"state_changed_at", "seed", "roster_digest", "outcomes_digest", "reason"}
        shareable = {"design", "commitment", "state"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return self.public_id

    @property
    def plan(self) -> Design:
        return read_design(self.design)


class Entrant(models.Model):
    """A person on the list of a draw; after it the list stays as it was."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "ent"), editable=False
    )
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="entrants")
    participant = models.OneToOneField(Participant, models.PROTECT, related_name="entrant")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="entrants")
    code = models.CharField(max_length=LONGEST["code"], default=new_code)
    group = models.JSONField(default=dict)
    consent_date = models.DateField()
    how = models.CharField(max_length=10, choices=Consent.How)
    read_by = EncryptedTextField(max_length=LONGEST["read_by"], blank=True, default="")
    entered_by = models.CharField(max_length=60)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "code"], name="one_entrant_a_code"),
            models.CheckConstraint(
                condition=~Q(how="read-aloud") | ~Q(read_by=""),
                name="entrant_read_aloud_by_somebody",
            ),
        ]

    class Privacy:
        identifying = {"read_by"}
        linkable = {"id", "public_id", "draw", "participant", "site", "code", "group"}
        linkable |= {"consent_date", "entered_by", "entered_at"}
        shareable = {"how"}
        kept = "with the person"

    def __str__(self) -> str:
        return self.public_id


class Allotment(models.Model):
    """What the lot gave one entrant: one line of the list by which people count in the study,
    whatever happens to them later. Append-only; written when the draw is held, and never again."""

    class Kind(models.TextChoices):
        ARM = ARM, _("In an arm")
        WAITING = WAITING, _("On the waiting list")
        NOT_IN_STUDY = NOT_IN_STUDY, _("Not in the study")

    entrant = models.OneToOneField(Entrant, models.PROTECT, related_name="allotment")
    kind = models.CharField(max_length=15, choices=Kind)
    arm = models.ForeignKey(Arm, models.PROTECT, related_name="allotments", null=True)
    position = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="arm", arm__isnull=False, position=None)
                | Q(kind="waiting", arm=None, position__gte=1)
                | Q(kind="not_in_study", arm=None, position=None),
                name="allotment_is_one_of_three",
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "entrant", "position"}
        shareable = {"kind", "arm"}
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.entrant} {self.kind}"
