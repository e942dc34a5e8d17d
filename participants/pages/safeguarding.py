"""Restricted notes, as safeguarding leads read and write them."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.operations.safeguarding import write_restricted_note
from participants.pages.forms import at_most
from participants.queries import enrolment_for
from participants.queries.safeguarding import restricted_note_for, restricted_notes_of


class RestrictedNoteForm(forms.Form):
    """One note; where it corrects another, which."""

    body = forms.CharField(
        label=gettext_lazy("The note"),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        **at_most("body"),
    )
    corrects = forms.ChoiceField(label=gettext_lazy("It corrects"), required=False)

    def __init__(self, *args, notes, **kwargs):
        super().__init__(*args, **kwargs)
        earlier = [(one.public_id, f"{one.written_at:%Y-%m-%d %H:%M}") for one in notes]
        self.fields["corrects"].choices = [("", _("No earlier note")), *earlier]


@login_required
@require_http_methods(["GET", "POST"])
def restricted_notes(request, public_id):
    """What leads wrote of a person so far, and a form for the next note."""
    enrolment = enrolment_for(request.user, public_id, "safeguard people")
    notes = restricted_notes_of(enrolment)
    form = RestrictedNoteForm(request.POST or None, notes=notes)
    if request.method == "POST" and form.is_valid():
        try:
            _write(request, enrolment, **form.cleaned_data)
            messages.success(request, _("Written down. Only safeguarding leads can read it."))
            return redirect("restricted_notes", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "notes": notes,
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "participants/restricted_notes.html", page, status=status)


def _write(request, enrolment, *, body: str, corrects: str) -> None:
    write_restricted_note(
        enrolment=enrolment,
        body=body,
        corrects=restricted_note_for(enrolment, corrects) if corrects else None,
        by=request.user.public_id,
        now=timezone.now(),
    )
