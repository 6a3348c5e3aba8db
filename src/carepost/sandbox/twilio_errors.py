"""Twilio's refusals: code, HTTP status and the error body, as the Messages API words them.

Source: https://www.twilio.com/docs/api/errors and /docs/usage/twilios-response#exceptions.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson
from aiohttp import web

_STATUS = {
    20001: HTTPStatus.BAD_REQUEST,
    20003: HTTPStatus.UNAUTHORIZED,
    20004: HTTPStatus.METHOD_NOT_ALLOWED,
    20009: HTTPStatus.CONFLICT,
    20404: HTTPStatus.NOT_FOUND,
    20429: HTTPStatus.TOO_MANY_REQUESTS,
    20500: HTTPStatus.INTERNAL_SERVER_ERROR,
    21211: HTTPStatus.BAD_REQUEST,
    21212: HTTPStatus.BAD_REQUEST,
    21602: HTTPStatus.BAD_REQUEST,
    21603: HTTPStatus.BAD_REQUEST,
    21604: HTTPStatus.BAD_REQUEST,
    21609: HTTPStatus.BAD_REQUEST,
    21610: HTTPStatus.BAD_REQUEST,
    21617: HTTPStatus.BAD_REQUEST,
    21701: HTTPStatus.NOT_FOUND,
}
_HEADERS = {20003: {"WWW-Authenticate": 'Basic realm="Twilio API"'}}


class TwilioError(Exception):
    """A refusal; `code` is Twilio's, one of the table above."""

    def __init__(self, code: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.headers = headers

    def response(self) -> web.Response:
        """Return the answer that Twilio gives for this refusal."""
        status = _STATUS[self.code]
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": int(status),
        }
        return web.Response(
            status=status,
            body=orjson.dumps(body),
            content_type="application/json",
            headers={**_HEADERS.get(self.code, {}), **self.headers},
        )


def not_found(path: str) -> TwilioError:
    """Return the refusal for a resource that does not exist at `path`."""
    return TwilioError(20404, f"The requested resource {path} was not found")
