"""How a date and a time are said in a text: short, local, and true at the moment of sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from carepost.messaging.wording.languages import Language, Style, language_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A date further off than this names its year: "Wednesday 25 November" would be read as the next.
_YEAR_AFTER = timedelta(days=300)


class Moment(NamedTuple):
    """A date and a time as a text says them."""

    date: str
    time: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What a text may say of one visit. `local` is naive wall time in `zone` (or aware).

    `name_zone` for telehealth: the client's zone, spoken (RULES C4).
    """

    local: datetime
    zone: str
    place: str = ""
    practitioner: str = ""
    name_zone: bool = False


def spoken(
    local: datetime,
    zone: str,
    language: str,
    now: datetime,
    *,
    country: str = "US",
    name_zone: bool = False,
) -> Moment:
    """Say a visit's moment, with "today" and "tomorrow" as of `now` in its zone (RULES C4).

    `local` is naive wall time in `zone`, an IANA name; an aware one is taken there first. A wall
    time that does not exist moves forward by the gap, one that exists twice is the first (RULES
    C3). `now` is aware. `country` picks the style of dates and clocks; `name_zone` adds the
    zone to the time. An unknown language speaks English. Raises ZoneInfoNotFoundError, and
    ValueError where `now` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("now needs its zone")
    speech = language_of(language)
    style = speech.styles.get(country) or speech.styles[""]
    at, today = _on_the_wall(local, now, ZoneInfo(zone))
    time = _time(at, style)
    if name_zone:
        city = speech.zones.get(zone) or zone.rpartition("/")[2].replace("_", " ")
        time = speech.zone_city.format(time=time, city=city)
    return Moment(_date(at.date(), today, speech, style), time)


def several(
    visits: Sequence[Visit], language: str, now: datetime, *, country: str = "US"
) -> dict[str, str]:
    """The `appointment` facts for one person's visits of one day, in the order of their moments.

    Gives date, time, place and practitioner. Where several visits differ in place or person, the
    time says which goes with which ("10:30 AM with Dr Shaw and 2:00 PM with Dr Ray"), and place
    and practitioner list each name once. A caller that may not name practitioners (RULES B1)
    leaves them empty in the visits. Raises ValueError for no visits.
    """
    if not visits:
        raise ValueError("there is no visit to speak of")
    speech = language_of(language)
    ordered = sorted(visits, key=_instant)
    moments = [
        spoken(v.local, v.zone, language, now, country=country, name_zone=v.name_zone)
        for v in ordered
    ]
    places = _distinct([visit.place for visit in ordered])
    people = _distinct([visit.practitioner for visit in ordered])
    times = []
    for visit, moment in zip(ordered, moments, strict=True):
        time = moment.time
        if len(people) > 1 and visit.practitioner:
            time = speech.with_person.format(time=time, person=visit.practitioner)
        if len(places) > 1 and visit.place:
            time = speech.at_place.format(time=time, place=visit.place)
        # Two zones can make two dates of one day: then each later one says its own.
        times.append(time if moment.date == moments[0].date else f"{time} ({moment.date})")
    return {
        "date": moments[0].date,
        "time": _list(_distinct(times), speech),
        "place": _list(places, speech),
        "practitioner": _list(people, speech),
    }


def _on_the_wall(local: datetime, now: datetime, zone: ZoneInfo) -> tuple[datetime, date]:
    """What the clock of the zone shows at the visit, and the date it shows now."""
    aware = local.replace(tzinfo=zone, fold=0) if local.tzinfo is None else local
    # By way of UTC, so that a time in a spring gap moves forward.
    return aware.astimezone(UTC).astimezone(zone), now.astimezone(zone).date()


def _instant(visit: Visit) -> datetime:
    if visit.local.tzinfo is not None:
        return visit.local.astimezone(UTC)
    return visit.local.replace(tzinfo=ZoneInfo(visit.zone), fold=0).astimezone(UTC)


def _date(day: date, today: date, speech: Language, style: Style) -> str:
    ahead = day - today
    weekday, month = day.weekday(), day.month - 1
    pattern = style.date_with_year if abs(ahead) > _YEAR_AFTER else style.date
    words: Mapping[str, str | int] = {
        "weekday": speech.weekdays[weekday],
        "weekday_short": speech.weekdays_short[weekday],
        "day": day.day,
        "month": speech.months[month],
        "month_short": speech.months_short[month],
        "year": day.year,
    }
    said = pattern.format_map(words)
    if 0 <= ahead.days <= 1:
        near = speech.tomorrow if ahead.days else speech.today
        return speech.near.format(near=near, date=said)
    return said


def _time(at: datetime, style: Style) -> str:
    if style.half_days is None:
        return f"{at.hour:02}:{at.minute:02}"
    return f"{(at.hour - 1) % 12 + 1}:{at.minute:02} {style.half_days[at.hour >= 12]}"


def _distinct(words: Sequence[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word]


def _list(words: Sequence[str], speech: Language) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {speech.and_} {words[-1]}"
