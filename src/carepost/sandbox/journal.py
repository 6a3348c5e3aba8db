"""What was accepted, on disk before it is answered: JSON lines, one fsync for all who wait.

1. A request adds its line to the open batch and waits for the batch.
2. The writer takes the batch, writes and fsyncs it in a thread; meanwhile the next one fills.
3. All who waited for the batch go on. If the disk refused it, all of them get the error, and the
   file is cut back to where it was, so that no half line is left before the next batch.

A kill between write and answer leaves an accepted text whose sender never heard of it: that is
what a real carrier does too, and what the product must live with.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Journal:
    """An append-only file of entries; without a path, a journal that remembers nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self._size = 0
        self._lines: list[bytes] = []
        self._batch: asyncio.Future[None] | None = None
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-journal")

    def open(self) -> Iterator[dict[str, Any]]:
        """Open the file for appending, then yield the entries that are in it, oldest first.

        A last line that a crash cut short was never answered: it is cut off.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                with suppress(orjson.JSONDecodeError):
                    yield orjson.loads(line)
        os.ftruncate(self._file, whole)
        self._size = whole

    def start(self) -> None:
        """Start the writer; call in the running loop, after `open`."""
        if self._file is not None:
            self._writer = asyncio.create_task(self._write_batches())

    async def stop(self) -> None:
        """Write what is still waiting, then close the file."""
        if self._writer is not None:
            if self._batch is not None:
                with suppress(OSError):
                    await self._batch
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        self._disk.shutdown()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def note(self, entry: dict[str, Any]) -> asyncio.Future[None] | None:
        """Add `entry` to the open batch. Await what is returned to know that it is on disk."""
        if self._file is None:
            return None
        if self._batch is None:
            self._batch = asyncio.get_running_loop().create_future()
            # Whoever does not wait for the batch must not be told of a refused one by the loop.
            self._batch.add_done_callback(lambda batch: batch.cancelled() or batch.exception())
        self._lines.append(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        self._wake.set()
        return self._batch

    async def write(self, entry: dict[str, Any]) -> None:
        """Return when `entry` is durable. Raises OSError if the disk refused it."""
        batch = self.note(entry)
        if batch is not None:
            # Shielded: one sender that hangs up must not cancel what the others wait for.
            await asyncio.shield(batch)

    async def forget(self) -> None:
        """Empty the file."""
        if self._file is not None:
            await asyncio.get_running_loop().run_in_executor(self._disk, self._empty)

    async def _write_batches(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, lines = self._batch, self._lines
            if batch is None:
                continue
            self._batch, self._lines = None, []
            try:
                await loop.run_in_executor(self._disk, self._append, b"".join(lines))
            except OSError as refused:
                batch.set_exception(refused)
            else:
                batch.set_result(None)

    def _append(self, data: bytes) -> None:
        assert self._file is not None  # noqa: S101  the writer only runs while the file is open
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)

    def _empty(self) -> None:
        assert self._file is not None  # noqa: S101  called from `forget` alone, which looks
        os.ftruncate(self._file, 0)
        os.fsync(self._file)
        self._size = 0
