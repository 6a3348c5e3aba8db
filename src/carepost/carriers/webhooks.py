"""Where a carrier tells what became of a message. What it says is on disk before it is answered.

1. The URL names carrier, line and attempt; the attempt tells whose practice it is. A URL that names
   no such attempt, or another line or carrier than its own, is not found.
2. The adapter checks the signature. Forged: 403, nothing is stored, and the audit trail says so.
3. What is understood becomes a receipt, which a worker applies. The same one again does no harm.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, connection
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from carepost.carriers import forgeries
from carepost.carriers.registry import UnknownCarrier, carrier_for
from carepost.ground import clock
from carepost.messaging import lines
from carepost.messaging.carrier import BadSignature
from carepost.messaging.models import Line, Receipt
from carepost.practice import tenancy

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from carepost.messaging import carrier as port

logger = logging.getLogger(__name__)

LARGEST = 64 * 1024  # bytes; Twilio's have about 500
KEPT_SECONDS = 5.0  # how long an account's settings are kept: a changed token works by then


@csrf_exempt  # a carrier has no cookie of ours; its signature is what is checked
@require_POST
def receive(request: HttpRequest, carrier: str, line_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Take one callback: 204 stored, 400 not understood, 403 forged, 404 no such attempt, 413."""
    body = request.body
    if len(body) > LARGEST:
        return _problem(413, "Too large", "A callback has at most 64 KiB.")
    try:
        return _take(request, body, carrier, line_id, attempt_id)
    except Error:
        # Whoever calls keeps trying (RULES D4); what is not stored is not accepted.
        return _problem(503, "Not now", "The database does not answer. Call again soon.")


def _take(
    request: HttpRequest, body: bytes, carrier: str, line_id: UUID, attempt_id: UUID
) -> HttpResponse:
    practice_id = _practice_of(attempt_id, line_id)
    if practice_id is None:
        return _problem(404, "Not found", "No message of ours belongs to this address.")
    known = _known(practice_id, line_id)
    if known.carrier != carrier:
        return _problem(404, "Not found", "This line has another carrier.")
    try:
        word = carrier_for(carrier).read_callback(
            known.account, _url(request), _headers(request), body
        )
    except BadSignature:
        forgeries.note(practice_id, line_id, clock.now())
        return _problem(403, "Forged", "The signature is not this carrier's.")
    except UnknownCarrier:
        return _problem(404, "Not found", "There is no such carrier here.")
    except ValueError:
        return _problem(400, "Not understood", "The callback says nothing that we know.")
    except Exception as error:  # whatever the bytes were, they are no reason to fall over
        logger.warning("%s could not read a callback: %s", carrier, type(error).__qualname__)
        return _problem(400, "Not understood", "The callback could not be read.")
    _store(practice_id, attempt_id, word)
    return HttpResponse(status=204)


def _practice_of(attempt_id: UUID, line_id: UUID) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_id, line_id FROM door_attempt(%s)", [attempt_id])
        row = cursor.fetchone()
    return row[0] if row and row[1] == line_id else None


@dataclass(frozen=True, slots=True)
class _Known:
    carrier: str
    account: port.Account
    until: float


_kept: dict[UUID, _Known] = {}


def _known(practice_id: UUID, line_id: UUID) -> _Known:
    """A line's carrier and account. It holds secrets: kept in memory, a moment only."""
    now = time.monotonic()
    known = _kept.get(line_id)
    if known is None or known.until <= now:
        with tenancy.acting_for(practice_id):
            name = Line.objects.values_list("carrier", flat=True).get(pk=line_id)
            account = lines.account_of(line_id)
        for old in [k for k, v in _kept.items() if v.until <= now]:
            _kept.pop(old, None)
        known = _kept[line_id] = _Known(name, account, now + KEPT_SECONDS)
    return known


def _store(practice_id: UUID, attempt_id: UUID, word: port.Receipt) -> None:
    with tenancy.acting_for(practice_id):
        Receipt.objects.create(
            practice_id=practice_id,
            attempt_id=attempt_id,
            at=clock.now(),
            event=word.event,
            carrier_ref=_text(word.ref, 80),
            code=_text(word.code, 20),
            words=_text(word.words, 500),
            blame=word.blame or "",
        )


def _text(given: str, length: int) -> str:
    """As a column takes it: PostgreSQL keeps no NUL, and UTF-8 no lone surrogate."""
    return given.replace("\0", "").encode("utf-8", "replace").decode()[:length]


def _url(request: HttpRequest) -> str:
    """What the carrier was given to call, and signed: our own address, never the Host header's."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.CAREPOST_BASE_URL}{request.path}{'?' + query if query else ''}"


def _headers(request: HttpRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _problem(status: int, title: str, detail: str) -> HttpResponse:
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")
