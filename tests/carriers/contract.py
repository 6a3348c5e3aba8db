"""What every carrier must keep. A carrier's test module names its far end and inherits the tests.

A new carrier: subclass `Contract`, say how its far end behaves in each `Trouble`, and be done.
"""

from __future__ import annotations

import asyncio
import socket
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import pytest

from carepost.messaging.carrier import (
    Account,
    BadSignature,
    Carrier,
    Channel,
    Letter,
    LookupFailed,
    Outcome,
)

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXT = "Dear Ann Thistlewood, please bring your walking stick at ten tomorrow. Sunnyside Clinic"
HTML = "<p>Dear Ann Thistlewood, please bring your walking stick at ten tomorrow.</p>"
SUBJECT = "A word from the Sunnyside Clinic for Ann"


class Trouble(StrEnum):
    """How a far end behaves once it was given a message."""

    NONE = "takes it"
    REFUSES = "refuses it for good, because of the recipient's address"
    LATER = "asks to be asked again later"
    CUTS = "takes it and cuts the connection without an answer"
    CUTS_SECOND = "takes the first and answers; takes the second and cuts the connection"
    SILENT = "takes it and says nothing at all"
    QUOTES = "refuses it, and quotes all that it was sent, secrets too"


class FarEnd(Protocol):
    """`account` speaks to it; `taken` counts the messages it was given whole."""

    account: Account
    taken: int


