"""Blobs: whole or not there, closed to who lacks the key, and never outside their folder."""

from __future__ import annotations

import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from carepost.ground import clock, sealing
from carepost.ground.blobs import Blobs, NoSuchBlob, TooLarge

if TYPE_CHECKING:
    from pathlib import Path

KEY = sealing.new_key()


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("content", [b"", b"a fax page", bytes(300_000)])
def test_what_was_put_is_got(tmp_path: Path, content: bytes) -> None:
    ref = Blobs(tmp_path / "blobs").put(KEY, content)
    assert Blobs(tmp_path / "blobs").get(KEY, ref) == content


def test_the_file_holds_no_plain_text_and_is_closed_to_others(tmp_path: Path) -> None:
    Blobs(tmp_path).put(KEY, b"confidential")
    (file,) = files_in(tmp_path)
    assert b"confidential" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(sealing.UnknownKey):
        blobs.get(sealing.new_key(), blobs.put(KEY, b"text"))


def test_a_file_put_in_anothers_place_does_not_open(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    one, other = blobs.put(KEY, b"one"), blobs.put(KEY, b"other")
    (tmp_path / one[:2] / one).write_bytes((tmp_path / other[:2] / other).read_bytes())
    with pytest.raises(sealing.Tampered):
        blobs.get(KEY, one)


def test_deleting_is_final_and_safe_to_repeat(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    ref = blobs.put(KEY, b"text")
    assert blobs.delete(ref) is True
    assert blobs.delete(ref) is False
    assert files_in(tmp_path) == []
    with pytest.raises(NoSuchBlob):
        blobs.get(KEY, ref)


@pytest.mark.parametrize(
    "ref", ["", "../../etc/passwd", "/etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "." * 32]
)
def test_a_reference_that_is_none_of_ours_reaches_no_file(tmp_path: Path, ref: str) -> None:
    with pytest.raises(NoSuchBlob):
        Blobs(tmp_path).get(KEY, ref)
    with pytest.raises(NoSuchBlob):
        Blobs(tmp_path).delete(ref)


def test_content_over_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path, limit_bytes=10)
    assert blobs.get(KEY, blobs.put(KEY, b"0123456789")) == b"0123456789"
    with pytest.raises(TooLarge, match="11 bytes; at most 10"):
        blobs.put(KEY, b"0123456789a")
    assert len(files_in(tmp_path)) == 1


def test_a_disk_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "blobs").mkdir()
    blobs = Blobs(tmp_path / "blobs")
    blobs.put(KEY, b"first")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        blobs.put(KEY, b"second")
    monkeypatch.undo()
    assert len(files_in(tmp_path)) == 1


def test_what_a_killed_process_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    ref = blobs.put(KEY, b"whole")
    (tmp_path / ref[:2] / f".unfinished-{'0' * 32}").write_bytes(b"half")
    later = clock.now() + timedelta(minutes=1)
    assert blobs.clear_unfinished(later - timedelta(hours=1)) == 0
    assert blobs.clear_unfinished(later) == 1
    assert blobs.get(KEY, ref) == b"whole"
