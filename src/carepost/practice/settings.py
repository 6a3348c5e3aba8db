"""A practice's settings: changed together, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carepost.practice import addresses, audit, changes, fields, tenancy
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import MfaRequired, Practice

if TYPE_CHECKING:
    from uuid import UUID


_OF_MEMBERS = {"mfa_required", "idle_minutes", "own_clients_only"}  # no message depends on these


def change(practice_id: UUID, actor: audit.Actor, **given: Any) -> Practice:
    """Change some settings; gives the practice as it is now. Raises Refused, and changes nothing.

    `given` (`Any`: each is checked here): messaging_enabled, opt_in_required, quiet_hours (None, or
    two local times: from, to), name, phone, email, timezone, country, language, date_order,
    mfa_required (nobody, owners, all), idle_minutes (5 to 60), own_clients_only (whether members
    who are practitioners see their own clients alone).
    Whether there is a line to send by, before messaging is enabled, is the caller's to ask: lines
    are none of the facts.
    """
    with tenancy.acting_for(practice_id):
        practice = Practice.objects.select_for_update().filter(id=practice_id).first()
        if practice is None:
            raise NotFound("There is no such practice.")
        changed = []
        for column, value in _checked(given, practice.country).items():
            if getattr(practice, column) != value:
                setattr(practice, column, value)
                changed.append(column)
        if changed:
            practice.save(update_fields=changed)
            audit.record(
                practice_id,
                actor,
                "settings.change",
                "practice",
                practice_id,
                **_said(practice, changed),
            )
            if set(changed) - _OF_MEMBERS:
                changes.touch_practice(practice_id)
    return practice


def _checked(given: dict[str, Any], country: str) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "country" in given:
        country = fields.country(given["country"])  # numbers given beside it are read by it
    for name, value in given.items():
        match name:
            case "messaging_enabled" | "opt_in_required" | "own_clients_only":
                columns[name] = fields.yes_or_no(value, name)
            case "quiet_hours":
                columns["quiet_from"], columns["quiet_to"] = fields.quiet_hours(value)
            case "name":
                columns[name] = fields.text(value, name, most=120, required=True)
            case "phone":
                line = fields.text(value, name, most=40)
                columns[name] = addresses.number(line, country) if line else ""
            case "email":
                line = fields.text(value, name, most=254)
                columns[name] = addresses.email(line) if line else ""
            case "timezone":
                columns[name] = fields.zone(value)
            case "country":
                columns[name] = country
            case "language":
                columns[name] = fields.language(value)
            case "date_order":
                columns[name] = fields.one_of(value, name, fields.DATE_ORDERS)
            case "mfa_required":
                columns[name] = fields.one_of(value, name, tuple(MfaRequired.values))
            case "idle_minutes":
                columns[name] = fields.whole_number(value, name, least=5, most=60)
            case _:
                raise Refused("There is no such setting.", name)
    return columns


def _said(practice: Practice, changed: list[str]) -> dict[str, Any]:
    """What the audit entry tells: which settings, and the switches' new positions.

    Sending at any hour is a choice that the owner answers for (RULES C1), so hours are told.
    """
    said: dict[str, Any] = {"fields": changed}
    for switch in (
        "messaging_enabled", "opt_in_required", "mfa_required", "idle_minutes", "own_clients_only",
    ):  # fmt: skip
        if switch in changed:
            said[switch] = getattr(practice, switch)
    if "quiet_from" in changed or "quiet_to" in changed:
        hours = practice.quiet_from and [str(practice.quiet_from), str(practice.quiet_to)]
        said["quiet_hours"] = hours
    return said
