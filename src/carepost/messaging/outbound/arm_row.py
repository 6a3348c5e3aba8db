"""One row of arm's facts, by name, and what the gates and the words make of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from carepost.messaging.hours import Quiet, zone_of
from carepost.messaging.kinds.kind import RuleNow, VisitNow
from carepost.messaging.outbound.compose import About
from carepost.messaging.outbound.gates import Case
from carepost.messaging.wording.moments import Visit

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, time
    from uuid import UUID


PAST = 10
"""So many earlier answers of the gates are kept: who looks at more looks at a fault."""


class Row(NamedTuple):
    """The columns of `facts` in arm.sql, in its order. `Any`: what JSON holds.

    What hangs on a contact point, a line or a visit is None where there is none; the gate
    `reachable` asks for the first two before anything uses them. Without a client there is no name,
    zone, language or key of one; a message to a member has none.
    """

    id: UUID
    practice_id: UUID
    kind: str
    what: str
    channel: str
    due_at: datetime
    expires_at: datetime
    tries: int
    trace: dict[str, Any] | None
    sealed_words: bytes | None
    practice_name: str
    practice_phone: str
    practice_email: str
    country: str
    language: str
    timezone: str
    messaging_enabled: bool
    opt_in_required: bool
    quiet_from: time | None
    quiet_to: time | None
    practice_key: bytes
    first_name: str | None
    client_timezone: str | None
    client_language: str | None
    client_key: bytes | None
    point_id: UUID | None
    address: str
    address_invalid: bool
    use_id: UUID | None
    line_id: UUID
    carrier: str
    line_address: str
    line_settings: bytes
    line_active: bool | None
    rule_active: bool
    rule_when: str
    skip_if_confirmed: bool
    template_subject: str | None
    template_body: str | None
    consent: bool | None
    stopped: bool
    visit_id: UUID | None
    told_sequence: int
    sequence: int
    status: str
    starts_at: datetime
    local_date: date
    local_time: time
    zone: str
    place: str
    practitioner: str


def case_of(rows: list[Row]) -> Case:
    """What the gates ask of: the rows of one message, one for each visit it is about."""
    first = rows[0]
    quiet = (
        Quiet(first.quiet_from, first.quiet_to)
        if first.quiet_from is not None and first.quiet_to is not None
        else None
    )
    return Case(
        kind=first.kind,
        what=first.what,
        channel=first.channel,
        expires_at=first.expires_at,
        messaging_enabled=first.messaging_enabled,
        opt_in_required=first.opt_in_required,
        quiet=quiet,
        zone=zone_of(first.client_timezone or first.timezone),
        address=first.address or "",
        address_invalid=first.address_invalid,
        line_id=first.line_id,
        line_active=bool(first.line_active),
        rule_active=first.rule_active,
        rule=RuleNow(first.rule_when, first.skip_if_confirmed),
        consent=first.consent,
        stopped=first.stopped,
        visits=tuple(
            VisitNow(r.visit_id, r.told_sequence, r.sequence, r.status, r.starts_at)
            for r in rows
            if r.visit_id is not None
        ),
    )


def kept_of(trace: dict[str, Any]) -> dict[str, Any]:
    """What of an earlier trace a new one keeps: the former time that a notice speaks of, and when
    the gates said no before, the last few times."""
    kept = {"was": trace["was"]} if "was" in trace else {}
    past = list(trace.get("past", ()))
    answer = (trace.get("gates") or [{"ok": True}])[-1]
    if not answer["ok"]:
        said = {name: answer[name] for name in ("gate", "code", "until") if name in answer}
        if not past or {k: v for k, v in past[-1].items() if k != "at"} != said:
            past.append({"at": trace["at"], **said})
    if past:
        kept["past"] = past[-PAST:]
    return kept


def about_of(rows: list[Row], meant: Collection[UUID]) -> About:
    """What the message may say: of the visits that are still meant, by the facts of now."""
    first = rows[0]
    return About(
        kind=first.kind,
        what=first.what,
        channel=first.channel,
        language=first.client_language or first.language,
        country=first.country,
        practice_name=first.practice_name,
        practice_phone=first.practice_phone,
        first_name=first.first_name or "",
        visits=tuple(
            Visit(
                local=datetime.combine(r.local_date, r.local_time),
                zone=r.zone,
                place=r.place,
                practitioner=r.practitioner,
            )
            for r in rows
            if r.visit_id in meant
        ),
        was=tuple((first.trace or {}).get("was") or ()) or None,
        subject=first.template_subject,
        body=first.template_body,
    )
