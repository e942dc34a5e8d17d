from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models.people import Enrolment, Participant
from participants.models.pilots import Pilot


class Notice(models.Model):
    """One short message to one participant: shown on their page, and sent where there is an
    address. It names neither the pilot nor a sum, because others may read over their shoulder."""

    class Kind(models.TextChoices):
        BANK_CHANGED = "bank_changed", _("Their bank account changed")
        DETAILS_NEEDED = "details_needed", _("Details are missing")
        CAME_BACK = "came_back", _("A payment came back")
        LEFT_CASH = "left_cash", _("They left the cash")
        ANSWERED = "answered", _("A complaint was answered")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("May have been sent")
        SHOWN = "shown", _("On their page only")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "ntc"), editable=False
    )
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind)
    address = EncryptedTextField(max_length=254, blank=True, default="")
    made_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State)
    state_changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="notices_waiting")
        ]

    class Privacy:
        identifying = {"address"}
        linkable = {
            "id",
            "public_id",
            "participant",
            "made_at",
            "wait_until",
            "state_changed_at",
        }
        shareable = {"kind", "state"}
        kept = "half a year"
        names = {"address"}

    def __str__(self) -> str:
        return f"{self.public_id} ({self.kind})"


NOTICE_WORDS = {
    Notice.Kind.BANK_CHANGED: _(
        "Your bank account was changed. If it was not you, please tell us on your page."
    ),
    Notice.Kind.DETAILS_NEEDED: _("We need something from you. Please look at your page."),
    Notice.Kind.LEFT_CASH: _(
        "We wrote down that you want no more payments. If it was not you, please call us."
    ),
    Notice.Kind.ANSWERED: _("We answered what you told us. Please look at your page."),
    Notice.Kind.CAME_BACK: _(
        "Something came back to us. It is still yours. Please look at your page."
    ),
}


class LifeEvent(models.Model):
    """Something that happened in somebody's life and may matter for their payments. Append-only;
    one recorded by mistake is corrected by another row, by another person."""

    class Kind(models.TextChoices):
        DEATH = "death", _("They have died")
        MOVED = "moved", _("They have moved")
        PRISON = "prison", _("They are in prison")
        HOSPITAL = "hospital", _("They are in hospital")
        APPOINTEE = "appointee", _("Somebody else receives money for them")
        LEFT_THE_CASH = "left_the_cash", _("They do not want the payments any more")
        CORRECTION = "correction", _("An event was recorded by mistake")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "lif"), editable=False
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="life_events")
    kind = models.CharField(max_length=15, choices=Kind)
    happened_on = models.DateField()
    effect = models.CharField(max_length=10)
    corrects = models.OneToOneField("self", models.PROTECT, related_name="corrected_by", null=True)
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Privacy:
        identifying = {"kind", "happened_on"}
        linkable = {
            "id",
            "public_id",
            "enrolment",
            "effect",
            "corrects",
            "recorded_by",
            "recorded_at",
        }
        shareable: set[str] = set()
        kept = "with the person"
        in_clear = {
            "kind": ("one word of a short list, which tells no name; payments are decided by it"),
            "happened_on": "a date beside that word",
        }

    def __str__(self) -> str:
        return self.public_id


class LifeEventPolicy(models.Model):
    """What one pilot does to payments when such a thing happens; without a row, the usual."""

    class Effect(models.TextChoices):
        CONTINUE = "continue", _("Payments go on as they are")
        HOLD = "hold", _("Payments wait; nothing is lost")
        STOP = "stop", _("Payments that are not sent are cancelled")

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="life_event_policies")
    kind = models.CharField(max_length=15, choices=LifeEvent.Kind)
    effect = models.CharField(max_length=10, choices=Effect)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "kind"], name="one_policy_a_kind"),
            models.CheckConstraint(
                condition=~Q(kind="death") | Q(effect="stop"), name="death_stops_payments"
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot"}
        shareable = {"kind", "effect"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.kind}: {self.effect}"
