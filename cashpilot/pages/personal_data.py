"""A person's data as such: who looked, a copy of everything, and taking it all out."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cashpilot import personal_data
from cashpilot.core import erasure
from cashpilot.core.encrypted_fields import BlindIndexField
from cashpilot.core.fields import add_refusal
from cashpilot.core.looks import looks_at, note_looks
from cashpilot.core.models import Look
from cashpilot.core.refusals import Refused
from participants.models import Enrolment, Participant
from participants.pages.own import frame, mine
from participants.queries import enrolment_for, names_of_staff, whole_person_for
from payments.operations.closing import note_closed
from payments.queries import account_to_close_for

NEWEST = 100


class EraseForm(forms.Form):
    """Typing the code shows that this person is meant."""

    code = forms.CharField(label=gettext_lazy("Their code"), max_length=20)

    def __init__(self, *args, enrolment: Enrolment, **kwargs):
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment

    def clean_code(self) -> str:
        if self.cleaned_data["code"].strip().casefold() != self.enrolment.code.casefold():
            raise forms.ValidationError(_("This is not their code. It stands on their page."))
        return self.cleaned_data["code"]


@login_required
@require_GET
def looks(request, public_id):
    """Who has looked at a person, and the ways to a copy and to an erasure."""
    enrolment = enrolment_for(request.user, public_id, "copy personal data")
    page = _of(enrolment) | {"looks": _looks(enrolment.participant)}
    return render(request, "personal_data.html", page)


@login_required
@require_POST
def copy(request, public_id):
    """Everything about a person as one ZIP, for staff to hand over."""
    enrolment = whole_person_for(request.user, public_id, "copy personal data")
    _note(request, enrolment.participant, Look.Page.COPY)
    return _zip(enrolment, request.user.public_id)


@login_required
@require_http_methods(["GET", "POST"])
def erase(request, public_id):
    """What an erasure takes out and leaves, and why; typing the code and pressing does it."""
    enrolment = whole_person_for(request.user, public_id, "erase people")
    form = EraseForm(request.POST or None, enrolment=enrolment)
    if request.method == "POST" and form.is_valid():
        try:
            who = {"by": request.user.public_id, "now": timezone.now()}
            personal_data.erase(participant=enrolment.participant, **who)
            messages.success(request, _("Erased. See below what is left to do at the provider."))
            return redirect("to_do")
        except Refused as no:
            add_refusal(form, no)
    _note(request, enrolment.participant, Look.Page.ERASURE)
    shares = erasure.preview(enrolment.participant)
    page = _of(enrolment) | {
        "form": form,
        "shares": [_share(one) for one in shares if one.goes or one.stays],
        "untouched": [_plural(one.model) for one in shares if not (one.goes or one.stays)],
        "reasons": personal_data.why_not(enrolment.participant, timezone.now()),
    }
    return render(request, "erase.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def closed(request, public_id):
    """Somebody closed an erased person's account at the provider."""
    account = account_to_close_for(request.user, public_id, "erase people")
    try:
        who = {"by": request.user.public_id, "now": timezone.now()}
        note_closed(account=account, closer=request.user, **who)
        messages.success(request, _("Written down. Its number is forgotten here as well."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("to_do")


@require_GET
def my_data(request, public_id):
    """Who has looked at somebody's own details, and a copy to take away."""
    enrolment = mine(request, public_id)
    page = {"enrolment": enrolment, "looks": _looks(enrolment.participant)}
    return render(request, "my_data.html", frame(enrolment.pilot) | page)


@require_POST
def my_copy(request, public_id):
    """Everything about themselves as one ZIP."""
    return _zip(mine(request, public_id), "participant")


def _of(enrolment: Enrolment) -> dict:
    return {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
    }


def _looks(participant: Participant) -> list[dict]:
    rows = list(looks_at(participant.public_id)[:NEWEST])
    names = names_of_staff({one.by for one in rows})
    return [
        {"at": one.at, "page": one.get_page_display(), "who": names.get(one.by, _("Staff"))}
        for one in rows
    ]


def _share(one: erasure.Share) -> dict:
    columns = {
        field.name: str(field.verbose_name)
        for field in one.model._meta.fields
        if not isinstance(field, BlindIndexField)
    }
    stays: dict[str, list[str]] = {}
    for name, why in one.stays.items():
        stays.setdefault(why, []).append(columns[name])
    return {
        "what": _plural(one.model).capitalize(),
        "rows": one.rows,
        "goes": ", ".join(columns[name] for name in one.goes if name in columns),
        "stays": {", ".join(names): why for why, names in stays.items()},
        "is_deleted": one.is_deleted,
    }


def _plural(model) -> str:
    return str(model._meta.verbose_name_plural)


def _note(request, participant: Participant, page: str) -> None:
    who = {"by": request.user.public_id, "now": timezone.now()}
    note_looks(people=[participant.public_id], page=page, **who)


def _zip(enrolment: Enrolment, by: str) -> HttpResponse:
    raw = personal_data.copy_for(participant=enrolment.participant, by=by, now=timezone.now())
    answer = HttpResponse(raw, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="everything-{enrolment.code}.zip"'
    return answer
