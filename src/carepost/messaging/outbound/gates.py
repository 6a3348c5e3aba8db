"""The gates: whether a message may leave at this moment. Each is a pure function of the facts.

They are asked in order; the first that does not let pass decides, and the answers are the message's
trace, so that anyone can see why it did or did not go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from carepost.messaging.hours import is_quiet, opens_after
from carepost.messaging.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from carepost.messaging.hours import Quiet
    from carepost.messaging.kinds.kind import RuleNow, VisitNow


class Case(NamedTuple):
    """A due message and the facts of now that the gates ask of. `consent` None: never asked."""

    kind: str
    what: str
    channel: str
    expires_at: datetime
    messaging_enabled: bool
    opt_in_required: bool
    quiet: Quiet | None
    zone: ZoneInfo
    address: str
    address_invalid: bool
    line_id: UUID | None
    line_active: bool
    rule_active: bool
    rule: RuleNow
    consent: bool | None
    stopped: bool
    visits: tuple[VisitNow, ...]


class Verdict(NamedTuple):
    """A gate's answer. `move`: pass, wait (until then), hold, drop or expire; `code` says why."""

    move: str
    code: str = ""
    until: datetime | None = None


PASS = Verdict("pass")


def still_meant(case: Case, now: datetime) -> list[VisitNow]:
    """The visits that the message may still speak of."""
    kind = KINDS[case.kind]
    return [v for v in case.visits if not kind.still_true(case.what, v, case.rule, now)]


def in_time(case: Case, now: datetime) -> Verdict:
    return Verdict("expire", "too_late") if now >= case.expires_at else PASS


def still_true(case: Case, now: datetime) -> Verdict:
    if not case.rule_active:
        return Verdict("drop", "rule_off")
    if still_meant(case, now) or not case.visits:
        return PASS
    kind = KINDS[case.kind]
    first = case.visits[0]
    return Verdict("drop", kind.still_true(case.what, first, case.rule, now))


def enabled(case: Case, now: datetime) -> Verdict:
    if case.messaging_enabled or KINDS[case.kind].to_staff:
        return PASS
    return Verdict("hold", "messaging_off")


def reachable(case: Case, now: datetime) -> Verdict:
    if not case.address:
        return Verdict("hold", "no_address")
    if case.address_invalid:
        return Verdict("hold", "bad_address")
    if case.line_id is None or not case.line_active:
        return Verdict("hold", "no_line")
    return PASS


def stopped(case: Case, now: datetime) -> Verdict:
    return Verdict("drop", "stopped") if case.stopped else PASS


def consent(case: Case, now: datetime) -> Verdict:
    if case.channel == "fax" or not KINDS[case.kind].needs_consent:
        return PASS
    if case.consent is False:
        return Verdict("hold", "no_consent")  # withdrawn counts whether or not the practice asks
    if case.opt_in_required and not case.consent:
        return Verdict("hold", "no_consent")
    return PASS


def hours(case: Case, now: datetime) -> Verdict:
    if case.quiet is None or not is_quiet(now, case.quiet, case.zone):
        return PASS
    if KINDS[case.kind].to_staff:
        return PASS
    opening = opens_after(now, case.quiet, case.zone)
    if opening >= case.expires_at:
        return Verdict("hold", "outside_hours")
    return Verdict("wait", "waits_for_hours", opening)


GATES: tuple[tuple[str, Callable[[Case, datetime], Verdict]], ...] = (
    ("in_time", in_time),
    ("still_true", still_true),
    ("enabled", enabled),
    ("reachable", reachable),
    ("stopped", stopped),
    ("consent", consent),
    ("hours", hours),
)


def verdict(case: Case, now: datetime) -> Verdict:
    """The verdict alone, for whoever needs no trace."""
    for _, gate in GATES:
        answer = gate(case, now)
        if answer is not PASS:
            return answer
    return PASS


def pass_through(
    case: Case, now: datetime, gates: tuple[tuple[str, Callable[..., Verdict]], ...] = GATES
) -> tuple[Verdict, list[dict[str, Any]]]:
    """Ask each gate in turn until one says no; the verdict, and the answers for the trace."""
    for place, (name, gate) in enumerate(gates):
        verdict = gate(case, now)
        if verdict.move == "pass":
            continue
        answer: dict[str, Any] = {"gate": name, "ok": False, "code": verdict.code}
        if verdict.until is not None:
            answer["until"] = verdict.until.isoformat()
        return verdict, [*pass_everything(gates[:place]), answer]
    return PASS, pass_everything(gates)


def pass_everything(
    gates: tuple[tuple[str, Callable[..., Verdict]], ...],
) -> list[dict[str, Any]]:
    """The answers of gates that all let pass, as a trace keeps them."""
    return [{"gate": name, "ok": True} for name, _ in gates]
