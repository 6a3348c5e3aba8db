"""What a request carries: how much of it, of which sort, and whether it is JSON at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.http import UnreadablePostError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from carepost.api.problems import ProblemRaised

if TYPE_CHECKING:
    from django.http import HttpRequest

LIMIT = 1024 * 1024
IMPORT_LIMIT = 20 * 1024 * 1024
JSON = ("application/json",)


def read(request: HttpRequest, *, most: int, types: tuple[str, ...]) -> bytes:
    """The body, at most so many bytes and of these media types; empty where there is none.

    Raises a problem 413, 415, or 400 where the connection broke.
    """
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > most:
        raise _too_large(most)
    try:
        content = request.read(most + 1)
        if len(content) > most:
            raise _too_large(most)
    except (UnreadablePostError, OSError):
        raise ProblemRaised(400, "The body broke off. Send the request again.") from None
    # Django's own limit is one for all requests: given the body, it does not ask for it again.
    request._body = content
    if content and request.content_type not in types:
        raise ProblemRaised(415, f"Send Content-Type: {' or '.join(types)}.")
    return content


def parse(content: bytes) -> Any:
    """What the JSON says (`Any`: whatever it is). Raises a problem 400.

    Half surrogates, NaN and nesting beyond reason are no JSON here.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ProblemRaised(
            400, f"The body is not JSON: line {error.lineno}, column {error.colno}."
        ) from None


class JsonParser(Parser):
    """How bodies are read."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parse(request.body)


class JsonRenderer(BaseRenderer):
    """How answers are written: times with their offset and to the microsecond."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


def _too_large(most: int) -> ProblemRaised:
    return ProblemRaised(
        413, f"The body may have {most // 1024:,} KiB at most. Send less at a time."
    )
