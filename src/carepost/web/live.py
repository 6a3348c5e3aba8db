"""Tells open pages that something changed: a stream of server-sent events, which carry no data.

A page that hears of a change asks again for the parts that show it, by the front door.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse

from carepost.ground import clock
from carepost.practice import sign_in, tenancy
from carepost.web.frame import CHOSEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from django.http import HttpRequest

LOOK_EVERY = 2.0  # seconds
LONGEST = 600.0  # seconds; then the page connects anew, and is asked again who it is
AROUND = timedelta(days=1)
_PULSE = """
SELECT (SELECT max(id::text) FROM practice_auditentry
        WHERE practice_id = %(practice)s AND at > %(since)s AND action NOT LIKE '%%.read'),
       (SELECT string_agg(status || n, ',' ORDER BY status) FROM (
          SELECT status, count(*) AS n FROM messaging_message
          WHERE practice_id = %(practice)s AND due_at BETWEEN %(since)s AND %(until)s
          GROUP BY status) counted)
"""


async def live(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The stream of the practice that the session has chosen; 204, which ends it, for none."""
    practice_id = await sync_to_async(_practice, thread_sensitive=False)(request)
    if practice_id is None:
        return HttpResponse(status=204)
    response = StreamingHttpResponse(_events(practice_id), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    response["Content-Encoding"] = "identity"  # compressed, it would wait for more to compress
    return response


async def _events(practice_id: UUID) -> AsyncIterator[bytes]:
    look = sync_to_async(_pulse, thread_sensitive=False)
    before = await look(practice_id)
    yield b"retry: 4000\n\n"
    ends = asyncio.get_running_loop().time() + LONGEST
    while asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(LOOK_EVERY)
        now = await look(practice_id)
        yield b": nothing new\n\n" if now == before else b"event: changed\ndata: \n\n"
        before = now


def _practice(request: HttpRequest) -> UUID | None:
    try:
        if not request.user.is_authenticated:
            return None
        wanted = request.session.get(CHOSEN, "")
        held = sign_in.memberships(request.user.pk)
        return next(
            (m.practice_id for m in held if m.active and str(m.practice_id) == wanted), None
        )
    finally:
        connection.close()


def _pulse(practice_id: UUID) -> tuple[str | None, str | None]:
    """What changes when something that pages show does. Costs an index and a day's messages."""
    now = clock.now()
    try:
        with tenancy.acting_for(practice_id), connection.cursor() as cursor:
            cursor.execute(
                _PULSE, {"practice": practice_id, "since": now - AROUND, "until": now + AROUND}
            )
            audit, messages = cursor.fetchone()
            return audit, messages
    finally:
        connection.close()  # back to the pool, which is everybody's
