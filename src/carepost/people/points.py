"""How people are reached: contact points added, and taken out of use.

None is ever deleted: what was sent there names it. One out of use is `use` "old" (FHIR
ContactPoint.use) and has its `invalid_since`; adding it again brings it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _

from carepost.ground import clock
from carepost.people import addresses
from carepost.people.models import Client, Contact, ContactPoint
from carepost.practice import audit, changes, fields, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

OLD = "old"
USES = ("", "home", "work", "mobile", "temp")


def read(
    given: Iterable[Mapping[str, Any]], country: str, owner: Client | Contact
) -> list[ContactPoint]:
    """Contact points from {system, value, use?, rank?}, not yet saved. Raises Refused.

    Without a rank, those of one system are ranked in their order. A repeated one counts once.
    """
    kept: dict[tuple[str, str], ContactPoint] = {}
    ranked: dict[str, int] = {}
    for one in given:
        system = fields.one_of(one.get("system"), "system", addresses.SYSTEMS)
        value = addresses.normal(system, one.get("value", ""), country)
        use = fields.one_of(one.get("use") or "", "use", USES)
        rank = _rank(one.get("rank") or ranked.get(system, 0) + 1)
        if (system, value) in kept:
            continue
        ranked[system] = ranked.get(system, 0) + 1
        kept[system, value] = ContactPoint(
            practice_id=owner.practice_id,
            client_id=owner.id if isinstance(owner, Client) else None,
            contact_id=owner.id if isinstance(owner, Contact) else None,
            system=system,
            value=value,
            use=use,
            rank=rank,
        )
    return list(kept.values())


def add_contact_point(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    client_id: UUID | None = None,
    contact_id: UUID | None = None,
    system: str,
    value: str,
    use: str = "",
    rank: int = 1,
) -> ContactPoint:
    """Add a way to reach a client or else a contact; one that was out of use is in use again.

    `rank` orders those of one system, 1 preferred. Raises NotFound, Refused; Conflict where the
    person has it.
    """
    if (client_id is None) == (contact_id is None):
        raise Refused("Name a client or a contact, one of the two.", "client_id")
    with tenancy.acting_for(practice_id):
        owner = _owner(client_id, contact_id)
        country = Practice.objects.values_list("country", flat=True).get(id=practice_id)
        given = {"system": system, "value": value, "use": use, "rank": rank}
        point = read([given], country, owner)[0]
        had = ContactPoint.objects.filter(system=point.system, value=point.value)
        if client_id is not None:
            former = had.filter(client_id=client_id).first()
        else:
            former = had.filter(contact_id=owner.id).first()
        if former is None:
            point.save(force_insert=True)
        elif former.invalid_since is None:
            raise Conflict("This person has that contact point already.", "value")
        else:
            former.use, former.rank, former.invalid_since = point.use, point.rank, None
            former.save(update_fields=["use", "rank", "invalid_since"])
            point = former
        _tell(point, actor, "contact_point.add")
    return point


def change_contact_point(
    practice_id: UUID,
    point_id: UUID,
    actor: audit.Actor,
    *,
    use: str | None = None,
    rank: int | None = None,
) -> ContactPoint:
    """Change what a contact point is for, or its rank among those of its system (1: preferred).

    Those that had that rank or a later one step back where one had it. Another number or address
    is another contact point: add that, and take this one out of use, which what was sent there
    names. Raises NotFound; Refused; Conflict for one out of use.
    """
    with tenancy.acting_for(practice_id):
        point = ContactPoint.objects.select_for_update(no_key=True).filter(id=point_id).first()
        if point is None:
            raise NotFound("There is no such contact point.", "contact_point_id")
        if point.use == OLD:
            raise Conflict(_("This contact point is out of use. Add it again."))
        was = (point.use, point.rank)
        if use is not None:
            point.use = fields.one_of(use, "use", USES)
        if rank is not None:
            point.rank = _rank(rank)
        if (point.use, point.rank) != was:
            if point.rank != was[1]:
                _make_way(point)
            point.save(update_fields=["use", "rank"])
            _tell(point, actor, "contact_point.change")
    return point


def _make_way(point: ContactPoint) -> None:
    others = ContactPoint.objects.filter(
        client=point.client_id, contact=point.contact_id, system=point.system
    ).exclude(id=point.id)
    if others.filter(rank=point.rank).exclude(use=OLD).exists():
        others.filter(rank__gte=point.rank).update(rank=F("rank") + 1)


def remove_contact_point(
    practice_id: UUID, point_id: UUID, actor: audit.Actor, now: datetime | None = None
) -> None:
    """Take a contact point out of use. Doing it again changes nothing. Raises NotFound."""
    with tenancy.acting_for(practice_id):
        point = ContactPoint.objects.select_for_update(no_key=True).filter(id=point_id).first()
        if point is None:
            raise NotFound("There is no such contact point.", "contact_point_id")
        if point.use == OLD:
            return
        point.use, point.invalid_since = OLD, point.invalid_since or now or clock.now()
        point.save(update_fields=["use", "invalid_since"])
        _tell(point, actor, "contact_point.remove")


def _owner(client_id: UUID | None, contact_id: UUID | None) -> Client | Contact:
    # The lock makes two additions to one person follow each other.
    owner: Client | Contact | None = None
    if client_id is not None:
        owner = Client.objects.select_for_update(no_key=True).filter(id=client_id).first()
    elif contact_id is not None:
        owner = Contact.objects.select_for_update(no_key=True).filter(id=contact_id).first()
    if owner is None:
        raise NotFound("There is no such person.", "client_id" if client_id else "contact_id")
    return owner


def _rank(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1000:
        raise Refused("Write a rank from 1, the preferred, to 1000.", "rank")
    return value


def _tell(point: ContactPoint, actor: audit.Actor, action: str) -> None:
    """The entry of a change of a contact point, and the planner's."""
    kind = "client" if point.client_id else "contact"
    audit.record(
        point.practice_id, actor, action, kind, point.client_id or point.contact_id,
        contact_point=str(point.id),
    )  # fmt: skip
    if point.client_id:
        changes.touch_clients(point.practice_id, [point.client_id])
