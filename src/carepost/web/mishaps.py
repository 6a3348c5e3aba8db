"""What is kept of an unexpected error: which, and where; never a value.

An exception's message may quote a row, a request or a text. So a reference number is what a person
is given, and what is written down under it is the kinds of the errors and the lines of our code.
"""

from __future__ import annotations

import secrets
import traceback


def reference() -> str:
    """A fresh reference number, short enough to be read out."""
    return secrets.token_hex(4)


def describe(error: BaseException) -> str:
    """The chain of errors and the lines that they came through, without messages or values."""
    parts: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        kind = f"{type(cause).__module__}.{type(cause).__qualname__}"
        frames = traceback.extract_tb(cause.__traceback__)
        lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        parts.append("\n".join([kind, *lines]))
        cause = cause.__cause__ or cause.__context__
    return "\nwhile handling\n".join(parts)
