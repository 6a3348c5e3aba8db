"""The components on one page, for whoever builds a page. Shown where Django's DEBUG is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import render

from carepost.web import words
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from django.http import HttpResponse


@page("")
def design(request: StaffRequest) -> HttpResponse:
    """The page. Raises Http404 in an installation that serves a practice."""
    if not settings.DEBUG:
        raise Http404
    shown = {"statuses": words.STATUSES, "visits": words.VISITS, "channels": words.CHANNELS}
    return render(request, "web/design/design.html", shown)
