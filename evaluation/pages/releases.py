"""Releases as researchers and approvers see them: ask, read the report, decide, download."""

import io

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cashpilot.core import access
from cashpilot.core.fields import add_refusal
from cashpilot.core.refusals import Refused
from evaluation.operations import releases as operations
from evaluation.queries.releases import (
    APPROVE,
    EITHER,
    REQUEST,
    pilots_with_releases,
    release_for,
    releases_of,
)
from participants.queries import pilot_for, roles_of

COLOURS = {"submitted": "yellow", "approved": "blue", "ready": "green"}


class RequestForm(forms.Form):
    purpose = forms.CharField(
        label=gettext_lazy("What the data are for"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The question you want to answer. Name nobody."),
    )


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("The reason"),
        max_length=300,
        help_text=gettext_lazy("The researcher reads this. Name nobody."),
    )


@login_required
@require_GET
def releases(request):
    """The releases of this member's pilots, with a form to ask for the next."""
    return _list(request)


@login_required
@require_POST
def request_release(request, pilot_id):
    """Ask for a release and show its report; a refusal is shown beside the form."""
    pilot = pilot_for(request.user, pilot_id, REQUEST)
    form = RequestForm(request.POST, auto_id=f"{pilot.public_id}_%s")
    if form.is_valid():
        try:
            release = operations.request_release(
                pilot=pilot,
                purpose=form.cleaned_data["purpose"],
                requester=request.user,
                **_who_and_when(request),
            )
            return redirect("release", public_id=release.public_id)
        except Refused as no:
            add_refusal(form, no)
    return _list(request, form=form, of=pilot, status=409)


@login_required
@require_GET
def release(request, public_id):
    """One release: what for, what the dry run found, and what this member can do now."""
    found = release_for(request.user, public_id, *EITHER)
    return render(request, "evaluation/release.html", _page(request, found, RejectForm()))


@login_required
@require_POST
def release_act(request, public_id, verb):
    """Approve, reject, revoke or download; a refusal comes back as its sentence."""
    if verb not in _VERBS:
        raise Http404
    acts, do = _VERBS[verb]
    found = release_for(request.user, public_id, *acts)
    try:
        return do(request, found) or redirect("release", public_id=public_id)
    except Refused as no:
        messages.error(request, str(no))
    return redirect("release", public_id=public_id)


def _approve(request, found) -> None:
    operations.approve(
        release=found,
        approver=request.user,
        digest=request.POST.get("digest", ""),
        **_who_and_when(request),
    )
    messages.success(request, _("Approved. The file is being built."))


def _reject(request, found):
    form = RejectForm(request.POST)
    if not form.is_valid():
        return render(request, "evaluation/release.html", _page(request, found, form), status=400)
    reason = form.cleaned_data["reason"]
    operations.reject(release=found, reason=reason, **_who_and_when(request))
    messages.success(request, _("Not approved. The researcher can read why."))
    return None


def _revoke(request, found) -> None:
    operations.revoke(release=found, **_who_and_when(request))
    messages.success(request, _("Called back. Its file is deleted here."))


def _download(request, found):
    data = operations.download(release=found, **_who_and_when(request))
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=f"{found.public_id}.zip")


_VERBS = {
    "approve": ((APPROVE,), _approve),
    "reject": ((APPROVE,), _reject),
    "revoke": ((APPROVE,), _revoke),
    "download": ((REQUEST,), _download),
}


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}


def _list(request, *, form=None, of=None, status=200):
    groups = [
        {
            "pilot": pilot,
            "rows": [_row(one) for one in releases_of(pilot)],
            "may_request": access.may(roles, REQUEST),
            "form": form if pilot == of else RequestForm(auto_id=f"{pilot.public_id}_%s"),
        }
        for pilot, roles in pilots_with_releases(request.user)
    ]
    page = {
        "section": "releases",
        "groups": groups,
        "columns": [_("What for"), _("Asked for on"), _("Now")],
        "form": form,
    }
    return render(request, "evaluation/releases.html", page, status=status)


def _row(one) -> list:
    return [
        {"text": one.purpose, "url": reverse("release", args=[one.public_id])},
        f"{timezone.localtime(one.requested_at):%d %b %Y}",
        {"text": one.get_state_display(), "colour": COLOURS.get(one.state, "grey")},
    ]


def _page(request, found, reject_form) -> dict:
    roles = roles_of(request.user, found.pilot)
    return {
        "section": "releases",
        "release": found,
        "colour": COLOURS.get(found.state, "grey"),
        "sentences": in_words(found.dry_run),
        "columns": [_("Column"), _("What it is"), _("How it leaves")],
        "rows": [
            [one["name"], one["description"], one.get("level", one["rule"])]
            for one in found.dry_run["columns"]
        ],
        "is_mine": found.requested_by_id == request.user.pk,
        "may_approve": access.may(roles, APPROVE),
        "may_download": access.may(roles, REQUEST),
        "manifest": _manifest_rows(found.manifest),
        "terms": found.manifest.get("terms", []),
        "form": reject_form,
    }


def _manifest_rows(manifest: dict) -> list[dict]:
    if not manifest:
        return []
    return [
        {"key": _("What it may be called"), "value": manifest["label"]},
        {"key": _("SHA-256 of the data"), "value": manifest["files"]["data.csv"]["sha256"]},
        {"key": _("Version of the pseudonym key"), "value": manifest["key_version"]},
    ]


def in_words(report: dict) -> list[str]:
    """The dry run for somebody who has to decide: how many people, how alike, what was coarsened
    and why."""
    k, needed = report["measured"], report["required"]
    sentences = [
        _("About %(people)s people are in it, all of whom agreed to research and to sharing.")
        % report,
        _("Everybody looks like at least %(k)s people, themselves included; %(needed)s are needed.")
        % {"k": k["k"], "needed": needed["k"]},
        _("Who knows a person's arm too still sees at least %(k)s alike; %(needed)s are needed.")
        % {"k": k["k_arm"], "needed": needed["k_arm"]},
    ]
    sentences += [_coarsened(one, needed["k"]) for one in report["columns"] if "level" in one]
    sentences.append(_("The arm and the scores are exact, so results can be reproduced."))
    return sentences


def _coarsened(column: dict, k: int) -> str:
    words = {"what": column["description"], "level": column["level"], "k": k}
    said = [_("%(what)s: %(level)s.")]
    if column["levels_up"]:
        said.append(_("Of all ways that leave nobody with fewer than %(k)s alike, it hides least."))
    if column["starred_percent"]:
        words["percent"] = column["starred_percent"]
        said.append(_("Hidden for %(percent)s %% of people, so that everybody has %(k)s alike."))
    return " ".join(sentence % words for sentence in said)


urlpatterns = [
    path("releases/", releases, name="releases"),
    path("releases/request/<slug:pilot_id>/", request_release, name="request_release"),
    path("releases/<slug:public_id>/", release, name="release"),
    path("releases/<slug:public_id>/<slug:verb>/", release_act, name="release_act"),
]
