"""How long the session still lasts, for the page's own clock; and "stay signed in"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_GET, require_POST

from carepost.web.signin import watch

if TYPE_CHECKING:
    from django.http import HttpRequest

WARN = 60
"""Seconds before the end at which the page asks."""


@require_GET
def remaining(request: HttpRequest) -> JsonResponse:
    """Seconds left; asking is no sign of life."""
    return JsonResponse(_answer(request))


@require_POST
def stay(request: HttpRequest) -> JsonResponse:
    """A sign of life. For a session that is over it does nothing: seconds are 0."""
    if SESSION_KEY in request.session:
        watch.touch(request)
    return JsonResponse(_answer(request))


def _answer(request: HttpRequest) -> dict[str, object]:
    answer = told(request)
    return answer | {"token": get_token(request)} if "who" in answer else answer


def told(request: HttpRequest) -> dict[str, object]:
    """What a page's own clock begins with: seconds left, when it warns, and whose drafts it keeps
    (`who`, of nobody's session left out)."""
    left = watch.remaining(request)
    answer: dict[str, object] = {"seconds": round(left), "warn": WARN}
    if left:
        # Drafts are kept under a name that tells nothing, and given back to the same person alone.
        user = str(request.session[SESSION_KEY])
        answer["who"] = salted_hmac("drafts", user, secret=settings.SECRET_KEY).hexdigest()[:32]
    return answer
