"""Pages for what goes wrong, plain and kind. Machines get the same as an RFC 9457 problem."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from carepost.web import mishaps

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)

_FOR_MACHINES = ("/api/", "/hooks/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _answer(
        request, 400, "That could not be understood", "Go back, check what you entered, try again."
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _answer(
        request, 403, "This is not open to you", "If it should be, ask the owner of your practice."
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _answer(
        request, 404, "There is nothing here", "Check the address, or begin at the front page."
    )


def went_wrong(request: HttpRequest) -> HttpResponse:
    """500, with a reference under which our log says where it happened, without any value."""
    number = mishaps.reference()
    error = sys.exc_info()[1]
    logger.error("reference %s: %s", number, mishaps.describe(error) if error else "unknown")
    return _answer(
        request,
        500,
        "Something went wrong on our side",
        f"It was written down as {number}. Please try again; if it stays, tell your administrator "
        "that number.",
    )


def _answer(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    if request.path.startswith(_FOR_MACHINES):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    page = render_to_string("web/error.html", {"title": title, "detail": detail})
    return HttpResponse(page, status=status)
