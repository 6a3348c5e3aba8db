"""The raw trace of a message: rows as they are, for programs and for whoever mends Carepost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carepost.messaging.why.record import Record


def trace(of: Record) -> dict[str, Any]:
    """Ids, codes and times (`Any`: what JSON holds), and no words of the message."""
    message = of.message
    kept = message.trace or {}
    return {
        "message_id": message.id,
        "status": message.status,
        "rule_id": message.rule_id,
        "template_id": message.template_id,
        "about": [{"appointment_id": v.id, "sequence": v.told_sequence} for v in of.visits],
        "planned_at": message.planned_at,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "asked_at": kept.get("at"),
        "gates": kept.get("gates", []),
        "earlier": kept.get("past", []),
        "attempts": [
            {
                "attempt_id": a.id,
                "number": a.number,
                "at": a.at,
                "outcome": a.outcome or "open",
                "carrier_ref": a.carrier_ref,
                "code": a.code,
                "words": a.words,
                "settled_at": a.settled_at,
            }
            for a in of.attempts
        ],
        "receipts": [r._asdict() for a in of.attempts for r in a.receipts],
    }


def pairs(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """The trace as names and values, a line each."""
    found = []
    for name, value in raw.items():
        if isinstance(value, list):
            found += [
                (f"{name} {place}", ", ".join(f"{k} {v}" for k, v in each.items()))
                for place, each in enumerate(value, 1)
            ]
        elif value is not None:
            found.append((name, str(value)))
    return found
