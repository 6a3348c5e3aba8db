"""A file's bytes as a table of text, whatever the encoding and the mark between columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT_BYTES = 20 * 1024 * 1024
LIMIT_ROWS = 100_000
DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 12
"""How many records at the top may be searched for the line of column names: reports have titles."""

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_SPREADSHEET = "This is a spreadsheet or a document. Save it as CSV, and import that."
_BINARY = "This is not a text file. Save the calendar as CSV, and import that."


@dataclass(frozen=True, slots=True)
class Table:
    """`header` is record number `first` of the file; `rows` are the records after it that are not
    empty, each with the number that a spreadsheet shows beside it."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    first: int


def read(content: bytes, recognised: Callable[[Sequence[str]], int]) -> Table:
    """The table in a file. `recognised` says how many of a record's cells are names of columns: so
    the line of column names is found, and the mark that parts them.

    Raises Refused, with a sentence that says what to do, for whatever is no table.
    """
    text = decoded(content)
    declared = re.match(r"sep=([,;\t|])\r?\n", text)  # Excel's own way to name the mark
    skipped = declared.end() if declared else 0
    text = text[skipped:]
    if not text.strip():
        raise Refused("The file is empty.", "file")
    marks = (declared[1],) if declared else DELIMITERS
    known, width, delimiter, first = max(
        ((*_best(text, mark, recognised), -marks.index(mark)) for mark in marks),
        key=lambda found: (found[0], found[1], found[4]),
    )[:4]
    if width < 2:
        raise Refused(
            "The file has one column only. Columns are parted by commas, semicolons, tabs or bars.",
            "file",
        )
    if known < 2:
        raise Refused("No line of column names was found at the top of the file.", "file")
    return _parsed(text, delimiter, first, 1 if declared else 0)


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else Windows-1252. Raises Refused."""
    if len(content) > LIMIT_BYTES:
        raise Refused("The file is larger than 20 MiB. Export a shorter time, in parts.", "file")
    if not content.strip():
        raise Refused("The file is empty.", "file")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Refused(_SPREADSHEET, "file")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif content.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NOT_TEXT.search(text):
            raise Refused(_BINARY, "file")
        return text
    raise Refused(_BINARY, "file")


def _best(
    text: str, delimiter: str, recognised: Callable[[Sequence[str]], int]
) -> tuple[int, int, str, int]:
    """How many names the likeliest line of column names holds, its width, and where it is."""
    best = (0, 0, delimiter, 0)
    try:
        for number, record in enumerate(islice(_reader(text, delimiter), _LOOKED_AT)):
            known = recognised(record)
            if (known, len(record)) > best[:2] and (known > best[0] or best[0] == 0):
                best = (known, len(record), delimiter, number)
    except csv.Error:
        pass  # said when the whole is read, with its line
    return best


def _parsed(text: str, delimiter: str, first: int, above: int) -> Table:
    header: tuple[str, ...] = ()
    rows: list[tuple[int, list[str]]] = []
    reader = _reader(text, delimiter)
    try:
        for number, record in enumerate(reader):
            if number == first:
                header = tuple(record)
            elif number > first and any(cell.strip() for cell in record):
                if len(rows) == LIMIT_ROWS:
                    raise Refused(
                        "The file has more than 100,000 rows. Export a shorter time, in parts.",
                        "file",
                    )
                rows.append((number + 1 + above, record))
    except csv.Error:
        raise Refused(
            f"The quotation marks are wrong at or before line {reader.line_num + above}: "
            "one is opened and not closed. Export the file anew.",
            "file",
        ) from None
    if not rows:
        raise Refused("The file has column names and no rows.", "file")
    return Table(header, rows, first + 1 + above)


# `Any`: the type of the standard library's readers has no public name in Python 3.11.
def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
