"""Open keys and accounts, kept for as long as a process lives so that arming opens each once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from carepost.ground import sealing
from carepost.messaging.carrier import Account
from carepost.practice import keys

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.messaging.outbound.arm_row import Row


class _Wrapped:
    """A practice's wrapped key, in the shape that `practice.keys` asks for."""

    __slots__ = ("id", "sealed_key")

    def __init__(self, practice_id: UUID, sealed_key: bytes) -> None:
        self.id = practice_id
        self.sealed_key = sealed_key


class Vault:
    """Seals bodies under a client's key, or the practice's where there is none; opens accounts."""

    def __init__(self, ring: sealing.KeyRing) -> None:
        self._ring = ring
        self._key = lru_cache(maxsize=20_000)(self._open_key)
        self._account = lru_cache(maxsize=5_000)(self._open_account)

    def seal(self, row: Row, said: bytes, attempt_id: UUID) -> bytes:
        """What is said, under its client's key, bound to the attempt that will hold it."""
        return self._sealer(row).seal(said, attempt_id.bytes)

    def words(self, row: Row) -> tuple[str, str]:
        """Subject and text that a member wrote for a message. Raises `SealingError`."""
        said = orjson.loads(self._sealer(row).open_(bytes(row.sealed_words or b""), row.id.bytes))
        return said["subject"], said["text"]

    def account(self, line_id: UUID, address: str, sealed: bytes) -> Account:
        """A line's account, open."""
        return self._account(line_id, address, bytes(sealed))

    def _sealer(self, row: Row) -> sealing.Sealer:
        client = None if row.client_key is None else bytes(row.client_key)
        return self._key(row.practice_id, bytes(row.practice_key), client)

    def _open_key(self, practice_id: UUID, practice: bytes, client: bytes | None) -> sealing.Sealer:
        wrapped = _Wrapped(practice_id, practice)
        if client is None:
            return sealing.Sealer(keys.practice_key(wrapped))
        return sealing.Sealer(keys.client_key(wrapped, client))

    def _open_account(self, line_id: UUID, address: str, sealed: bytes) -> Account:
        settings = orjson.loads(self._ring.unwrap(sealed, line_id.bytes))
        return Account(line_id=line_id, address=address, settings=settings)
