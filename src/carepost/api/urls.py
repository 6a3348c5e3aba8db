"""Where the API is: its endpoints, their OpenAPI, the page that lists them, a word for the rest."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from carepost.api import docs, problems
from carepost.api.site import api

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def _nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problems.response(404, "There is no such address. See /api/v1/docs for those there are.")


def _plainly(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, with ninja's bare 405 told as a problem."""

    @wraps(view)
    def tell(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            answer = view(request, *args, **kwargs)
        except Http404:
            return _nothing_here(request)
        if isinstance(answer, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(answer["Allow"].split(", ")))
            return problems.response(405, headers={"Allow": allowed})
        return answer

    return tell


_patterns = api.urls[0]
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = _plainly(_pattern.callback)

app_name = "api"
urlpatterns: list[Any] = [
    path("docs", docs.page, name="docs"),
    *_patterns,
    path("<path:rest>", _nothing_here),
]
