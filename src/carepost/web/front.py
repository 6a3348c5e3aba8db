"""The front page: what runs here, and where to go on. The staff's pages will take its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from carepost.ground import clock
from carepost.web import readiness

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Says whether all is well. Shows nothing of any practice: nobody has signed in."""
    page = render_to_string(
        "web/front.html",
        {
            "state": readiness.look(clock.now()),
            "test_phones": getattr(settings, "CAREPOST_TEST_PHONES", ""),
        },
    )
    return HttpResponse(page)
