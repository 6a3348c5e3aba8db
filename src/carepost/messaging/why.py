"""WHY: a message's story, from its trace: what made it, what the gates said, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carepost.messaging.models import Attempt, Message, MessageAbout, Receipt
from carepost.messaging.reasons import sentence
from carepost.messaging.status import Status
from carepost.practice.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

GATES = {
    "in_time": ("It was still in time.", "It came too late."),
    "still_true": ("What it says was still true.", ""),
    "enabled": ("Messaging was switched on.", ""),
    "reachable": ("There was an address and a line.", ""),
    "stopped": ("The address had not asked to stop.", ""),
    "consent": ("Consent was in order.", ""),
    "hours": ("It was within the person's hours.", ""),
    "wording": ("", ""),
    "credit": ("", ""),
}
OUTCOMES = {
    "": "is being handed over",
    "accepted": "was taken by the carrier",
    "refused": "was refused by the carrier",
    "later": "was not taken yet",
    "not_sent": "did not reach the carrier",
    "uncertain": "left without an answer",
}
STATUSES = {
    Status.PLANNED: "It waits for its time.",
    Status.HELD: "It is held.",
    Status.SENDING: "It is being handed over to the carrier.",
    Status.UNCERTAIN: "The carrier did not answer; it is being asked whether it took the message.",
    Status.NEEDS_PERSON: "It is not certain whether it was sent. A person must decide.",
    Status.SENT: "The carrier took it; no receipt has come yet.",
    Status.DELIVERED: "It arrived.",
    Status.UNDELIVERED: "It did not arrive.",
    Status.NO_RECEIPT: "It was sent; whether it arrived was never said.",
    Status.FAILED: "The carrier refused it.",
    Status.DROPPED: "It was not sent.",
    Status.EXPIRED: "It was not sent: its time had passed.",
    Status.RECEIVED: "It was received.",
}


def story(practice_id: UUID, message_id: UUID) -> dict[str, Any]:
    """Why a message did or did not go: `summary` in sentences, and the raw trace beside.

    Runs in the caller's transaction. Holds no words of the message. Raises NotFound.
    """
    message = Message.objects.filter(practice_id=practice_id, id=message_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    about = MessageAbout.objects.filter(message=message).order_by("id")
    attempts = Attempt.objects.filter(message=message).order_by("number", "id")
    receipts = Receipt.objects.filter(attempt__in=[a.id for a in attempts]).order_by("at", "id")
    gates = (message.trace or {}).get("gates", [])
    return {
        "message_id": message.id,
        "status": message.status,
        "summary": _summary(message, gates),
        "rule_id": message.rule_id,
        "template_id": message.template_id,
        "about": [{"appointment_id": a.appointment_id, "sequence": a.sequence} for a in about],
        "planned_at": message.planned_at,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "asked_at": (message.trace or {}).get("at"),
        "gates": [g | {"sentence": _gate(g)} for g in gates],
        "attempts": [
            {
                "attempt_id": a.id,
                "number": a.number,
                "at": a.at,
                "outcome": a.outcome or "open",
                "sentence": f"Attempt {a.number} {OUTCOMES.get(a.outcome, a.outcome)}.",
                "carrier_ref": a.carrier_ref,
                "code": a.code,
                "words": a.words,
                "settled_at": a.settled_at,
            }
            for a in attempts
        ],
        "receipts": [
            {"at": r.at, "event": r.event, "code": r.code, "words": r.words} for r in receipts
        ],
    }


def _summary(message: Message, gates: list[dict[str, Any]]) -> list[str]:
    lines = ["A rule made it." if message.rule_id else "A person wrote it."]
    lines.append(STATUSES[Status(message.status)])
    lines += [s for s in (sentence(message.hold), sentence(message.drop)) if s]
    if message.error_words:
        lines.append(f"The carrier said: {message.error_words}")
    return lines


def _gate(answer: dict[str, Any]) -> str:
    passed, failed = GATES.get(answer["gate"], ("", ""))
    if answer["ok"]:
        return passed
    code = answer.get("code", "")
    return failed or (sentence(code) if code != "too_late" else "It came too late.")
