"""Members of a practice, added and changed. Who is asked in by a link: `invites.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from carepost.practice import addresses, audit, fields, tenancy
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import Member, Role, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": lambda v: fields.text(v, "name", most=120),
    "role": lambda v: fields.one_of(v, "role", tuple(Role.values)),
    "active": lambda v: fields.yes_or_no(v, "active"),
}


def add(practice_id: UUID, actor: audit.Actor, *, email: str, role: str, name: str = "") -> Member:
    """Make whoever signs in with `email` a member. Raises Refused; Conflict for a second time."""
    values = {"name": _CHECKS["name"](name), "role": _CHECKS["role"](role)}
    with tenancy.acting_for(practice_id):
        user, _made = User.objects.get_or_create(email=addresses.email(email))
        member, fresh = Member.objects.get_or_create(
            practice_id=practice_id, user=user, defaults=values
        )
        if not fresh:
            raise Conflict(_("This person is a member already: change that one."), "email")
        audit.record(practice_id, actor, "member.add", "member", member.id, role=role)
    return member


def change(practice_id: UUID, member_id: UUID, actor: audit.Actor, **given: Any) -> Member:
    """Change name, role or active (`Any`: each is checked). Raises NotFound, Refused; Conflict
    where no active owner would be left.
    """
    values = _checked(given)
    with tenancy.acting_for(practice_id):
        # All owners are locked, so that two of them cannot both leave at once.
        rows = Member.objects.select_for_update(no_key=True).order_by("id")
        members = {row.id: row for row in rows if row.id == member_id or row.role == Role.OWNER}
        member = members.get(member_id)
        if member is None:
            raise NotFound(_("There is no such member."))
        changed = [name for name, value in values.items() if getattr(member, name) != value]
        for name in changed:
            setattr(member, name, values[name])
        if not any(row.role == Role.OWNER and row.active for row in members.values()):
            raise Conflict(_("A practice needs an owner: make someone else one first."), "role")
        if changed:
            member.save(update_fields=changed)
            audit.record(practice_id, actor, "member.change", "member", member_id, fields=changed)
    return member


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in _CHECKS:
            raise Refused(_("There is no such field."), name)
    return {name: _CHECKS[name](value) for name, value in given.items()}
