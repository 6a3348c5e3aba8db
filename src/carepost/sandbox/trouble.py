"""The switches for trouble: everything that a carrier does wrong on a bad day, at will."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Numbers that are always in trouble, so that a demo needs no switch.
UNREACHABLE_ENDING: Final = "0003"
OPTED_OUT_ENDING: Final = "0010"

_MAX_SECONDS = 3600.0
_MAX_NAMED = 10_000


class TroubleError(ValueError):
    """A switch that does not exist, or a value that it cannot take; the message says which."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The switches, all off. Fractions are 0 to 1, of the requests (or mails) concerned."""

    slow_ms: float = 0.0  # every API request waits this long before anything happens
    refuse_429: float = 0.0  # refused as too many, nothing accepted
    retry_after_s: int = 1  # what the refusal's Retry-After says
    error_500: float = 0.0  # 500; of the creates among them, half were accepted all the same
    cut: float = 0.0  # accepted, then the connection is cut without an answer
    list_lag_s: float = 0.0  # list and fetch do not show texts younger than this
    receipts_late_s: float = 0.0
    receipts_twice: bool = False
    receipts_shuffled: bool = False
    receipts_none: bool = False
    unreachable: frozenset[str] = field(default_factory=frozenset)  # undelivered, 30003
    opted_out: frozenset[str] = field(default_factory=frozenset)  # refused, 21610
    smtp_defer: float = 0.0  # recipients deferred, 451 4.7.1
    smtp_reject: frozenset[str] = field(default_factory=frozenset)  # addresses refused, 550 5.1.1
    smtp_cut: float = 0.0  # mail stored, then the connection is cut without the 250
    seed: int | None = None  # the same seed draws the same luck

    def as_json(self) -> dict[str, Any]:
        """Return every switch by name, sets as sorted lists."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in values.items()
        }

    def is_unreachable(self, number: str) -> bool:
        """Tell whether a text to `number` ends undelivered."""
        return number.endswith(UNREACHABLE_ENDING) or number in self.unreachable

    def is_opted_out(self, number: str) -> bool:
        """Tell whether `number` told the carrier to stop."""
        return number.endswith(OPTED_OUT_ENDING) or number in self.opted_out


_OFF: Final = Trouble()
_FRACTIONS = {"refuse_429", "error_500", "cut", "smtp_defer", "smtp_cut"}


def changed(trouble: Trouble, given: Mapping[str, Any]) -> Trouble:
    """Return `trouble` with the switches in `given` set, the others as they were.

    Raises TroubleError on an unknown switch or a value out of its range.
    """
    known = {each.name for each in fields(Trouble)}
    for name in given:
        if name not in known:
            raise TroubleError(
                f"There is no switch {name!r}. There are: {', '.join(sorted(known))}"
            )
    return replace(trouble, **{name: _checked(name, value) for name, value in given.items()})


def switched_on(trouble: Trouble) -> list[str]:
    """Return the names of the switches that are on; `seed` and `retry_after_s` are none."""
    return [
        each.name
        for each in fields(Trouble)
        if each.name not in ("seed", "retry_after_s")
        and getattr(trouble, each.name) != getattr(_OFF, each.name)
    ]


def _checked(name: str, value: Any) -> Any:  # Any: JSON from outside, checked here
    default = getattr(_OFF, name)
    if name == "seed":
        if value is not None and type(value) is not int:
            raise TroubleError("seed is a whole number, or null")
        return value
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise TroubleError(f"{name} is true or false")
        return value
    if isinstance(default, frozenset):
        return _names(name, value)
    top = 1.0 if name in _FRACTIONS else _MAX_SECONDS * (1000 if name == "slow_ms" else 1)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= top:
        raise TroubleError(f"{name} is a number from 0 to {top:g}")
    return type(default)(value)


def _names(name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TroubleError(f"{name} is a list of strings")
    if len(value) > _MAX_NAMED:
        raise TroubleError(f"{name} takes at most {_MAX_NAMED:,} entries")
    trimmed = (each.strip() for each in value)
    return frozenset(each.lower() if "@" in each else each for each in trimmed if each)


class Chance:
    """The sandbox's luck: seeded, so that a bad day can be had again."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311  luck, not a secret

    def hits(self, fraction: float) -> bool:
        """Return true in about `fraction` of the calls; draws nothing when it is 0."""
        return fraction > 0 and self._random.random() < fraction

    def shuffle(self, items: list[str]) -> None:
        """Shuffle `items` in place."""
        self._random.shuffle(items)
