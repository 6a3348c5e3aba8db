"""Sealing: content that a disk or a backup does not give away, and keys kept under keys.

Three layers, so that deleting one key deletes what it sealed and a secret can be changed:

- the installation's secrets (`CAREPOST_SECRET_KEY`, newest first) become the `KeyRing`;
- the ring wraps a practice's key, and a practice's key wraps a client's (both are `new_key()`s);
- a client's key seals that client's content.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: one key may seal 2**32 things. HKDF-SHA256
(RFC 5869) makes keys out of secrets. Whatever is sealed is bound to its `about`, for example a
table and a row's id: sealed content that is copied to another row does not open there.

    wrapped, sealed:  version 1 | key id 8 | nonce 12 | ciphertext | tag 16

The key id is no secret: it tells which key is needed, so a rotation knows what is left to rewrap.
"""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_BYTES = 32
OVERHEAD_BYTES = 1 + 8 + 12 + 16
"""How much longer sealed content is than plain content."""

_VERSION = b"\x01"
_ID = slice(1, 9)
_HEADER_END = 9
_NONCE_END = 21
_STRONG_CHARACTERS = 32


class SealingError(Exception):
    """Something cannot be sealed or opened; the message says what to do."""


class NoSecret(SealingError):
    """The installation has no secret to make keys from."""


class NotSealed(SealingError):
    """The bytes are not something that this module sealed."""


class UnknownKey(SealingError):
    """It was sealed under a key that is not at hand."""


class Tampered(SealingError):
    """The key is right, but the content was changed or belongs somewhere else."""


class Sealer:
    """One key, ready to seal and open. Slower to make than to use: `seal` and `open_` keep them."""

    __slots__ = ("_cipher", "_header", "key_id")

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes. Raises ValueError otherwise."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"A key has {KEY_BYTES} bytes; this one has {len(key)}.")
        self.key_id = _key_id(key)
        self._cipher = AESGCM(key)
        self._header = _VERSION + self.key_id

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """`plain` sealed and bound to `about`; `OVERHEAD_BYTES` longer, never twice the same."""
        nonce = os.urandom(12)
        header = self._header
        return header + nonce + self._cipher.encrypt(nonce, plain, header + about)

    def open_(self, sealed: bytes, about: bytes) -> bytes:
        """What was sealed with this key and this `about`. Raises a `SealingError` otherwise."""
        if _key_id_of(sealed) != self.key_id:
            raise UnknownKey(
                "This was sealed under another key than the one it was to be opened with."
            )
        try:
            return self._cipher.decrypt(
                sealed[_HEADER_END:_NONCE_END], sealed[_NONCE_END:], self._header + about
            )
        except InvalidTag:
            raise Tampered(
                "Sealed content does not open: it was changed, or was sealed for another place."
            ) from None


class KeyRing:
    """The installation's master keys: the first seals, every one opens."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Takes the secrets, the current one first. Raises `NoSecret` when there is none."""
        self._secrets = [secret.encode() for secret in secrets]
        if not self._secrets:
            raise NoSecret("There is no secret key. Set CAREPOST_SECRET_KEY to a long random text.")
        sealers = [Sealer(_hkdf(secret, "master key")) for secret in self._secrets]
        self._current = sealers[0]
        self._by_id = {sealer.key_id: sealer for sealer in sealers}

    @classmethod
    def from_secret(cls, secrets: str) -> KeyRing:
        """A ring from secrets separated by commas, as `CAREPOST_SECRET_KEY` holds them.

        To rotate, put a new secret before the old one, rewrap what is not `is_current`, then take
        the old one away. Raises `NoSecret` when there is none.
        """
        return cls(secret for part in secrets.split(",") if (secret := part.strip()))

    @property
    def is_strong(self) -> bool:
        """Whether the current secret is long enough (32 characters) to stand against guessing."""
        return len(self._secrets[0]) >= _STRONG_CHARACTERS

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """A key sealed under the current secret, bound to `about` (such as its practice's id)."""
        return self._current.seal(key, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The key that `wrap` was given. Raises a `SealingError` when it cannot be had."""
        sealer = self._by_id.get(_key_id_of(wrapped))
        if sealer is None:
            raise UnknownKey(
                "A key was wrapped under a secret that CAREPOST_SECRET_KEY no longer holds. "
                "Add the old secret after the current one, separated by a comma."
            )
        return sealer.open_(wrapped, about)

    def is_current(self, wrapped: bytes) -> bool:
        """Whether `wrapped` is under the current secret; if not, a rotation rewraps it."""
        return _key_id_of(wrapped) == self._current.key_id

    def derive(self, purpose: str) -> bytes:
        """32 bytes for another purpose (a database role's password, Django's SECRET_KEY).

        The same for the same current secret and purpose; tells nothing of the secret or of others.
        """
        return _hkdf(self._secrets[0], f"derived: {purpose}")

    def derive_former(self, purpose: str) -> list[bytes]:
        """What `derive` gave under each former secret, newest first (SECRET_KEY_FALLBACKS)."""
        return [_hkdf(secret, f"derived: {purpose}") for secret in self._secrets[1:]]

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self._secrets)}>"  # never a secret in a traceback


def new_key() -> bytes:
    """A new random key for `seal`."""
    return AESGCM.generate_key(bit_length=256)


def seal(key: bytes, plain: bytes, about: bytes) -> bytes:
    """`plain` sealed under a key of 32 bytes, bound to `about`. ValueError if it has not."""
    return _sealer(key).seal(plain, about)


def open_(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """What `seal` was given. Raises a `SealingError`: `NotSealed`, `UnknownKey`, `Tampered`."""
    return _sealer(key).open_(sealed, about)


def _key_id(key: bytes) -> bytes:
    """A name for a key that does not give it away: a key is random, so a plain hash will do."""
    return sha256(b"carepost key id" + key).digest()[:8]


def _key_id_of(sealed: bytes) -> bytes:
    if len(sealed) < OVERHEAD_BYTES or sealed[:1] != _VERSION:
        raise NotSealed("This is not sealed content, or a newer version of Carepost sealed it.")
    return bytes(sealed[_ID])


def _hkdf(secret: bytes, info: str, *, length: int = KEY_BYTES) -> bytes:
    return HKDF(SHA256(), length=length, salt=b"carepost", info=info.encode()).derive(secret)


_sealer = lru_cache(maxsize=1024)(Sealer)
