"""The values that shapes are made of: bounded, of one type each, and the same in the OpenAPI."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from carepost.practice import fields
from carepost.practice.errors import Refused

_NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps none

Short = Annotated[str, StringConstraints(max_length=40, pattern=_NO_NUL)]
Name = Annotated[str, StringConstraints(max_length=120, pattern=_NO_NUL)]
FullName = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_NO_NUL)]
Address = Annotated[str, StringConstraints(max_length=320, pattern=_NO_NUL)]
Passage = Annotated[str, StringConstraints(max_length=10_000, pattern=_NO_NUL)]
Flag = StrictBool
Minutes = Annotated[int, Field(strict=True, ge=1, le=1440)]
Rank = Annotated[int, Field(strict=True, ge=1, le=1000)]
Channel = Literal["sms", "voice", "fax", "email"]
System = Literal["phone", "email", "fax"]


class Given(BaseModel):
    """What a request says. A field that there is not is refused: it may be a slip of the pen."""

    model_config = ConfigDict(extra="forbid")

    def sent(self, *needed: str) -> dict[str, Any]:
        """The fields that were sent (`Any`: each of its own type), null too; not those left out.

        Raises Refused where one of the `needed`, which may not be empty, was sent as null.
        """
        for name in needed:
            if name in self.model_fields_set and getattr(self, name) is None:
                raise Refused("This needs a value; leave the field out to keep it.", name)
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}

    def told(self, *needed: str) -> dict[str, Any]:
        """The same with an empty text for null, as the facts keep what is not known."""
        sent = self.sent(*needed)
        return {name: "" if value is None else value for name, value in sent.items()}


class Shown(BaseModel):
    """What an answer says."""


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("Write a text such as 2026-03-02T14:30:00-05:00.")
    # In a query a + that was not escaped has become a space.
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", value)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Write a date and time in ISO 8601, as 2026-03-02T14:30:00Z.") from None
    if read.utcoffset() is None:
        raise ValueError("Write the offset from UTC too, as in 2026-03-02T14:30:00-05:00.")
    try:
        return fields.instant(read, "")
    except Refused as refused:
        raise ValueError(refused.sentence) from None


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("Write a date such as 1980-05-17.") from None


def _clock(text: str) -> time:
    try:
        read = time.fromisoformat(text)
    except ValueError:
        raise ValueError("Write a time of day such as 21:00.") from None
    if read.tzinfo is not None:
        raise ValueError("Write a local time, without an offset.")
    return read


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Aware, in UTC, between 1900 and 2200; its fraction of a second is kept."""

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]

LocalTime = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"),
    AfterValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}),
]
"""A `datetime.time` once read: mypy is told so by `clock_of`."""


def clock_of(value: Any) -> time:
    """A `LocalTime` that was read (`Any`: pydantic has made the text a time)."""
    return value if isinstance(value, time) else _clock(value)


def on_a_clock(value: time) -> str:
    """A local time as the API writes it: 21:00, or 21:00:30 where there are seconds."""
    return value.isoformat("minutes" if not (value.second or value.microsecond) else "auto")
