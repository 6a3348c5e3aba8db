"""The register of clients and contacts: added, changed, archived. Ways to reach them: `points`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError

from carepost.people import points
from carepost.people.models import Client, Contact, ContactPoint
from carepost.people.points import add_contact_point, remove_contact_point
from carepost.practice import audit, changes, fields, keys, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime
    from uuid import UUID

__all__ = [
    "add_client",
    "add_contact",
    "add_contact_point",
    "archive_client",
    "archive_contact",
    "change_client",
    "change_contact",
    "remove_contact_point",
    "restore_client",
    "restore_contact",
]

CHANNELS = ("", "sms", "voice", "fax", "email")
Someone = TypeVar("Someone", Client, Contact)


def add_client(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    first_name: str,
    last_name: str = "",
    timezone: str = "",
    language: str = "",
    birth_date: date | None = None,
    assigned_channel: str = "",
    notes: str = "",
    contact_points: Iterable[Mapping[str, Any]] = (),
    source: str = "",
    external_id: str = "",
) -> Client:
    """Add a client with the ways to reach them; all of it or, by Refused, nothing.

    `contact_points`: {system: phone, fax or email; value; use?; rank?}, in the order preferred; the
    same one twice counts once. Empty zone and language: the practice's. `notes`: for staff alone,
    never sent. `(source, external_id)`
    is where it was imported from: Conflict where that is here already.
    """
    given = {
        "first_name": first_name,
        "last_name": last_name,
        "timezone": timezone,
        "language": language,
        "birth_date": birth_date,
        "assigned_channel": assigned_channel,
        "notes": notes,
    }
    with _imported_once(), tenancy.acting_for(practice_id):
        practice = _practice(practice_id)
        client = Client(
            practice_id=practice_id,
            sealed_key=keys.new_client_key(practice),
            **_checked(given, _CLIENT),
            **_origin(source, external_id),
        )
        reached_by = points.read(contact_points, practice.country, client)
        client.save(force_insert=True)
        ContactPoint.objects.bulk_create(reached_by)
        audit.record(practice_id, actor, "client.add", "client", client.id)
        changes.touch_clients(practice_id, [client.id])
    return client


def change_client(practice_id: UUID, client_id: UUID, actor: audit.Actor, **given: Any) -> Client:
    """Change what is known of a client: the fields of `add_client`, but how they are reached.

    `given`: `Any`, for each is checked here. Raises NotFound, Refused.
    """
    with tenancy.acting_for(practice_id):
        client = _locked(Client, client_id)
        changed = _apply(client, _checked(given, _CLIENT))
        if changed:
            audit.record(practice_id, actor, "client.change", "client", client_id, fields=changed)
            changes.touch_clients(practice_id, [client_id])
    return client


def add_contact(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    first_name: str,
    last_name: str = "",
    client_id: UUID | None = None,
    relationship: str = "",
    timezone: str = "",
    language: str = "",
    assigned_channel: str = "",
    contact_points: Iterable[Mapping[str, Any]] = (),
    source: str = "",
    external_id: str = "",
) -> Contact:
    """Add somebody else whom the practice writes to; `client_id` where linked to a client.

    The rest as for `add_client`, which see. Raises NotFound where there is no such client.
    """
    given = {
        "first_name": first_name,
        "last_name": last_name,
        "timezone": timezone,
        "language": language,
        "relationship": relationship,
        "assigned_channel": assigned_channel,
    }
    with tenancy.acting_for(practice_id):
        practice = _practice(practice_id)
        if client_id is not None and not Client.objects.filter(id=client_id).exists():
            raise NotFound("There is no such client.", "client_id")
        contact = Contact(
            practice_id=practice_id,
            client_id=client_id,
            sealed_key=keys.new_client_key(practice),
            **_checked(given, _CONTACT),
            **_origin(source, external_id),
        )
        reached_by = points.read(contact_points, practice.country, contact)
        contact.save(force_insert=True)
        ContactPoint.objects.bulk_create(reached_by)
        audit.record(practice_id, actor, "contact.add", "contact", contact.id)
        if client_id is not None:
            changes.touch_clients(practice_id, [client_id])
    return contact


def change_contact(
    practice_id: UUID, contact_id: UUID, actor: audit.Actor, **given: Any
) -> Contact:
    """Change what is known of a contact: the fields of `add_contact`, but its client and points.

    `given`: `Any`, for each is checked here. Raises NotFound, Refused.
    """
    with tenancy.acting_for(practice_id):
        contact = _locked(Contact, contact_id)
        changed = _apply(contact, _checked(given, _CONTACT))
        if changed:
            audit.record(
                practice_id, actor, "contact.change", "contact", contact_id, fields=changed
            )
            if contact.client_id:
                changes.touch_clients(practice_id, [contact.client_id])
    return contact


def archive_client(practice_id: UUID, client_id: UUID, actor: audit.Actor, now: datetime) -> Client:
    """Take a client out of the lists. Who has visits ahead is not for this: `archiving.archive`.

    Again: changes nothing. Raises NotFound.
    """
    return _shelve(Client, practice_id, client_id, actor, now)


def restore_client(practice_id: UUID, client_id: UUID, actor: audit.Actor) -> Client:
    """Take a client back into the lists; again: changes nothing. Raises NotFound."""
    return _shelve(Client, practice_id, client_id, actor, None)


def archive_contact(
    practice_id: UUID, contact_id: UUID, actor: audit.Actor, now: datetime
) -> Contact:
    """Take a contact out of the lists; again: changes nothing. Raises NotFound."""
    return _shelve(Contact, practice_id, contact_id, actor, now)


def restore_contact(practice_id: UUID, contact_id: UUID, actor: audit.Actor) -> Contact:
    """Take a contact back into the lists; again: changes nothing. Raises NotFound."""
    return _shelve(Contact, practice_id, contact_id, actor, None)


def _shelve(
    kind: type[Someone], practice_id: UUID, id_: UUID, actor: audit.Actor, at: datetime | None
) -> Someone:
    with tenancy.acting_for(practice_id):
        someone = _locked(kind, id_)
        if (someone.archived_at is None) != (at is None):
            someone.archived_at = at
            someone.save(update_fields=["archived_at"])
            noun, verb = str(kind._meta.verbose_name), "archive" if at else "restore"
            audit.record(practice_id, actor, f"{noun}.{verb}", noun, id_)
            if isinstance(someone, Client):
                changes.touch_clients(practice_id, [id_])
    return someone


_PERSON = {
    "first_name": lambda v: fields.text(v, "first_name", most=80, required=True),
    "last_name": lambda v: fields.text(v, "last_name", most=80),
    "timezone": lambda v: fields.zone(v, required=False),
    "language": lambda v: fields.language(v, required=False),
    "assigned_channel": lambda v: fields.one_of(v, "assigned_channel", CHANNELS),
}
_CLIENT = {
    **_PERSON,
    "birth_date": fields.day_of_birth,
    "notes": lambda v: fields.words(v, "notes", most=2_000),
}
_CONTACT = {**_PERSON, "relationship": lambda v: fields.text(v, "relationship", most=40)}


def _checked(given: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in known:
            raise Refused("There is no such field.", name)
    return {name: known[name](value) for name, value in given.items()}


def _origin(source: str, external_id: str) -> dict[str, str]:
    return {
        "source": fields.text(source, "source", most=40),
        "external_id": fields.text(external_id, "external_id", most=120),
    }


def _apply(someone: Client | Contact, values: dict[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(someone, name) != value]
    for name in changed:
        setattr(someone, name, values[name])
    if changed:
        someone.save(update_fields=changed)
    return changed


def _locked(kind: type[Someone], id_: UUID) -> Someone:
    someone = kind._default_manager.select_for_update(no_key=True).filter(id=id_).first()
    if someone is None:
        raise NotFound(f"There is no such {kind._meta.verbose_name}.")
    return someone


def _practice(practice_id: UUID) -> Practice:
    practice = Practice.objects.filter(id=practice_id).first()
    if practice is None:
        raise NotFound("There is no such practice.")
    return practice


@contextmanager
def _imported_once() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "client_imported_once" in str(error):
            raise Conflict(
                "This client was imported before: change that one.", "external_id"
            ) from None
        raise
