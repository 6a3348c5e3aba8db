"""From an exception to the problem that tells of it. What was sent is not repeated or logged."""

from __future__ import annotations

import logging
import secrets
import traceback
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from ninja.errors import AuthenticationError, HttpError, ValidationError

from carepost.api.problems import ProblemRaised, pointer
from carepost.appointments.series import NoRoom
from carepost.messaging.wording.refusal import TemplateRefused
from carepost.practice.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from ninja import NinjaAPI

logger = logging.getLogger(__name__)


def install(api: NinjaAPI) -> None:
    """Answer with problems for whatever a view or ninja raises."""
    for family in (Exception, Http404, HttpError, AuthenticationError, ValidationError):
        api.add_exception_handler(family, answer)  # type: ignore[arg-type]  # given instances


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem for an exception; what nobody foresaw is a 500 with a reference in the log."""
    return _problem(request, error).response()


def _problem(request: HttpRequest, error: Exception) -> ProblemRaised:
    match error:
        case ProblemRaised():
            return error
        case NotFound():
            return ProblemRaised(404, error.sentence)
        case NoRoom():
            return ProblemRaised(409, error.sentence, errors=_no_room(error))
        case Conflict():
            return ProblemRaised(409, error.sentence, errors=_fault(error))
        case Refused():
            return ProblemRaised(422, error.sentence, errors=_fault(error))
        case TemplateRefused():
            return _wording(error)
        case ValidationError():
            return _invalid(error)
        case Http404():
            return ProblemRaised(404)
        case HttpError():
            cause = error.__cause__
            if isinstance(cause, ProblemRaised):
                return cause  # ninja wraps what our parser raised
            return ProblemRaised(error.status_code)
        case DatabaseError() | InterfaceError():
            return _database(request, error)
        case _:
            return _broken(request, error)


def _fault(error: Refused) -> list[dict[str, Any]]:
    if not error.field:
        return []
    return [{"pointer": pointer(*error.field.split(".")), "detail": error.sentence}]


def _no_room(error: NoRoom) -> list[dict[str, Any]]:
    return [
        {
            "pointer": pointer(error.field),
            "detail": f"Visit {taken.occurrence}, {taken.starts_at.isoformat()}: {taken.why}",
        }
        for taken in error.taken
    ]


def _wording(error: TemplateRefused) -> ProblemRaised:
    part = getattr(error, "part", "body")
    where = f"Line {error.line}" + (f", column {error.column}" if error.column else "")
    fault: dict[str, Any] = {
        "pointer": pointer(part),
        "detail": f"{where}: {error.sentence}",
        "line": error.line,
    }
    if error.column:
        fault["column"] = error.column
    if error.field:
        fault["field"] = error.field
    return ProblemRaised(
        422, f"This {part} would fail when sent. {where}: {error.sentence}", errors=[fault]
    )


def _invalid(error: ValidationError) -> ProblemRaised:
    faults: list[dict[str, Any]] = []
    for each in error.errors:
        source, *path = each["loc"]
        detail = _sentence(each)
        if source == "path":
            return ProblemRaised(404)  # what is no id is the id of nothing
        if source == "body":
            faults.append({"pointer": pointer(*path[1:]), "detail": detail})
        else:
            faults.append({"parameter": str(path[-1]) if path else source, "detail": detail})
    return ProblemRaised(422, errors=faults[:50])


def _sentence(fault: dict[str, Any]) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return "There is no such field. Leave it out."
        case "missing":
            return "This is needed."
        case _:
            text = str(fault["msg"]).removeprefix("Value error, ")
            return text if text.endswith(".") else f"{text}."


def _database(request: HttpRequest, error: Exception) -> ProblemRaised:
    cause = error.__cause__
    match error:
        case IntegrityError():
            return ProblemRaised(
                409, "This stands against something that is there already, or has just changed."
            )
        case DataError():
            return ProblemRaised(
                422, "A value cannot be kept: it is too long, too large or no text."
            )
        case OperationalError() if isinstance(
            cause,
            psycopg.errors.LockNotAvailable
            | psycopg.errors.DeadlockDetected
            | psycopg.errors.SerializationFailure,
        ):
            return ProblemRaised(
                409,
                "Someone else is changing the same thing. Send it again.",
                headers={"Retry-After": "1"},
            )
        case OperationalError() | InterfaceError():
            _log(request, error, "database away")
            return ProblemRaised(503, headers={"Retry-After": "5"})
        case _:
            return _broken(request, error)


def _broken(request: HttpRequest, error: Exception) -> ProblemRaised:
    reference = secrets.token_hex(6)
    _log(request, error, reference)
    return ProblemRaised(500, reference=reference)


def _log(request: HttpRequest, error: Exception, reference: str) -> None:
    # The stack without the exception's message: that may quote what a client told.
    resolved = request.resolver_match
    logger.error(
        "%s: %s at %s %s\n%s",
        reference,
        type(error).__qualname__,
        request.method,
        resolved.route if resolved else "?",
        "".join(traceback.format_tb(error.__traceback__)),
    )
