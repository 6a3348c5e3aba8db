"""Problems: every answer that is not what was asked for (RFC 9457, application/problem+json)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpResponse
from ninja import Schema

MEDIA_TYPE = "application/problem+json"

WHAT_TO_DO = {
    400: "Send a body that is JSON (RFC 8259), in UTF-8.",
    401: "Send a token that is good: Authorization: Bearer cp_…",
    403: "Ask an owner of the practice for a token with the scope that this needs.",
    404: "There is no such thing in this practice. Check the address and the id.",
    405: "Use one of the methods that the Allow header names.",
    409: "Something stands against this as things are now.",
    413: "Send less at a time.",
    415: "Send Content-Type: application/json.",
    422: "Correct what `errors` names, and send it again.",
    429: "Wait as long as the Retry-After header says, then go on more slowly.",
    500: "Something broke on our side. Try again; if it stays, tell whoever runs this "
    "installation the reference.",
    503: "The database cannot be reached at the moment. Try again as Retry-After says.",
}


class Fault(Schema):
    """One thing that is wrong: where (in the body, or which parameter), and what to do."""

    pointer: str = ""
    """Into the body: a JSON Pointer (RFC 6901) as a URI fragment, "#/contact_points/0/value"."""
    parameter: str = ""
    """Of the query, or a header."""
    detail: str
    line: int | None = None
    column: int | None = None
    field: str | None = None


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
    reference: str = ""


class ProblemRaised(Exception):
    """Raised anywhere below the door to answer with a problem and undo all that was done."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        reference: str = "",
    ) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        self.reference = reference

    def response(self) -> HttpResponse:
        """The answer that tells of it."""
        return response(
            self.status,
            self.detail,
            errors=self.errors,
            headers=self.headers,
            reference=self.reference,
        )


def response(
    status: int,
    detail: str = "",
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    reference: str = "",
) -> HttpResponse:
    """A problem as an answer. Without a `detail` it says what usually helps.

    `errors` are `Fault`s as dicts (`Any`: text or numbers); they never repeat what was sent.
    """
    body: dict[str, Any] = {
        "type": "about:blank",  # RFC 9457 4.2.1: the status says all that the type would
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or WHAT_TO_DO[status],
    }
    if errors:
        body["errors"] = errors
    if reference:
        body["reference"] = reference
    return HttpResponse(
        orjson.dumps(body), status=status, content_type=MEDIA_TYPE, headers=headers or {}
    )


def pointer(*path: str | int) -> str:
    """A JSON Pointer (RFC 6901 section 6) into the body; "#" is all of it."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join(f"/{step}" for step in steps)
