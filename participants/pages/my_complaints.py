"""Problems and complaints on a person's own page: theirs to make, to settle and to reopen."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from participants.models import Complaint
from participants.operations import complaints
from participants.pages.complaints import WhoForm
from participants.pages.forms import at_most
from participants.pages.own import frame, mine
from participants.queries.complaints import LOOK, answer_of, own_complaint, own_complaints
from participants.queries.staff import staff_who_may

Kind, State = Complaint.Kind, Complaint.State
MY_WORDS = {
    State.OPEN: gettext_lazy("We have it"),
    State.LOOKED_AT: gettext_lazy("A person is looking into it"),
    State.ANSWERED: gettext_lazy("We have answered"),
    State.CLOSED: gettext_lazy("Settled"),
    State.REOPENED: gettext_lazy("We are looking into it again"),
}


class MyComplaintForm(WhoForm):
    """What somebody wants to tell us."""

    who = "about"
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[
            (Kind.PAYMENT, gettext_lazy("A payment")),
            (Kind.STAFF, gettext_lazy("How somebody treated me")),
            (Kind.INFORMATION, gettext_lazy("What you know or say about me")),
            (Kind.OTHER, gettext_lazy("Something else")),
        ],
        widget=forms.RadioSelect,
    )
    about = forms.ChoiceField(
        label=gettext_lazy("Is it about somebody who works here?"),
        required=False,
        help_text=gettext_lazy("They will not see it. Somebody else will answer you."),
    )
    body = forms.CharField(
        label=gettext_lazy("Tell us in your own words"),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        **at_most("body"),
    )

    def __init__(self, *args, is_paid: bool, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"].choices
        self.fields["kind"].choices = [one for one in kinds if is_paid or one[0] != Kind.PAYMENT]


@require_http_methods(["GET", "POST"])
def my_problems(request, public_id):
    """What a person told us, what we answered, and a form to tell us more."""
    enrolment = mine(request, public_id)
    staff = staff_who_may(enrolment.pilot, LOOK)
    form = MyComplaintForm(request.POST or None, staff=staff, is_paid=enrolment.is_paid)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"about": form.chosen(), "how": Complaint.How.OWN_PAGE}
        try:
            complaints.make_complaint(
                enrolment=enrolment, by="participant", now=timezone.now(), **said
            )
            messages.success(request, _("Thank you for telling us. Your payments stay the same."))
            return redirect("my_problems", public_id=public_id)
        except Refused as no:
            add_refusal(form, no)
    page = {
        "enrolment": enrolment,
        "told": [_shown(one) for one in own_complaints(enrolment)],
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(
        request, "participants/my_problems.html", frame(enrolment.pilot) | page, status=status
    )


@require_POST
def settle(request, public_id, complaint_id):
    """The person says that it is settled, or that it is not."""
    complaint = own_complaint(mine(request, public_id), complaint_id)
    who = {"by": "participant", "now": timezone.now()}
    try:
        if request.POST.get("says") == "settled":
            complaints.close(complaint=complaint, **who)
        else:
            words = request.POST.get("words") or _("It is not settled.")
            complaints.reopen(complaint=complaint, words=words, **who)
        messages.success(request, _("Thank you. We have written it down."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("my_problems", public_id=public_id)


def _shown(one: Complaint) -> dict:
    answer = answer_of(one)
    return {
        "public_id": one.public_id,
        "told_at": one.made_at,
        "body": one.body,
        "state": one.state,
        "words": MY_WORDS[State(one.state)],
        "due_on": one.due_on if one.waits_for_staff else None,
        "answer": answer.words if answer and not one.waits_for_staff else "",
    }
