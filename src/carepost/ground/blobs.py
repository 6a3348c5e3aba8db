"""Blobs: attachments, recordings and pages, kept as sealed files in a folder.

A blob is there whole or not at all: it is written under another name, forced to the disk, then
renamed. Its file says nothing of whom it belongs to, and does not open under another blob's name.
"""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING

from carepost.ground import sealing

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_REF = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = ".unfinished-"
_LIMIT_BYTES = 25 * 1024 * 1024


class BlobError(Exception):
    """A blob cannot be kept or found; the message says why."""


class TooLarge(BlobError):
    """The content is larger than this folder takes."""


class NoSuchBlob(BlobError):
    """Nothing is kept under that reference."""


class Blobs:
    """A folder of sealed files."""

    def __init__(self, folder: Path, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        """`folder` is made (0700) when first needed; content over `limit_bytes` is refused."""
        self._folder = folder
        self._limit_bytes = limit_bytes

    def put(self, key: bytes, content: bytes) -> str:
        """Keep `content`, sealed under `key`; gives the reference to get it by.

        On the disk, and there after a power cut, when this returns. Raises `TooLarge`, OSError.
        """
        if len(content) > self._limit_bytes:
            raise TooLarge(
                f"The file has {len(content):,} bytes; at most {self._limit_bytes:,} are kept."
            )
        ref = secrets.token_hex(16)
        path = self._path(ref)
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _to_disk(self._folder)
        unfinished = path.with_name(_UNFINISHED + ref)
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(sealing.seal(key, content, _about(ref)))
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _to_disk(path.parent)
        return ref

    def get(self, key: bytes, ref: str) -> bytes:
        """The content put under `ref`. Raises `NoSuchBlob`, or a `SealingError` for a wrong key."""
        try:
            sealed = self._path(ref).read_bytes()
        except FileNotFoundError:
            raise NoSuchBlob("The file is no longer kept here; it may have been deleted.") from None
        return sealing.open_(key, sealed, _about(ref))

    def delete(self, ref: str) -> bool:
        """Delete what is kept under `ref`; says whether there was something. Safe to repeat."""
        path = self._path(ref)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _to_disk(path.parent)
        return True

    def clear_unfinished(self, before: datetime) -> int:
        """Delete what was left half written before then (aware); says how many files."""
        count = 0
        for path in sorted(self._folder.glob(f"*/{_UNFINISHED}*")):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                count += 1
        return count

    def _path(self, ref: str) -> Path:
        # The one place where a reference becomes a path: nothing but our own hex gets through.
        if not _REF.fullmatch(ref):
            raise NoSuchBlob("This is not the reference of a kept file.")
        return self._folder / ref[:2] / ref


def _about(ref: str) -> bytes:
    return b"blob " + ref.encode()


def _to_disk(folder: Path) -> None:
    # A rename or a new name is durable only once its folder is written.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
