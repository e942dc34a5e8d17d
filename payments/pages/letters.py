"""A participation letter and a payment statement as PDF: from staff or on their own page."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET

from cashpilot.core.looks import note_looks
from cashpilot.core.models import Look
from cashpilot.core.money import in_words
from cashpilot.core.templatetags.cashpilot_words import long_date
from cashpilot.paper import Block, Heading, Table, Words, draw
from participants.models import ConsentText, Enrolment
from participants.pages.own import mine
from participants.queries import current_text, enrolment_for
from payments.queries import schedule_of, statement_of

Purpose = ConsentText.Purpose


@login_required
@require_GET
def statement(request, public_id):
    """The statement of somebody's payments, for staff to hand out."""
    return _for_staff(request, "statement", public_id)


@login_required
@require_GET
def letter(request, public_id):
    """The letter that somebody takes part, for staff to hand out."""
    return _for_staff(request, "letter", public_id)


@require_GET
def my_statement(request, public_id):
    """A person's own statement."""
    return _pdf("statement", mine(request, public_id))


@require_GET
def my_letter(request, public_id):
    """A person's own letter."""
    return _pdf("letter", mine(request, public_id))


def _for_staff(request, kind: str, public_id: str) -> HttpResponse:
    """A paper of somebody else's; that it was looked at is written down."""
    enrolment = enrolment_for(request.user, public_id, "see people")
    people, who = [enrolment.participant.public_id], request.user.public_id
    note_looks(people=people, page=Look.Page.PAPER, by=who, now=timezone.now())
    return _pdf(kind, enrolment)


def _pdf(kind: str, enrolment: Enrolment) -> HttpResponse:
    now = timezone.now()
    with override(_language_of(enrolment)):
        raw = (statement_pdf if kind == "statement" else letter_pdf)(enrolment, now)
    answer = HttpResponse(raw, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{enrolment.code}.pdf"'
    return answer


def statement_pdf(enrolment: Enrolment, now: datetime) -> bytes:
    """Everything that reached a person and went back, to the day, from the ledger alone."""
    today, currency = timezone.localdate(now), enrolment.pilot.currency
    lines = statement_of(enrolment, date.min, today)
    total = lines[-1].balance_minor if lines else 0
    rows = [
        [
            long_date(one.on),
            one.kind,
            in_words(one.amount_minor, currency),
            in_words(one.balance_minor, currency),
        ]
        for one in lines
    ]
    columns = [_("On"), _("What"), _("Amount"), _("So far")]
    blocks: list[Block] = [
        *_whose(enrolment, today),
        Heading(_("Received in all: %(sum)s") % {"sum": in_words(total, currency)}),
        Table(columns, rows, numbers=frozenset({2, 3}))
        if rows
        else Words(_("Nothing has arrived yet.")),
        *_whom_to_call(enrolment),
    ]
    return draw(
        title=_("Payment statement"), language=_language_of(enrolment), blocks=blocks, now=now
    )


def letter_pdf(enrolment: Enrolment, now: datetime) -> bytes:
    """That a person takes part, what they were promised, and what they agreed to."""
    agreed = _agreed(enrolment)
    blocks: list[Block] = [
        *_whose(enrolment, timezone.localdate(now)),
        Words(_since(enrolment)),
        Words(_promise(enrolment)),
        Words(_("This letter gives facts. It is no advice about benefits or tax.")),
        *([Heading(_("What was agreed")), Words(agreed.body, agreed.language)] if agreed else []),
        *_whom_to_call(enrolment),
    ]
    language = _language_of(enrolment)
    return draw(title=_("Participation letter"), language=language, blocks=blocks, now=now)


def _language_of(enrolment: Enrolment) -> str:
    """Theirs, if our own words are whole and reviewed in it; else English."""
    wanted = enrolment.participant.language
    return wanted if wanted in dict(settings.LANGUAGES) else "en"


def _whose(enrolment: Enrolment, today: date) -> list[Block]:
    person = enrolment.participant
    return [
        Words(person.name, person.language),
        Words(
            _("Code %(code)s. %(pilot)s. %(day)s.")
            % {"code": enrolment.code, "pilot": enrolment.pilot.name, "day": long_date(today)}
        ),
    ]


def _since(enrolment: Enrolment) -> str:
    says = (
        _("%(name)s has taken part in %(pilot)s since %(day)s.")
        if enrolment.state == Enrolment.State.ACTIVE
        else _("%(name)s joined %(pilot)s on %(day)s and no longer takes part.")
    )
    return says % {
        "name": enrolment.participant.name,
        "pilot": enrolment.pilot.name,
        "day": long_date(enrolment.enrolled_on),
    }


def _promise(enrolment: Enrolment) -> str:
    schedule = schedule_of(enrolment)
    payments = [one for one in schedule.payments if one.state != "cancelled"] if schedule else []
    if not payments:
        return _("They receive no payments from it.")
    says = ngettext(
        "They were promised %(n)d payment, %(sum)s in all, on %(last)s.",
        "They were promised %(n)d payments, %(sum)s in all, the last on %(last)s.",
        len(payments),
    ) % {
        "n": len(payments),
        "sum": in_words(sum(one.amount_minor for one in payments), payments[0].currency),
        "last": long_date(payments[-1].due_date),
    }
    return says + " " + _("Nobody has to do or answer anything to receive them.")


def _agreed(enrolment: Enrolment) -> ConsentText | None:
    pilot, language = enrolment.pilot, enrolment.participant.language
    purposes = [Purpose.CASH, Purpose.TAKE_PART] if enrolment.is_paid else [Purpose.TAKE_PART]
    texts = (current_text(pilot, purpose, language) for purpose in purposes)
    return next((text for text in texts if text), None)


def _whom_to_call(enrolment: Enrolment) -> list[Block]:
    pilot = enrolment.pilot
    said = ", ".join(one for one in (pilot.help_name, pilot.help_phone, pilot.help_hours) if one)
    return [Words(_("Questions: %(who)s.") % {"who": said})] if said else []
