"""Data for tests, made by the product's own functions: each gives a row, with all else chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from carepost.appointments import booking
from carepost.messaging import lines
from carepost.people import register
from carepost.practice import founding, settings
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Practice
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.appointments.models import Appointment
    from carepost.messaging.models import PracticeLine
    from carepost.people.models import Client

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""A Monday, 10:00 in New York, six days before its clocks go forward."""

ACCOUNTS = {
    "twilio": {"account_sid": "AC" + "0" * 32, "auth_token": "token"},
    "smtp": {"host": "mail.care.test", "port": "25", "tls": "none"},
}
"""Accounts that open nothing."""

_number = count(1)


def make_practice(
    name: str = "Northside Family Care",
    timezone: str = "America/New_York",
    *,
    owner_email: str = "",
    country: str = "US",
    phone: str = "",
    language: str = "en",
    **changed: Any,
) -> Practice:
    """A practice; `changed` are settings to change at once, as `settings.change` takes them."""
    made = founding.found(
        name,
        timezone,
        owner_email or f"owner{next(_number)}@practice.test",
        country=country,
        phone=phone,
        language=language,
    )
    if changed:
        settings.change(made.practice_id, SYSTEM, **changed)
    return practice_of(made.practice_id)


def practice_of(practice_id: UUID) -> Practice:
    """The practice as it is now."""
    with acting_for(practice_id):
        return Practice.objects.get(id=practice_id)


def make_client(
    practice: Practice,
    first_name: str = "Ann",
    last_name: str = "Field",
    *,
    phone: str | None = "",
    email: str | None = "",
    **others: Any,
) -> Client:
    """A client reached by SMS and email: at addresses of her own, the given ones, or (None) not."""
    n = next(_number)
    area, last = divmod(n - 1, 100)
    if phone == "":
        phone = f"+1{200 + area:03}55501{last:02}"
    if email == "":
        email = f"client{n}@people.test"
    points = [{"system": "phone", "value": phone, "use": "mobile"}] if phone else []
    points += [{"system": "email", "value": email}] if email else []
    others.setdefault("assigned_channel", "sms" if phone else "email" if email else "")
    return register.add_client(
        practice.id,
        SYSTEM,
        first_name=first_name,
        last_name=last_name,
        contact_points=points,
        **others,
    )


def make_appointment(
    practice: Practice,
    client: Client | None = None,
    *,
    at: datetime | None = None,
    now: datetime = NOW,
    type: str | UUID = "Check-up",
    practitioner: str | UUID = "",
    place: str | UUID | None = None,
    minutes: int = 30,
    **others: Any,
) -> Appointment:
    """A visit, a week from `now` unless `at` says when, with a practitioner of its own."""
    client = client or make_client(practice)
    return booking.book(
        practice.id,
        SYSTEM,
        client_id=client.id,
        type=type,
        practitioner=practitioner or f"Dr {next(_number)}",
        place=place,
        starts_at=at or now + timedelta(days=7),
        minutes=minutes,
        now=now,
        **others,
    )


def make_line(
    practice: Practice,
    channel: str = "sms",
    carrier: str = "",
    address: str = "",
    *,
    rate: float | None = None,
    settings: dict[str, str] | None = None,
) -> PracticeLine:
    """A line of the practice's own, with its lanes; nothing is sent by making one."""
    n = next(_number)
    if not address:
        address = f"+1{999 - n // 100:03}55501{n % 100:02}" if channel == "sms" else "us@care.test"
    carrier = carrier or {"sms": "twilio", "email": "smtp"}[channel]
    return lines.add_line(
        practice.id,
        SYSTEM,
        channel=channel,
        carrier=carrier,
        address=address,
        settings=settings or ACCOUNTS[carrier],
        rate=rate,
    )
