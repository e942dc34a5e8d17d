"""What holds for every page: nothing personal stays behind, and a refusal is a page, not a
crash."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control

from cashpilot.core.refusals import Refused

Answer = Callable[[HttpRequest], HttpResponse]


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
