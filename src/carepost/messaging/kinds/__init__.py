"""Kinds: what a message is for. One file each; to add a kind is to add a file and name it here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from carepost.messaging.kinds import appointment_notice, appointment_reminder, test_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepost.messaging.kinds.kind import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (appointment_reminder.KIND, appointment_notice.KIND, test_message.KIND)
    }
)

BY_RULE: Mapping[str, Kind] = MappingProxyType({n: k for n, k in KINDS.items() if k.when})
"""Those that a rule may ask for, and that have templates."""
