"""Contacts: everybody else whom the practice writes to."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources.clients import plain, points_of
from carepost.api.resources.contact_points import PointGiven, PointShown
from carepost.api.values import Channel, FullName, Given, Instant, Name, Short, Shown
from carepost.people import finding, register
from carepost.people.models import Contact
from carepost.practice.errors import NotFound

router = Router(tags=["Contacts"])


class ContactChange(Given):
    first_name: FullName | None = None
    last_name: Name | None = None
    relationship: Short | None = None
    timezone: Name | None = None
    language: Short | None = None
    assigned_channel: Channel | None = None


class ContactGiven(ContactChange):
    first_name: FullName
    client_id: UUID | None = None
    contact_points: Annotated[list[PointGiven], Field(max_length=20)] = []
    source: Short | None = None
    external_id: Name | None = None


class ContactShown(Shown):
    id: UUID
    client_id: UUID | None
    first_name: str
    last_name: str
    relationship: str
    timezone: str
    language: str
    assigned_channel: str
    contact_points: list[PointShown]
    source: str
    external_id: str
    created_at: Instant
    archived_at: Instant | None


class ContactPaging(paging.Paging):
    """`archived`: those who are, instead of those who are not."""

    q: Name = ""
    archived: bool = False
    client_id: UUID | None = None


def _shown_all(contacts: Sequence[Contact]) -> list[ContactShown]:
    reached_by = points_of("contact_id", [contact.id for contact in contacts])
    return [
        ContactShown.model_construct(
            **plain(contact),
            client_id=contact.client_id,
            relationship=contact.relationship,
            contact_points=reached_by[contact.id],
        )
        for contact in contacts
    ]


@router.get("/contacts", response=paging.Page[ContactShown])
@needs("clients:read")
def list_contacts(
    request: ApiRequest, page: Annotated[ContactPaging, Query()]
) -> paging.Page[ContactShown]:
    """Contacts, oldest first. `q`: beginnings of names, part of a number or address."""
    rows = finding.matching(Contact.objects.filter(archived_at__isnull=not page.archived), page.q)
    if page.client_id:
        rows = rows.filter(client_id=page.client_id)
    found, cursor = paging.cut(request, rows, (), page)
    request.call.has_read("contact", [contact.id for contact in found])
    return paging.Page(items=_shown_all(found), next_cursor=cursor)


@router.post("/contacts", response={201: ContactShown})
@needs("clients:write")
def add_contact(request: ApiRequest, contact: ContactGiven) -> Status[ContactShown]:
    """Add a contact, linked to a client or not."""
    call = request.call
    fields = contact.told()
    fields["client_id"] = contact.client_id
    fields["contact_points"] = [point.model_dump() for point in contact.contact_points]
    made = register.add_contact(call.practice_id, call.actor, **fields)
    return Status(201, _shown_all([made])[0])


@router.get("/contacts/{contact_id}", response=ContactShown)
@needs("clients:read")
def get_contact(request: ApiRequest, contact_id: UUID) -> ContactShown:
    """One contact."""
    contact = Contact.objects.filter(id=contact_id).first()
    if contact is None:
        raise NotFound("There is no such contact.")
    request.call.has_read("contact", [contact.id])
    return _shown_all([contact])[0]


@router.patch("/contacts/{contact_id}", response=ContactShown)
@needs("clients:write")
def change_contact(request: ApiRequest, contact_id: UUID, change: ContactChange) -> ContactShown:
    """Change what is given; null empties a field."""
    call = request.call
    contact = register.change_contact(call.practice_id, contact_id, call.actor, **change.told())
    return _shown_all([contact])[0]


@router.post("/contacts/{contact_id}/archive", response=ContactShown)
@needs("clients:write")
def archive_contact(request: ApiRequest, contact_id: UUID) -> ContactShown:
    """Take a contact out of the lists."""
    call = request.call
    contact = register.archive_contact(call.practice_id, contact_id, call.actor, call.now)
    return _shown_all([contact])[0]


@router.post("/contacts/{contact_id}/restore", response=ContactShown)
@needs("clients:write")
def restore_contact(request: ApiRequest, contact_id: UUID) -> ContactShown:
    """Take a contact back into the lists."""
    call = request.call
    return _shown_all([register.restore_contact(call.practice_id, contact_id, call.actor)])[0]
