"""How the API reads: refusals as problem documents (RFC 9457), who is asking, pages of lists."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from cashpilot.core.refusals import NotFound, Refused

PROBLEM = "application/problem+json"


class Problem(serializers.Serializer):
    """What a refusal looks like; `title` is a sentence that a person can act on."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    errors = serializers.ListField(required=False)


def unknown_address(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Under /api/ an address that does not exist is said so as everything else is."""
    return problem_document(
        NotFound("There is no such address in this API; all end in a slash. See /api/docs/.")
    )


class StaffSessionScheme(OpenApiAuthenticationExtension):
    target_class = "cashpilot.authentication.StaffSession"
    name = "staffSession"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what went wrong into a problem document; what nobody foresaw stays a crash."""
    if isinstance(error, Http404):
        error = NotFound("There is nothing here, or it is not yours to see.")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, Refused):
        return _problem(error.code, str(error), error.status, errors=_errors_of(error))
    answer = exception_handler(error, context)
    if answer is None:
        return None
    is_in_fields = isinstance(error, exceptions.ValidationError)
    said = "Something in what was sent is not right" if is_in_fields else str(error)
    code = getattr(error, "default_code", "refused")
    problem = _problem(
        code, f"{said.rstrip('.')}.", answer.status_code, errors=_validation_errors(error)
    )
    for name, value in answer.headers.items():
        if name != "Content-Type":
            problem[name] = value
    return problem


def problem_document(error: Refused) -> JsonResponse:
    """The same document, for a refusal that comes before any endpoint."""
    document = _problem(error.code, str(error), error.status, errors=_errors_of(error)).data
    return JsonResponse(document, status=error.status, content_type=PROBLEM)


def _problem(code: str, title: str, status: int, *, errors: list[dict]) -> Response:
    body: dict[str, Any] = {"type": code, "title": title, "status": status}
    if errors:
        body["errors"] = errors
    return Response(body, status=status, content_type=PROBLEM)


def _errors_of(refusal: Refused) -> list[dict]:
    problems = getattr(refusal, "problems", [])
    if problems:
        return [{"row": p.row, "column": p.column, "says": p.says} for p in problems]
    field = getattr(refusal, "field", "")
    return [{"field": field, "says": str(refusal)}] if field else []


def _validation_errors(error: Exception) -> list[dict]:
    detail = getattr(error, "detail", None)
    if not isinstance(error, exceptions.ValidationError) or not isinstance(detail, dict):
        return []
    return [
        {"field": field, "says": sayable(says)}
        for field, many in detail.items()
        for says in (many if isinstance(many, list) else [many])
    ]


def sayable(text: object) -> str:
    """Text that can be sent: a broken character in what was asked is shown, not repeated."""
    return str(text).encode("utf-8", "backslashreplace").decode()
