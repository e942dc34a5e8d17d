"""What holds for every page: nothing personal stays behind, and a refusal is a page, not a
crash."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware

from cashpilot.api import problem_document
from cashpilot.core import kept_answers
from cashpilot.core.models import KeptAnswer
from cashpilot.core.refusals import Invalid, Refused

MOST_SENT = 25_000_000
Answer = Callable[[HttpRequest], HttpResponse]


class RequestLog(RequestMiddleware):
    """A line for each request: its way and path, and no word of what was searched for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class TooLarge(Refused):
    """More was sent than anybody here has a use for; nothing of it is read."""

    code = "too-large"
    status = 413


class NothingTooLarge:
    """What says that it is too large is refused before any of it is read or kept."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if not said.isdecimal() or int(said) <= MOST_SENT:
            return self.get_response(request)
        no = TooLarge(f"At most {MOST_SENT // 1_000_000} MB can be sent at once. Split the file.")
        if request.path.startswith("/api/"):
            return problem_document(no)
        return render(request, "refused.html", {"says": str(no)}, status=no.status)


class PrivatePages:
    """Pages are never kept by a browser or a proxy: phones are shared, and Back must show
    nothing."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/static/") and "Cache-Control" not in response:
            add_never_cache_headers(response)
            patch_cache_control(response, no_store=True)
        return response


class RefusalPages:
    """A refusal that no form has caught becomes a page with its sentence."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        return render(request, "refused.html", {"says": str(error)}, status=error.status)


class ReadableText:
    """Text with a NUL in it, which no database keeps, is refused before anybody reads it.

    Bodies of the API are left to their serializers, which refuse it too: a webhook's is signed as
    it came, and may be read only once.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api/")
        asked = [request.GET] if is_api else [request.GET, request.POST]
        if "\0" not in request.path and not any(map(_has_nul, asked)):
            return self.get_response(request)
        no = Invalid(_("There is a character in this that cannot be read."))
        if is_api:
            return problem_document(no)
        return render(request, "refused.html", {"says": str(no)}, status=no.status)


class AskedOnce:
    """What staff ask of the API twice under one Idempotency-Key is done once, and answered twice
    alike."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or not _is_a_change_by_staff(request):
            return self.get_response(request)
        try:
            kept = kept_answers.take(
                user=request.user,  # type: ignore[arg-type]
                key=key,
                request_hash=_hash_of(request),
                now=timezone.now(),
            )
        except Refused as no:
            return problem_document(no)
        return self._again(kept) if kept.status else self._first(request, kept)

    def _first(self, request: HttpRequest, kept: KeptAnswer) -> HttpResponse:
        answer = self.get_response(request)
        kept_answers.keep(
            kept,
            status=answer.status_code,
            content_type=answer.headers.get("Content-Type", ""),
            body=answer.content.decode(),
        )
        return answer

    def _again(self, kept: KeptAnswer) -> HttpResponse:
        answer = HttpResponse(kept.body, status=kept.status, content_type=kept.content_type)
        answer["Idempotent-Replayed"] = "true"
        return answer


def _has_nul(said: QueryDict) -> bool:
    return any("\0" in text for name, texts in said.lists() for text in (name, *texts))


def _is_a_change_by_staff(request: HttpRequest) -> bool:
    is_asked_of_the_api = request.path.startswith("/api/v1/") and request.method == "POST"
    return is_asked_of_the_api and request.user.is_authenticated


def _hash_of(request: HttpRequest) -> str:
    if request.content_type == "multipart/form-data":
        raise Invalid(
            "A file takes no Idempotency-Key: send it without one. Nobody in it is taken in twice.",
            field="Idempotency-Key",
        )
    asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(asked).hexdigest()
