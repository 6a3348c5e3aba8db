"""What may be rehearsed: a change that a member thinks of making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from carepost.messaging.rules import Timing


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule to add: as `rules.add_rule` takes it."""

    kind: str
    timing: Timing
    channel: str = ""
    types: Sequence[UUID | str] = ()
    practitioners: Sequence[UUID | str] = ()
    places: Sequence[UUID | str] = ()
    skip_if_confirmed: bool = False
    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """What of a rule would change: as `rules.change_rule` takes it; `active` False ends it.

    `Any`: each field of its own type.
    """

    rule_id: UUID
    timing: Timing | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemovedRule:
    """A rule to end."""

    rule_id: UUID


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """The next version of a template: as `templates.save` takes it."""

    kind: str
    language: str
    body: str
    what: str = ""
    channel: str = ""
    subject: str = ""
    rule_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewSettings:
    """Settings, as `settings.change` takes them: messaging_enabled, opt_in_required, quiet_hours,
    timezone, language. `Any`: each of its own type.
    """

    fields: Mapping[str, Any]


Proposal = NewRule | ChangedRule | RemovedRule | NewTemplate | NewSettings
