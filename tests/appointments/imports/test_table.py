"""A file as a table: every encoding and mark, and a sentence for whatever is no table."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.appointments.imports import columns, table
from carepost.practice.errors import Refused

HEADER = ["Appointment ID", "Start Time", "Client Name"]
CELLS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('",;\t|\n'), max_size=12
)


def read(content: bytes) -> table.Table:
    return table.read(content, columns.recognised)


def written(rows: list[list[str]], mark: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(rows)
    return out.getvalue()


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(table.DELIMITERS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_comes_back_whatever_the_encoding_and_the_mark(
    rows: list[list[str]], mark: str, encoding: str
) -> None:
    rows = [*rows, ["V-1", "3/9/2026 9:00", "Zoë Field"]]
    found = read(written([HEADER, *rows], mark).encode(encoding))
    assert found.header == tuple(HEADER)
    kept = [cells for _, cells in found.rows]
    assert kept == [row for row in rows if any(cell.strip() for cell in row)]


def test_windows_1252_is_read_where_the_bytes_are_not_utf_8() -> None:
    found = read(written([HEADER, ["1", "3/9/2026 9:00", "Zoë Field"]]).encode("cp1252"))
    assert found.rows == [(2, ["1", "3/9/2026 9:00", "Zoë Field"])]


def test_titles_above_the_column_names_are_passed_over_and_rows_keep_their_numbers() -> None:
    text = (
        "Schedule\n\n" + written([HEADER, ["1", "9:00", "Ann"]]) + "\n" + written([["2", "9", "B"]])
    )
    assert [number for number, _ in read(text.encode()).rows] == [4, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        (b"Start Time,Client\n3/9/2026\x00,Ann\n", "not a text file"),
        (b"Start Time\n3/9/2026 9:00\n", "one column"),
        (b"Start Time/Client/Status\n3~9/Ann/x\n", "one column"),
        (b"a,b,c\n1,2,3\n", "column names"),
        (b"Start Time,Client Name\n", "no rows"),
        (b'Start Time,Client Name\n"3/9/2026,Ann\n3/10/2026,Bo\n', "quotation marks"),
        (b"\xff\xfe\x00", "not a text file"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(content)
    assert words in refusal.value.sentence
    assert "Ann" not in refusal.value.sentence


def test_files_over_the_limits_are_refused() -> None:
    with pytest.raises(Refused, match="20 MiB"):
        read(b"x" * (table.LIMIT_BYTES + 1))
    with pytest.raises(Refused, match="100,000 rows"):
        read(b"Start Time,Client Name\n" + b"9:00,Ann\n" * (table.LIMIT_ROWS + 1))
    assert len(read(b"Start Time,Client Name\n" + b"9:00,Ann\n" * table.LIMIT_ROWS).rows) == 100_000


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda b: b"Start Time,Client\n" + b))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    with suppress(Refused):
        assert read(content).rows
