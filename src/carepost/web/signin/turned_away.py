"""Who tried too often, and whose form is no longer good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carepost.web import errors

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def too_often(request: HttpRequest) -> HttpResponse:
    """429, for allauth's limits."""
    return errors.refused(
        request, 429, _("That was tried too often. Wait five minutes, then try again.")
    )


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form whose guard against forgery is missing or old."""
    return errors.refused(
        request, 403, _("This page was open for too long. Go back, load it again, then try again.")
    )
