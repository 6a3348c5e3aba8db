"""What each role may do, in the words of the API's scopes: one vocabulary for pages and tokens."""

from __future__ import annotations

from carepost.practice.models import Role

EVERYTHING = frozenset({"*"})

_LOOKS = frozenset({"clients:read", "appointments:read", "messages:read", "rules:read"})
_DESK = _LOOKS | {
    "clients:write", "appointments:write", "messages:write", "imports:read", "imports:write",
    "settings:read",
}  # fmt: skip

OF_ROLE: dict[str, frozenset[str]] = {
    Role.OWNER: EVERYTHING,
    Role.FRONT_DESK: _DESK,
    Role.PRACTITIONER: _LOOKS | {"clients:write", "appointments:write"},
    Role.BILLER: _LOOKS,
}
"""Owners: everything. Front desk: people, calendar, messages, imports. Practitioners: people and
calendar. Billers look, and change nothing yet."""


def allows(role: str, scope: str) -> bool:
    """Whether the role may do what the scope names; an empty scope is anybody's."""
    held = OF_ROLE.get(role, frozenset())
    return not scope or "*" in held or scope in held
