"""Whose clients somebody sees, where the practice limits its practitioners to their own.

The one rule, for whatever asks: a client is a member's own who has, or had, a visit with a
practitioner whom that member signs in as. What became of the visit does not matter: who cancels is
a client still, and an undo must find them. All that is of an own client is seen, visits with
colleagues too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, F, Func
from django.db.models.expressions import RawSQL

from carepost.appointments.models import Practitioner
from carepost.practice.models import Role

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.practice.models import Member, Practice

_CLIENTS = """
SELECT own_visit.client_id FROM appointments_appointment own_visit
JOIN appointments_practitioner own_self
  ON own_self.practice_id = own_visit.practice_id AND own_self.id = own_visit.practitioner_id
WHERE own_self.practice_id = {practice} AND own_self.member_id = {member}
"""


def is_limited(practice: Practice, member: Member) -> bool:
    """Whether the member sees their own clients alone. Asks the database nothing."""
    return practice.own_clients_only and member.role == Role.PRACTITIONER


def clients(practice_id: UUID, member_id: UUID) -> RawSQL:
    """The ids of a member's own clients, for the `…__in=` of a row or two that are found by id.

    PostgreSQL then looks at the visits of those clients alone.
    """
    return RawSQL(_CLIENTS.format(practice="%s", member="%s"), (practice_id, member_id))  # noqa: S611 -- no text of anybody in it


def narrowed(practice_id: UUID, member_id: UUID, column: str) -> Func:
    """The condition that `column` names an own client, for the `filter` of many rows.

    The member's visits are read once and looked up in (a hashed subplan): IS TRUE makes it so.
    Joined instead, as `…__in=` would be, each row is held against each visit where statistics are
    old: of 100,000 messages, a minute.
    """
    mine = clients(practice_id, member_id)
    return Func(
        F(column), mine, template="(%(expressions)s) IS TRUE", arg_joiner=" IN ",
        output_field=BooleanField(),
    )  # fmt: skip


def among(column: str, member_id: UUID | None) -> str:
    """`narrowed` for SQL of our own: the condition, begun with AND; empty for a member without
    limits (None). `column` is ours, and never what somebody gave.

    The statement is given `practice` and `own`, the member's id, by name.
    """
    if member_id is None:
        return ""
    mine = _CLIENTS.format(practice="%(practice)s", member="%(own)s")
    return f"AND ({column} IN ({mine})) IS TRUE"


def practitioners(member_id: UUID) -> list[UUID]:
    """The practitioners whom a member signs in as: one or none."""
    return list(Practitioner.objects.filter(member_id=member_id).values_list("id", flat=True))
