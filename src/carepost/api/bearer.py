"""Who asks: the token in `Authorization: Bearer` (RFC 6750)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ninja.security import HttpBearer

from carepost.api.problems import ProblemRaised
from carepost.practice import tokens

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

LONGEST = 200  # characters; a token of ours has 46


class BearerAuth(HttpBearer):
    """What the OpenAPI tells of the token. The door has asked for it already."""

    def authenticate(self, request: HttpRequest, token: str) -> bool:
        return hasattr(request, "call")


def recognise(request: HttpRequest, now: datetime) -> tokens.Bearer:
    """Whoever holds the request's token. Raises a problem 401 for none, or one that is not good."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _refused("This needs a token. Send it as: Authorization: Bearer cp_…")
    bearer = None
    if len(token) <= LONGEST and token.isascii():
        bearer = tokens.recognise(token, now)
    if bearer is None:
        raise _refused("This token is unknown, revoked or expired. Ask an owner for a new one.")
    return bearer


def _refused(detail: str) -> ProblemRaised:
    return ProblemRaised(401, detail, headers={"WWW-Authenticate": 'Bearer realm="carepost"'})
