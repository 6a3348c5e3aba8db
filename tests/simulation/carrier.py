"""A carrier behind the port that does all a carrier may do, and remembers what truly arrived.

Assumptions that Carepost is built on, kept here: what was taken is listed within the wait between
two looks; a request that is begun before its deadline is taken, or not, before it is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from carepost.messaging.carrier import (
    Account,
    Answer,
    Blame,
    Channel,
    Checkup,
    Letter,
    LookupFailed,
    Outcome,
    Receipt,
    ReceiptEvent,
    Sighting,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random
    from uuid import UUID

LOOK_WAIT = timedelta(seconds=30)
CLOSE = timedelta(seconds=10)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One letter that the carrier took."""

    at: datetime
    listed_at: datetime
    ref: str
    line: UUID
    letter: Letter


@dataclass
class SimCarrier:
    """`hear(at, attempt, receipt)` brings a receipt to us at a time. Healthy: it does all well."""

    name: str
    channel: Channel
    chance: Random
    clock: Callable[[], datetime]
    hear: Callable[[datetime, UUID, Receipt], None]
    arrivals: list[Arrival] = field(default_factory=list)
    answers: dict[UUID, list[Answer]] = field(default_factory=dict)  # by attempt
    taken: dict[str, datetime] = field(default_factory=dict)  # when last, by address
    nobody: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    healthy: bool = False
    delay: timedelta = timedelta(0)  # until the last hand-over's answer reaches us
    posting: Callable[[Letter, datetime], None] = lambda letter, now: None  # a request begins
    to_look: Callable[[], None] = lambda: None  # before and after each look

    @property
    def at_most_once(self) -> bool:
        return self.channel is Channel.SMS

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset({self.channel})

    @staticmethod
    def too_late(letter: Letter, now: datetime) -> bool:
        """What the port asks of every adapter, and the contract tests of each real one."""
        return now >= letter.deadline

    async def hand_over(self, account: Account, letter: Letter, now: datetime) -> Answer:
        answer = self._answer(account, letter, now)
        self.answers.setdefault(letter.attempt_id, []).append(answer)
        return answer

    def _answer(self, account: Account, letter: Letter, now: datetime) -> Answer:
        slow = self.chance.random() < 0.15
        self.delay = timedelta(seconds=self.chance.uniform(2, 25) if slow else self.chance.random())
        if self.too_late(letter, now):
            return Answer(Outcome.NOT_SENT, words="too late")
        self.posting(letter, now)
        if letter.to in self.opted_out:
            return Answer(Outcome.REFUSED, code="21610", blame=Blame.STOPPED)
        if letter.to in self.nobody and self.chance.random() < 0.7:
            return Answer(Outcome.REFUSED, code="21211", blame=Blame.ADDRESS)
        luck = 1.0 if self.healthy else self.chance.random()
        if now - self.taken.get(letter.to, NEVER) < CLOSE:
            luck /= 3  # else a look-up hardly ever meets two letters that it must tell apart
        if luck < 0.05:
            return Answer(Outcome.UNCERTAIN, code="500", words="before it was taken")
        if luck < 0.09:
            return Answer(Outcome.LATER, code="429", retry_after=self.chance.uniform(1, 60))
        if luck < 0.11:
            return Answer(Outcome.LATER, code="30001")
        if luck < 0.13:
            return Answer(Outcome.NOT_SENT, words="connection refused")
        if luck < 0.135:
            return Answer(Outcome.REFUSED, code="30002", blame=Blame.LINE)
        ref = self._take(account, letter, now)
        if luck < 0.22:
            self.delay = timedelta(seconds=self.chance.uniform(5, 25))
            return Answer(Outcome.UNCERTAIN, words="the answer was cut")
        return Answer(Outcome.ACCEPTED, ref=ref)

    def _take(self, account: Account, letter: Letter, now: datetime) -> str:
        lag = LOOK_WAIT * (self.chance.random() * 0.9)
        ref = f"{self.name}{len(self.arrivals):05}"
        at = now + self.delay * self.chance.random()
        self.taken[letter.to] = at
        self.arrivals.append(Arrival(at, at + lag, ref, account.line_id, letter))
        if self.channel is Channel.SMS:
            self._tell(ref, letter, at)
        return ref

    def _tell(self, ref: str, letter: Letter, at: datetime) -> None:
        """Receipts: some late, some twice, some out of order, some never."""

        def after(low: float, high: float) -> datetime:
            return at + timedelta(seconds=self.chance.uniform(low, high))

        if self.chance.random() < 0.5:
            late = self.chance.random() < 0.3
            when = after(10, 900) if late else after(0, 2)
            self.hear(when, letter.attempt_id, Receipt(ReceiptEvent.TAKEN, ref))
        if not self.healthy and self.chance.random() < 0.3:
            return
        end = Receipt(ReceiptEvent.DELIVERED, ref)
        if letter.to in self.nobody:
            end = Receipt(ReceiptEvent.UNDELIVERED, ref, "30005", blame=Blame.ADDRESS)
        elif self.chance.random() < 0.06:
            end = Receipt(ReceiptEvent.UNDELIVERED, ref, "30008")
        late = self.chance.random() < 0.1
        times = 2 if self.chance.random() < 0.12 else 1
        for _ in range(times):
            when = after(3600, 4 * 86400) if late else after(0.1, 20)
            self.hear(when, letter.attempt_id, end)

    async def look_up(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> Sequence[Sighting]:
        self.to_look()
        try:
            return self._listed(account, to, since, known)
        finally:
            self.to_look()

    def _listed(
        self, account: Account, to: str, since: datetime, known: frozenset[str]
    ) -> list[Sighting]:
        if not self.healthy and self.chance.random() < 0.15:
            raise LookupFailed("the list is away")
        now = self.clock()
        return [
            Sighting(a.ref, ReceiptEvent.TAKEN, text=a.letter.text, at=a.at)
            for a in self.arrivals
            if a.line == account.line_id
            and a.letter.to == to
            and a.at >= since
            and a.listed_at <= now
            and a.ref not in known
        ]

    def read_callback(
        self, account: Account, url: str, headers: Mapping[str, str], body: bytes
    ) -> Receipt:
        raise ValueError("receipts are brought by hand")

    async def check(self, account: Account) -> Checkup:
        return Checkup(True)

    async def close(self) -> None:
        """Nothing is kept open."""
