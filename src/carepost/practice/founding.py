"""A new practice: its settings and key, its owner, and a token that may do everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepost.ground import ids
from carepost.practice import addresses, audit, fields, keys, tenancy, tokens
from carepost.practice.models import Member, Practice, Role, User

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Founded:
    """What a new practice needs to know of itself. The token cannot be had again."""

    practice_id: UUID
    member_id: UUID
    token: str = field(repr=False)


def found(
    name: str,
    timezone: str,
    owner_email: str,
    *,
    country: str = "US",
    phone: str = "",
    language: str = "en",
) -> Founded:
    """Make a practice, with messaging off and no rules, and its owner. Raises Refused.

    `timezone` is an IANA name, `country` says how numbers are written (ISO 3166-1). Someone who
    already signs in with `owner_email` becomes a member of this practice too.
    """
    practice_id = ids.fresh()
    country = fields.country(country)
    owner_email = addresses.email(owner_email, "owner_email")
    practice = Practice(
        id=practice_id,
        name=fields.text(name, "name", most=120, required=True),
        timezone=fields.zone(timezone),
        country=country,
        email=owner_email,
        phone=addresses.number(phone, country) if phone else "",
        language=fields.language(language),
        date_order="MDY" if country == "US" else "DMY",
        sealed_key=keys.new_practice_key(practice_id),
    )
    with tenancy.acting_for(practice_id):
        practice.save(force_insert=True)
        user, _ = User.objects.get_or_create(email=owner_email)
        member = Member.objects.create(practice_id=practice_id, user=user, role=Role.OWNER)
        audit.record(practice_id, audit.SYSTEM, "practice.found", "practice", practice_id)
        _, token = tokens.issue(
            practice_id, member.id, "First token", [tokens.EVERYTHING], audit.SYSTEM
        )
    return Founded(practice_id, member.id, token)