class Contract(ABC):
    to: str
    channel: Channel
    secrets: tuple[str, ...]  # what no repr, exception or word may hold
    patience: float | None  # the seconds that the far end asks for in LATER
    garbage: tuple[bytes, ...]  # answers in place of a sensible one, once it has the message

    @abstractmethod
    def carrier(self) -> Carrier: ...

    @abstractmethod
    def account(self, port: int) -> Account: ...

    @abstractmethod
    def far_end(
        self, trouble: Trouble, garbage: bytes = b""
    ) -> AbstractAsyncContextManager[FarEnd]: ...

    def letter(self, *, seconds: float = 10, to: str = "") -> Letter:
        return Letter(
            attempt_id=uuid4(),
            channel=self.channel,
            to=to or self.to,
            text=TEXT,
            html=HTML if self.channel is Channel.EMAIL else "",
            subject=SUBJECT if self.channel is Channel.EMAIL else "",
            deadline=NOW + timedelta(seconds=seconds),
            callback_url="https://sunnyside.example/callbacks/1",
            message_id=f"<{uuid4()}@sunnyside.example>",
        )

    async def test_what_the_carrier_takes_is_accepted_with_its_reference(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.NONE) as end:
            answer = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.ACCEPTED
        assert answer.ref
        assert end.taken == 1

    async def test_a_refusal_for_good_says_whom_it_concerns_and_why(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.REFUSES) as end:
            answer = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.REFUSED
        assert answer.blame == "address"
        assert answer.code
        assert answer.words

    async def test_a_carrier_that_is_busy_is_asked_again_when_it_said(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.LATER) as end:
            answer = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.LATER
        assert answer.retry_after == self.patience

    async def test_a_refused_connection_sent_nothing(self) -> None:
        carrier = self.carrier()
        answer = await carrier.hand_over(self.account(closed_port()), self.letter(), NOW)
        await carrier.close()
        assert answer.outcome is Outcome.NOT_SENT
        assert answer.words

    async def test_a_line_cut_after_the_message_was_taken_leaves_it_uncertain(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.CUTS) as end:
            answer = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.UNCERTAIN
        assert end.taken == 1

    async def test_a_cut_on_a_kept_connection_is_uncertain_and_never_repeated(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.CUTS_SECOND) as end:
            first = await carrier.hand_over(end.account, self.letter(), NOW)
            second = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert first.outcome is Outcome.ACCEPTED
        assert second.outcome is Outcome.UNCERTAIN
        assert end.taken == 2

    async def test_silence_ends_at_the_deadline_and_leaves_it_uncertain(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.SILENT) as end, asyncio.timeout(3):
            answer = await carrier.hand_over(end.account, self.letter(seconds=0.4), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.UNCERTAIN
        assert end.taken == 1

    @pytest.mark.parametrize("seconds", [0, -0.001, -3600])
    async def test_nothing_is_sent_once_the_deadline_has_passed(self, seconds: float) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.NONE) as end:
            answer = await carrier.hand_over(end.account, self.letter(seconds=seconds), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.NOT_SENT
        assert end.taken == 0

    async def test_garbage_for_an_answer_leaves_it_uncertain_and_raises_nothing(self) -> None:
        for garbage in self.garbage:
            carrier = self.carrier()
            async with self.far_end(Trouble.NONE, garbage) as end:
                answer = await carrier.hand_over(end.account, self.letter(seconds=1), NOW)
                await carrier.close()
            assert answer.outcome is Outcome.UNCERTAIN, garbage[:60]
            assert end.taken == 1, garbage[:60]

    async def test_what_it_says_holds_neither_the_message_nor_a_secret(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.QUOTES) as end:
            answer = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.REFUSED
        said = answer.words + repr(answer)
        for secret in (*self.secrets, self.to, "Thistlewood", "walking", "word from the"):
            assert secret not in said
        assert len(answer.words) <= 500

    def test_secrets_are_not_in_what_python_prints_of_it(self) -> None:
        carrier, account = self.carrier(), self.account(1)
        for secret in self.secrets:
            assert secret not in repr(account) + repr(carrier) + repr(vars(carrier))

    async def test_settings_that_make_no_sense_hold_the_line_and_send_nothing(self) -> None:
        carrier = self.carrier()
        empty = Account(uuid4(), self.account(1).address, {})
        answer = await carrier.hand_over(empty, self.letter(), NOW)
        assert answer.outcome is Outcome.REFUSED
        assert answer.blame == "line"

    async def test_a_carrier_that_cannot_be_asked_what_it_took_says_so(self) -> None:
        carrier = self.carrier()
        account = self.account(closed_port())
        with pytest.raises(LookupFailed) as failed:
            await carrier.look_up(account, self.to, NOW, frozenset())
        await carrier.close()
        assert not any(secret in str(failed.value) for secret in self.secrets)

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"MessageStatus=delivered", b"{}"])
    def test_a_callback_that_nobody_signed_is_never_a_receipt(self, body: bytes) -> None:
        for headers in ({}, {"x-twilio-signature": "Zm9yZ2Vk"}, {"x-twilio-signature": "\xff"}):
            with pytest.raises((BadSignature, ValueError)):
                self.carrier().read_callback(self.account(1), "https://s.example/", headers, body)

    async def test_a_closed_carrier_opens_again(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.NONE) as end:
            for _ in range(2):
                answer = await carrier.hand_over(end.account, self.letter(), NOW)
                assert answer.outcome is Outcome.ACCEPTED
                await carrier.close()
            await carrier.close()

    async def test_many_at_once_go_each_once(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.NONE) as end:
            answers = await asyncio.gather(
                *(carrier.hand_over(end.account, self.letter(), NOW) for _ in range(60))
            )
            await carrier.close()
        assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
        assert len({answer.ref for answer in answers}) == 60
        assert end.taken == 60

    async def test_giving_up_in_the_middle_leaves_the_carrier_usable(self) -> None:
        carrier = self.carrier()
        async with self.far_end(Trouble.SILENT) as end:
            task = asyncio.create_task(carrier.hand_over(end.account, self.letter(), NOW))
            while not end.taken:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with self.far_end(Trouble.NONE) as end:
            answer = await carrier.hand_over(end.account, self.letter(), NOW)
            await carrier.close()
        assert answer.outcome is Outcome.ACCEPTED


def closed_port() -> int:
    """A port of the loopback address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
