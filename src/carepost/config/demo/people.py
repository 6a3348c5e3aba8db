"""The demo's clients, who do not exist: each always the same, whatever the day.

Their numbers are 555-0100 to 555-0199 of one area after another, which are kept for fiction.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from carepost.config.demo.names import COMMUNITIES, latin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepost.config.demo.names import Community

AREAS = [
    code
    for code in range(203, 990)
    # Not 628, where the people of the file to import live, nor codes that nobody has (N11, N9X).
    if code % 100 != 11 and code // 10 % 10 != 9 and code != 628
]
CHILD_UNDER = 16
# How many of a hundred, beside those that are as one would wish.
TROUBLES = {"unreachable": 2, "bad_number": 3, "stopped": 2, "withdrew": 2, "voice": 1}
_FIRST_OF_EACH = 5  # so early in the list stands one of each, however short the list


@dataclass(frozen=True, slots=True)
class Fictitious:
    """A client. `trouble`: empty, or a word of TROUBLES; `since_days`: how long ago it began.

    `agreed`: their consent is kept. A household shares the number of its first.
    """

    number: int
    first_name: str
    last_name: str
    birth_date: date
    language: str
    phone: str
    email: str
    channel: str
    trouble: str = ""
    since_days: int = 0
    agreed: bool = True

    @property
    def external_id(self) -> str:
        return f"client-{self.number + 1:05d}"

    @property
    def ordinary(self) -> bool:
        """Whether messages reach them as they should."""
        return not self.trouble


def everyone(how_many: int) -> list[Fictitious]:
    """The first so many of the demo's clients."""
    chance = random.Random("the people of the demo")  # noqa: S311 -- a demo
    found: list[Fictitious] = []
    while len(found) < how_many:
        found.extend(_household(len(found), chance))
    return found[:how_many]


def _household(first: int, chance: random.Random) -> Iterator[Fictitious]:
    community = chance.choices(COMMUNITIES, [c.share for c in COMMUNITIES])[0]
    last_name = chance.choice(community.last)
    size = chance.choices((1, 2, 3, 4), (88, 5, 4, 3))[0]
    phone = f"+1{AREAS[first // 100]}555{100 + first % 100:04d}"
    names = chance.sample(community.first, size)
    for place, first_name in enumerate(names):
        young = place >= 2 or (size == 2 and place == 1 and chance.random() < 0.5)
        number = first + place
        trouble = _trouble(number, chance) if size == 1 else ""
        yield _person(number, first_name, last_name, young, trouble, phone, community, chance)


def _person(
    number: int,
    first_name: str,
    last_name: str,
    young: bool,
    trouble: str,
    phone: str,
    community: Community,
    chance: random.Random,
) -> Fictitious:
    born = date(2011, 1, 1) + timedelta(days=chance.randrange(13 * 365))
    if not young:
        born = date(1934, 1, 1) + timedelta(days=round(chance.triangular(0, 72, 50) * 365))
    channel = chance.choices(("sms", "email", ""), (66, 26, 8))[0]
    has_email = channel == "email" or chance.random() < 0.7
    if trouble in ("bad_number", "stopped", "withdrew"):
        channel = "sms"
    elif trouble == "voice":
        channel = "voice"
    address = f"{latin(first_name)}.{latin(last_name)}{number + 1}@example.com"
    reachable = trouble != "unreachable"
    return Fictitious(
        number=number,
        first_name=first_name,
        last_name=last_name,
        birth_date=born,
        language=community.language if chance.random() < 0.7 else "",
        phone=phone if reachable and (channel != "email" or chance.random() < 0.92) else "",
        email=address if reachable and has_email and not young else "",
        channel="sms" if young and channel == "email" else channel,
        trouble=trouble,
        since_days=chance.randrange(1, 150),
        agreed=chance.random() < 0.7,
    )


def _trouble(number: int, chance: random.Random) -> str:
    words, shares = [*TROUBLES, ""], [*TROUBLES.values()]
    drawn = chance.choices(words, [*shares, 100 - sum(shares)])[0]
    return list(TROUBLES)[number % len(TROUBLES)] if 0 < number <= _FIRST_OF_EACH else drawn
