"""What an answer means for its message. Pure: the table of retries (RULES D3, D6, D9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from carepost.messaging.carrier import Blame, Outcome
from carepost.messaging.status import Status

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from carepost.messaging.carrier import Answer

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=15)
AGAIN_SOON = timedelta(seconds=2)
MOST_TRIES = 40
LINE_PAUSE = timedelta(minutes=1)


class Settlement(NamedTuple):
    """Where a message goes. `due_at`: when to try again. `pause`: until when its line waits."""

    status: Status
    due_at: datetime | None = None
    pause: datetime | None = None


def settlement(
    answer: Answer,
    *,
    tries: int,
    expires_at: datetime,
    at_most_once: bool,
    now: datetime,
    chance: Random,
) -> Settlement:
    """Decide by what the error means. A retry never lies past the message's expiry."""
    if answer.outcome is Outcome.ACCEPTED:
        return Settlement(Status.SENT)
    if answer.outcome is Outcome.UNCERTAIN and at_most_once:
        return Settlement(Status.UNCERTAIN)
    pause = None
    if answer.blame is Blame.LINE:
        pause = now + LINE_PAUSE
    if answer.retry_after is not None:
        pause = now + timedelta(seconds=max(answer.retry_after, 0.1))
    if answer.outcome is Outcome.REFUSED and answer.blame is not Blame.LINE:
        return Settlement(Status.FAILED)
    again = now + wait_before(tries, chance)
    if answer.outcome is Outcome.UNCERTAIN or answer.retry_after is not None:
        again = now + AGAIN_SOON * (1 + chance.random())
    if pause is not None:
        again = max(again, pause) if answer.retry_after is None else pause
    if again >= expires_at or tries >= MOST_TRIES:
        return Settlement(Status.FAILED, None, pause)
    return Settlement(Status.PLANNED, again, pause)


def wait_before(tries: int, chance: Random) -> timedelta:
    """How long to wait after so many tries: doubling, bounded, with jitter of a half."""
    doublings: int = 1 << min(tries - 1, 10)
    wait = min(FIRST_RETRY * doublings, LONGEST_RETRY)
    return wait * (0.75 + chance.random() / 2)
