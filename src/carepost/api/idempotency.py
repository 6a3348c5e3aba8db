"""`Idempotency-Key`: a request that is sent twice is done once, and answered twice the same.

1. The key's row is written in the transaction of the request's own effect: both stand, or neither.
2. Who sends the same key meanwhile waits at the unique constraint for that transaction's end: it
   committed, and they get its answer; or it was undone, and theirs is done instead.
3. A refusal is not kept, for it changed nothing: the same key may be sent again, corrected.
4. After a day a key is forgotten.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection
from django.http import HttpResponse
from psycopg.errors import LockNotAvailable

from carepost.api.problems import ProblemRaised
from carepost.ground import ids, sealing
from carepost.practice.keys import practice_key
from carepost.practice.models import IdempotentAnswer, Practice

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT_FOR = timedelta(days=1)
WAIT_SECONDS = 5
FORGET_AT_ONCE = 20  # expired rows that each new key takes away

# A key that has expired is taken over; one that has not is left alone, and gives no row.
_CLAIM = """
INSERT INTO practice_idempotentanswer
  (id, practice_id, key, request_digest, status, sealed_body, created_at)
VALUES (%(id)s, %(practice)s, %(key)s, %(digest)s, 0, '', %(now)s)
ON CONFLICT (practice_id, key) DO UPDATE
  SET id = excluded.id, request_digest = excluded.request_digest, status = 0, sealed_body = '',
      created_at = excluded.created_at
  WHERE practice_idempotentanswer.created_at < %(oldest)s
RETURNING id
"""
_FORGET = """
DELETE FROM practice_idempotentanswer WHERE id IN (
  SELECT id FROM practice_idempotentanswer WHERE practice_id = %(practice)s
  AND created_at < %(oldest)s ORDER BY created_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request was the first to send."""

    id: UUID
    practice: Practice

    def keep(self, response: HttpResponse) -> None:
        """Keep the answer for whoever sends the same again, sealed, for it may name a client."""
        body = sealing.seal(practice_key(self.practice), response.content, _about(self.id))
        IdempotentAnswer.objects.filter(id=self.id).update(
            status=response.status_code, sealed_body=body
        )


def key_of(request: HttpRequest) -> str:
    """The key of a request; empty for none. Raises a problem 422 for one that cannot be kept."""
    key = request.headers.get(HEADER, "")
    if len(key) > LONGEST or not (key.isascii() and (key.isprintable() or not key)):
        raise ProblemRaised(
            422,
            f"An {HEADER} is up to {LONGEST} printable ASCII characters, such as a UUID.",
            errors=[{"parameter": HEADER, "detail": "Write a shorter or plainer key."}],
        )
    return key


def claim(practice_id: UUID, key: str, digest: bytes, now: datetime) -> Claim | HttpResponse:
    """Claim a key for this request, or give the answer that its first sender got.

    Call it inside the transaction of the effect. Raises a problem 422 where the key was used for
    another request, 409 where its first request takes too long.
    """
    values: dict[str, Any] = {
        "id": ids.fresh(),
        "practice": practice_id,
        "key": key,
        "digest": digest,
        "now": now,
        "oldest": now - KEPT_FOR,
        "most": FORGET_AT_ONCE,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", (f"{WAIT_SECONDS}s",))
            cursor.execute(_CLAIM, values)
            claimed = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
            if claimed:
                cursor.execute(_FORGET, values)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise ProblemRaised(
            409,
            "The first request with this key is still being worked on. Send it again soon.",
            headers={"Retry-After": "1"},
        ) from None
    practice = Practice.objects.get(id=practice_id)
    if claimed:
        return Claim(claimed[0], practice)
    return _repeat(practice, key, digest)


def digest_of(request: HttpRequest, content: bytes) -> bytes:
    """What makes two requests the same: method, path, query and body."""
    whole = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    whole.update(content)
    return whole.digest()


def _repeat(practice: Practice, key: str, digest: bytes) -> HttpResponse:
    kept = IdempotentAnswer.objects.get(practice=practice, key=key)
    if bytes(kept.request_digest) != digest:
        raise ProblemRaised(
            422,
            f"This {HEADER} was sent before with another request. Use a new key for a new request.",
            errors=[{"parameter": HEADER, "detail": "Use a new key."}],
        )
    body = sealing.open_(practice_key(practice), bytes(kept.sealed_body), _about(kept.id))
    return HttpResponse(
        body,
        status=kept.status,
        content_type="application/json",
        headers={"Idempotent-Replayed": "true"},
    )


def _about(id_: UUID) -> bytes:
    return b"idempotent answer" + id_.bytes
