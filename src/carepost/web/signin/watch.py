"""Ends sessions: 12 hours after they began, and when nobody touched them for long (RULES E1).

Only what a person does counts: what a page asks for by itself says so (`X-Background`), and the
stream of changes is never a person. The moment is written at most once a minute.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils.deprecation import MiddlewareMixin

from carepost.ground import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = timedelta(hours=12)
SINCE = "signed_in_at"
SEEN = "seen_at"
IDLE = "idle_minutes"
ENDED = "ended"
"""The session's keys: when it began and was last touched (POSIX seconds), how long it may rest
(minutes); and, in the nameless session after it, why it ended: `idle` or `long`."""

DEFAULT_IDLE = 15  # minutes, until the practice's own are known
_WRITE_EVERY = 60  # seconds
_LATELY = 5 * 60  # seconds
_NOT_PAGES = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics")


class SessionWatch(MiddlewareMixin):
    """Stands before Django asks who the user is: an ended session has none."""

    def process_request(self, request: HttpRequest) -> None:
        """End the session if its time is over, else note that it was touched."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        if request.path.startswith(_NOT_PAGES) or SESSION_KEY not in request.session:
            return
        now = clock.now().timestamp()
        request.away = now - request.session.get(SEEN, 0)  # type: ignore[attr-defined]
        why = _why_over(request, now)
        if why:
            request.session.flush()
            request.session[ENDED] = why
        elif _by_a_person(request) and away(request) >= _WRITE_EVERY:
            request.session[SEEN] = now


def begin(request: HttpRequest) -> None:
    """A user signed in: both clocks start."""
    now = clock.now().timestamp()
    request.session[SINCE] = request.session[SEEN] = now
    request.session.pop(ENDED, None)


def began_lately(request: HttpRequest) -> bool:
    """Whether the user signed in within the last five minutes."""
    return bool(clock.now().timestamp() - request.session.get(SINCE, 0) < _LATELY)


def touch(request: HttpRequest) -> None:
    """The member asked to stay."""
    request.session[SEEN] = clock.now().timestamp()


def away(request: HttpRequest) -> float:
    """Seconds between this request and the member's last one that was noted."""
    return float(getattr(request, "away", 0.0))


def remaining(request: HttpRequest) -> float:
    """Seconds until the session ends if nobody touches it; 0 for nobody's."""
    if SESSION_KEY not in request.session:
        return 0.0
    now = clock.now().timestamp()
    idle = request.session[SEEN] + request.session.get(IDLE, DEFAULT_IDLE) * 60
    longest = request.session[SINCE] + LONGEST.total_seconds()
    return float(max(min(idle, longest) - now, 0.0))


def _why_over(request: HttpRequest, now: float) -> str:
    if now - request.session.get(SINCE, 0) >= LONGEST.total_seconds():
        return "long"
    idle = request.session.get(IDLE, DEFAULT_IDLE) * 60
    return "idle" if away(request) >= idle else ""


def _by_a_person(request: HttpRequest) -> bool:
    by_itself = (
        "X-Background" in request.headers
        or "text/event-stream" in request.headers.get("Accept", "")
        or request.path.endswith("/remaining")
    )
    return not by_itself
