"""Pages for what goes wrong, plain and kind. Machines get the same as an RFC 9457 problem."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.web import mishaps

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)

_FOR_MACHINES = ("/api/", "/hooks/")
_TITLES = {
    400: _("That could not be done"),
    404: _("There is nothing here"),
    403: _("That could not be done"),
    409: _("That could not be done"),
    429: _("That was tried too often"),
}


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


def refused(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """400, 404 or 409: what a member asked cannot be had; the sentence says what to do."""
    return _answer(request, status, _TITLES[status], sentence)


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
    page = render_to_string("web/error.html", {"title": gettext(title), "detail": detail})
    response = HttpResponse(page, status=status)
    response["HX-Retarget"] = "body"  # an error is a page of its own, wherever it was asked from
    return response
