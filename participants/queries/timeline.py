"""What happened to a person, as far as participants know; each part in one query."""

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cashpilot.core.audit import open_events
from cashpilot.core.happenings import Happening
from cashpilot.core.models import subject_name
from participants.models import Complaint, ComplaintStep, Consent, Enrolment, LifeEvent, Notice

Given, What = Consent.Decision.GIVEN, ComplaintStep.What
MEMBERSHIP = {
    "enrolment.active": (
        "enrolment",
        gettext_lazy("They take part"),
        gettext_lazy("You take part"),
    ),
    "enrolment.ended": (
        "enrolment",
        gettext_lazy("They no longer take part"),
        gettext_lazy("You no longer take part"),
    ),
    "participant.contact stopped": ("contact", gettext_lazy("Contact was stopped"), ""),
    "participant.contact resumed": ("contact", gettext_lazy("Contact goes on"), ""),
}
OWN_LIFE = {
    LifeEvent.Kind.MOVED: gettext_lazy("We wrote down that you have moved"),
    LifeEvent.Kind.PRISON: gettext_lazy("We wrote down that you are in prison"),
    LifeEvent.Kind.HOSPITAL: gettext_lazy("We wrote down that you are in hospital"),
    LifeEvent.Kind.APPOINTEE: gettext_lazy(
        "We wrote down that somebody else receives money for you"
    ),
    LifeEvent.Kind.LEFT_THE_CASH: gettext_lazy("We wrote down that you want no more payments"),
}
OWN_STEPS = {
    What.TAKEN_UP: gettext_lazy("A person looks into what you told us"),
    What.ANSWERED: gettext_lazy("We answered what you told us"),
    What.CLOSED: gettext_lazy("What you told us was settled"),
    What.REOPENED: gettext_lazy("What you told us is looked into again"),
}


def happenings_of(enrolment: Enrolment, told: QuerySet[Complaint]) -> Iterator[Happening]:
    """Taking part, consent, contact, life events, notes and messages, and what they `told` us, as
    far as whoever looks may know of it. Restricted notes are asked for apart."""
    yield from _membership(enrolment)
    yield from _consents(enrolment)
    yield from _contact(enrolment)
    yield from _life(enrolment)
    yield from _notes(enrolment)
    yield from _problems(told)


def restricted_happenings_of(enrolment: Enrolment) -> Iterator[Happening]:
    """Restricted notes, for whoever may safeguard people."""
    for one in enrolment.restricted_notes.all():
        yield Happening(
            "restricted", one.written_at, one.written_by, _("Restricted note"), one.body
        )


def _membership(enrolment: Enrolment) -> Iterator[Happening]:
    subjects = [subject_name(enrolment), subject_name(enrolment.participant)]
    for event in open_events().filter(subject__in=subjects, verb__in=MEMBERSHIP):
        kind, what, own = MEMBERSHIP[event.verb]
        yield Happening(kind, event.at, event.by, what, own=own)


def _consents(enrolment: Enrolment) -> Iterator[Happening]:
    for one in enrolment.consents.select_related("text"):
        about = one.text.get_purpose_display()
        said = _("Agreed: %s") if one.decision == Given else _("No longer agrees: %s")
        own = _("You agreed: %s") if one.decision == Given else _("You no longer agree: %s")
        yield Happening(
            "consent",
            one.recorded_at,
            one.recorded_by,
            said % about,
            why=str(one.get_how_display()),
            own=own % about,
        )


def _contact(enrolment: Enrolment) -> Iterator[Happening]:
    person = enrolment.participant
    own = _("How we reach you was changed")
    for one in person.safe_contacts.all():
        yield Happening(
            "contact", one.set_at, one.set_by, _("How to reach them safely was set"), own=own
        )
    for one in person.notices.exclude(state=Notice.State.CANCELLED):
        what = _("Told: %s") % one.get_kind_display()
        told = _("We told you something: it stands on your page")
        yield Happening("contact", one.made_at, "", what, str(one.get_state_display()), told)


def _life(enrolment: Enrolment) -> Iterator[Happening]:
    for one in enrolment.life_events.all():
        own = OWN_LIFE.get(LifeEvent.Kind(one.kind), "")
        what = one.get_kind_display()
        yield Happening("life", one.recorded_at, one.recorded_by, what, own=own)


def _notes(enrolment: Enrolment) -> Iterator[Happening]:
    for one in enrolment.better_off_talks.all():
        what, ended = _("Better-off conversation"), str(one.get_outcome_display())
        own = _("We talked about what the cash means for benefits")
        yield Happening("note", one.recorded_at, one.recorded_by, what, ended, own)
    for one in enrolment.benefit_notes.all():
        what, own = one.get_kind_display(), _("We noted something about a benefit")
        yield Happening("note", one.recorded_at, one.recorded_by, what, one.note, own)


def _problems(told: QuerySet[Complaint]) -> Iterator[Happening]:
    steps = Prefetch("steps", ComplaintStep.objects.order_by("pk"))
    for one in told.prefetch_related(steps):
        what = _("Told us: %s") % one.get_kind_display()
        own = _("You told us about a problem")
        yield Happening("problem", one.made_at, one.made_by, what, own=own, own_words=one.body)
        for step in one.steps.all():
            said = {"what": step.get_what_display(), "kind": one.get_kind_display()}
            what = _("%(what)s: %(kind)s") % said
            own = OWN_STEPS.get(What(step.what), "")
            yield Happening("problem", step.made_at, step.made_by, what, step.words, own)
