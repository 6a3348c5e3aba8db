"""Runs a function in a thread that lives as long as the process.

The kernel sends a child its "your parent died" signal when the *thread* that started it ends. The
server is therefore started from a thread that does not end before the process, whoever asks for it.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_queues: dict[int, SimpleQueue[Callable[[], None]]] = {}
_making = threading.Lock()


def run(work: Callable[[], T]) -> T:
    """What `work()` gives or raises, run in the lasting thread."""
    answer: Future[T] = Future()

    def step() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)

    _queue().put(step)
    return answer.result()


def _queue() -> SimpleQueue[Callable[[], None]]:
    with _making:
        pid = os.getpid()  # a forked child has not its parent's threads
        if pid not in _queues:
            queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
            threading.Thread(target=_serve, args=[queue], name="starter", daemon=True).start()
            _queues[pid] = queue
        return _queues[pid]


def _serve(queue: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        queue.get()()
