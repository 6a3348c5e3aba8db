"""From the facts of now to the words that go out. Pure; templates are compiled once a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

from carepost.messaging.channels.email_html import html_of
from carepost.messaging.kinds import KINDS
from carepost.messaging.wording import defaults, moments
from carepost.messaging.wording.template import (
    EMAIL_LIMIT,
    SMS_LIMIT,
    Compiled,
    RenderFailed,
    compile_,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMITS = {"sms": SMS_LIMIT, "voice": 2000, "fax": EMAIL_LIMIT, "email": EMAIL_LIMIT}
"""Characters a channel carries."""


class CannotCompose(Exception):
    """The wording could not be filled in. Carries no text."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: `subject` and `html` are empty where the channel has none."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a message may speak of. `subject` and `body` are a template's; None: the default's."""

    kind: str
    what: str
    channel: str
    language: str
    country: str
    practice_name: str
    practice_phone: str
    first_name: str
    visits: tuple[moments.Visit, ...]
    was: tuple[str, str, str] | None
    subject: str | None
    body: str | None


def compose(about: About, now: datetime) -> Words:
    """The words of one message. Raises CannotCompose."""
    if KINDS[about.kind].to_staff:
        raise CannotCompose("this kind has no template: its words are set when it is made")
    default = defaults.find(about.kind, _wording_channel(about.channel), about.language, about.what)
    body = default.body if about.body is None else about.body
    subject = about.subject or default.subject
    facts = _facts(about, now)
    try:
        text = _compiled(about.kind, body).render(facts, LIMITS[about.channel])
        if about.channel != "email":
            return Words("", text)
        title = _compiled(about.kind, subject).render(facts, 200).strip()
    except RenderFailed as error:
        raise CannotCompose(str(error)) from None
    return Words(title, text, html_of(text, lang=about.language, title=title))


def as_set(channel: str, language: str, subject: str, text: str) -> Words:
    """Words that a member wrote, which no template fills."""
    if channel != "email":
        return Words("", text)
    return Words(subject, text, html_of(text, lang=language or "en", title=subject))


def _wording_channel(channel: str) -> str:
    return "email" if channel in ("email", "fax") else "sms"


@lru_cache(maxsize=8192)
def _compiled(kind: str, source: str) -> Compiled:
    return compile_(source, KINDS[kind].fields)


def _facts(about: About, now: datetime) -> dict[str, dict[str, str]]:
    appointment = _visits(about.visits, about.language, about.country, now)
    if about.was:
        day, clock, zone = about.was
        old = moments.spoken(
            datetime.combine(date.fromisoformat(day), time.fromisoformat(clock)),
            zone,
            about.language,
            now,
            country=about.country,
        )
        appointment |= {"old_date": old.date, "old_time": old.time}
    elif about.kind == "appointment_notice":
        appointment |= {"old_date": "", "old_time": ""}
    return {
        "client": {"first_name": about.first_name},
        "practice": {"name": about.practice_name, "phone": about.practice_phone},
        "appointment": appointment,
        "notice": {"what": about.what},
    }


def _visits(
    visits: Sequence[moments.Visit], language: str, country: str, now: datetime
) -> dict[str, str]:
    if len(visits) == 1:
        visit = visits[0]
        said = moments.spoken(visit.local, visit.zone, language, now, country=country)
        return {
            "date": said.date,
            "time": said.time,
            "place": visit.place,
            "practitioner": visit.practitioner,
        }
    return moments.several(visits, language, now, country=country)
