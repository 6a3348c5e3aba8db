"""Sealing: opens with the right key, in the right place, unchanged; otherwise not at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.ground import sealing
from carepost.ground.sealing import KeyRing

KEY = sealing.new_key()


@given(plain=st.binary(max_size=500), about=st.binary(max_size=50))
def test_what_was_sealed_opens_again(plain: bytes, about: bytes) -> None:
    sealed = sealing.seal(KEY, plain, about)
    assert sealing.open_(KEY, sealed, about) == plain
    assert len(sealed) == len(plain) + sealing.OVERHEAD_BYTES


@given(plain=st.binary(max_size=100), data=st.data())
def test_a_single_changed_bit_keeps_it_closed(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(sealing.seal(KEY, plain, b"row 1"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(sealing.SealingError):
        sealing.open_(KEY, bytes(sealed), b"row 1")


@given(cut=st.integers(min_value=0, max_value=sealing.OVERHEAD_BYTES + 9))
def test_a_cut_one_keeps_closed(cut: int) -> None:
    sealed = sealing.seal(KEY, b"ten bytes.", b"")
    with pytest.raises(sealing.SealingError):
        sealing.open_(KEY, sealed[:cut], b"")


def test_content_moved_to_another_row_does_not_open_there() -> None:
    with pytest.raises(sealing.Tampered, match="sealed for another place"):
        sealing.open_(KEY, sealing.seal(KEY, b"text", b"row 1"), b"row 2")


def test_another_key_does_not_open_it_and_is_named_as_the_reason() -> None:
    with pytest.raises(sealing.UnknownKey):
        sealing.open_(sealing.new_key(), sealing.seal(KEY, b"text", b""), b"")


def test_sealing_twice_never_gives_the_same() -> None:
    assert sealing.seal(KEY, b"text", b"") != sealing.seal(KEY, b"text", b"")


def test_the_plain_text_is_not_in_the_sealed() -> None:
    assert b"confidential" not in sealing.seal(KEY, b"confidential", b"")


def test_bytes_we_did_not_seal_are_called_so() -> None:
    with pytest.raises(sealing.NotSealed):
        sealing.open_(KEY, b"\x02" + bytes(60), b"")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.seal(bytes(length), b"", b"")


def test_a_ring_unwraps_what_it_wrapped_and_only_for_whom_it_was() -> None:
    ring = KeyRing.from_secret("a secret")
    wrapped = ring.wrap(KEY, b"practice 1")
    assert ring.unwrap(wrapped, b"practice 1") == KEY
    with pytest.raises(sealing.Tampered):
        ring.unwrap(wrapped, b"practice 2")


def test_the_same_secret_makes_the_same_ring_after_a_restart() -> None:
    wrapped = KeyRing.from_secret("a secret").wrap(KEY, b"")
    assert KeyRing.from_secret("a secret").unwrap(wrapped, b"") == KEY


def test_a_rotation_opens_the_old_and_knows_what_to_rewrap() -> None:
    old = KeyRing.from_secret("old").wrap(KEY, b"")
    ring = KeyRing.from_secret("new, old")
    assert ring.unwrap(old, b"") == KEY
    assert not ring.is_current(old)

    rewrapped = ring.wrap(ring.unwrap(old, b""), b"")
    assert ring.is_current(rewrapped)

    after = KeyRing.from_secret("new")
    assert after.unwrap(rewrapped, b"") == KEY
    with pytest.raises(sealing.UnknownKey, match="Add the old secret after the current one"):
        after.unwrap(old, b"")


def test_what_is_derived_differs_by_purpose_and_by_secret() -> None:
    ring = KeyRing.from_secret("new,old")
    derived = {
        ring.derive("database"),
        ring.derive("pages"),
        *ring.derive_former("database"),
        KeyRing.from_secret("third").derive("database"),
    }
    assert len(derived) == 4
    assert all(len(one) == 32 for one in derived)
    assert ring.derive_former("database") == [KeyRing.from_secret("old").derive("database")]


@pytest.mark.parametrize("secrets", ["", " ", ",", " , "])
def test_no_secret_is_refused_with_what_to_do(secrets: str) -> None:
    with pytest.raises(sealing.NoSecret, match="Set CAREPOST_SECRET_KEY"):
        KeyRing.from_secret(secrets)


def test_a_short_secret_is_known_to_be_weak() -> None:
    assert not KeyRing.from_secret("x" * 31 + "," + "y" * 40).is_strong
    assert KeyRing.from_secret("x" * 32).is_strong


def test_a_traceback_shows_no_secret() -> None:
    assert "hush" not in repr(KeyRing.from_secret("hush"))


def test_a_seal_of_a_text_message_takes_microseconds() -> None:
    body = b"x" * 200
    sealing.seal(KEY, body, b"about")
    begun = time.process_time()
    for _ in range(2_000):
        sealing.seal(KEY, body, b"about")
    # Measured: 2 µs. Ten times that means that the cipher is made anew each time.
    assert (time.process_time() - begun) / 2_000 < 20e-6
