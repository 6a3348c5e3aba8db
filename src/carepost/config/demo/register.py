"""The demo's clients written down: how they are reached, what they agreed to, who stopped."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carepost.config.demo import writing
from carepost.ground import ids
from carepost.people.models import Client, Consent, ContactPoint, Stop
from carepost.practice import keys
from carepost.practice.models import AuditEntry, Practice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from carepost.config.demo.people import Fictitious

SOURCE = "demo"
ASKED = "We may remind you of visits by text. Message and data rates may apply. STOP ends it."
WITHDRAWN = "Please no texts any more."


def write(practice: Practice, people: Iterable[Fictitious], begin: datetime, now: datetime) -> None:
    """Write clients who are not there, as of `begin`. Acting for the practice."""
    chance = random.Random(f"register {practice.id}")  # noqa: S311 -- a demo
    clients: list[tuple[Any, ...]] = []
    points: list[tuple[Any, ...]] = []
    consents: list[tuple[Any, ...]] = []
    stops: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
    for person in people:
        at = begin - timedelta(minutes=chance.randrange(60 * 24 * 60))
        trouble_at = trouble_since(person, now)
        client = ids.new(at, chance)
        clients.append(
            (
                client, practice.id, person.first_name, person.last_name, person.language,
                person.birth_date, person.channel, keys.new_client_key(practice), SOURCE,
                person.external_id, at,
            )
        )  # fmt: skip
        entries.append(
            (ids.new(at, chance), practice.id, at, "system", "client.add", "client", client)
        )
        bad = trouble_at if person.trouble == "bad_number" else None
        for system, value, use in (
            ("phone", person.phone, "mobile"),
            ("email", person.email, "home"),
        ):
            if value:
                points.append(
                    (
                        ids.new(at, chance), practice.id, client, system, value, use,
                        bad if system == "phone" else None, at,
                    )
                )  # fmt: skip
        said = [(True, at, "paper", ASKED)] if person.agreed and person.phone else []
        if person.trouble == "withdrew":
            said.append((False, trouble_at, "spoken", WITHDRAWN))
        consents += [
            (
                ids.new(when, chance),
                practice.id,
                client,
                "sms",
                person.phone,
                given,
                when,
                how,
                words,
            )
            for given, when, how, words in said
        ]
        if person.trouble == "stopped":
            stops.append(
                (ids.new(trouble_at, chance), practice.id, "sms", person.phone, trouble_at, "reply")
            )
    writing.insert(Client, _CLIENT, clients)
    writing.insert(ContactPoint, _POINT, points)
    writing.insert(Consent, _CONSENT, consents)
    writing.insert(Stop, _STOP, stops)
    writing.insert(AuditEntry, _ENTRY, entries)


def trouble_since(person: Fictitious, now: datetime) -> datetime:
    """When a person's trouble began."""
    return now - timedelta(days=person.since_days)


_CLIENT = (
    "id", "practice_id", "first_name", "last_name", "language", "birth_date", "assigned_channel",
    "sealed_key", "source", "external_id", "created_at",
)  # fmt: skip
_POINT = (
    "id", "practice_id", "client_id", "system", "value", "use", "invalid_since", "created_at",
)  # fmt: skip
_CONSENT = (
    "id", "practice_id", "client_id", "channel", "address", "given", "at", "how", "words",
)  # fmt: skip
_STOP = ("id", "practice_id", "channel", "address", "at", "how")
_ENTRY = ("id", "practice_id", "at", "actor_kind", "action", "subject_kind", "subject_id")


def ids_by_external_id(practice_id: UUID) -> dict[str, UUID]:
    """The demo's clients that are there."""
    rows = Client.objects.filter(practice_id=practice_id, source=SOURCE)
    return dict(rows.values_list("external_id", "id"))
