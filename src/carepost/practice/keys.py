"""The keys that seal content: a practice's under the ring, each client's under the practice's.

Deleting a client's key deletes all that was said to and by that client; the facts stay.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from carepost.ground import sealing

if TYPE_CHECKING:
    from uuid import UUID


class HasKey(Protocol):
    """A practice, or a row of one read without the ORM."""

    @property
    def id(self) -> UUID: ...
    @property
    def sealed_key(self) -> bytes | memoryview: ...


def new_practice_key(practice_id: UUID) -> bytes:
    """A fresh key for a practice, wrapped by the ring: what `Practice.sealed_key` keeps."""
    return settings.KEY_RING.wrap(sealing.new_key(), practice_id.bytes)


def practice_key(practice: HasKey) -> bytes:
    """The practice's key, open. Raises `SealingError` where the ring cannot open it."""
    return _opened(practice.id.bytes, bytes(practice.sealed_key))


@lru_cache(maxsize=512)
def _opened(about: bytes, wrapped: bytes) -> bytes:
    return settings.KEY_RING.unwrap(wrapped, about)


def new_client_key(practice: HasKey) -> bytes:
    """A fresh key for a client or contact, sealed by the practice's: what `sealed_key` keeps."""
    return sealing.seal(practice_key(practice), sealing.new_key(), _about(practice))


def client_key(practice: HasKey, sealed: bytes) -> bytes:
    """A client's or contact's key, open. Raises `SealingError` for what is not this practice's."""
    return sealing.open_(practice_key(practice), bytes(sealed), _about(practice))


def _about(practice: HasKey) -> bytes:
    return b"client key" + practice.id.bytes
