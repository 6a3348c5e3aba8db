"""Rules: what a practice wants said by itself. Making, changing and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.messaging import templates
from carepost.messaging.kinds import BY_RULE
from carepost.messaging.kinds.appointment_notice import GRACE_SECONDS
from carepost.messaging.models import Rule, Template
from carepost.practice import audit, changes, tenancy
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, time

    from django.db import models

CHANNELS = ("sms", "email")  # those that automated messages leave by in this version
MAX_DAYS = 365
MAX_SECONDS = 366 * 24 * 3600
_FILTERS: dict[str, type[models.Model]] = {
    "types": AppointmentType,
    "practitioners": Practitioner,
    "places": Place,
}


@dataclass(frozen=True, slots=True)
class Timing:
    """When a rule's message is due: its fields `when`, `days`, `seconds`, `at_time`."""

    when: str
    days: int = 0
    seconds: int = 0
    at_time: time | None = None


def add_rule(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    kind: str,
    channel: str = "",
    when: str,
    days: int = 0,
    seconds: int = 0,
    at_time: time | None = None,
    types: Sequence[UUID | str] = (),
    practitioners: Sequence[UUID | str] = (),
    places: Sequence[UUID | str] = (),
    skip_if_confirmed: bool = False,
    subject: str = "",
    body: str = "",
    now: datetime,
) -> Rule:
    """Make a rule; it speaks of no moment before `now`.

    `types`, `practitioners`, `places` are ids or names; empty for all. With `body` (and `subject`)
    the rule has words of its own, in the practice's language; without, those of its kind. A change
    that sets off a notice waits 180 seconds unless `seconds` says otherwise.
    Raises `Refused` (or `templates.PartRefused`), naming the field.
    """
    with tenancy.acting_for(practice_id):
        rule = draft(
            practice_id,
            kind=kind,
            channel=channel,
            timing=Timing(when, days, seconds, at_time),
            types=types,
            practitioners=practitioners,
            places=places,
            skip_if_confirmed=skip_if_confirmed,
            now=now,
        )
        rule.save(force_insert=True)
        _save_words(practice_id, actor, rule, own_words(rule, subject, body))
        audit.record(practice_id, actor, "rule.add", "rule", rule.id, kind=kind)
        changes.touch_practice(practice_id)
    return rule


def draft(
    practice_id: UUID,
    *,
    kind: str,
    channel: str = "",
    timing: Timing,
    types: Sequence[UUID | str] = (),
    practitioners: Sequence[UUID | str] = (),
    places: Sequence[UUID | str] = (),
    skip_if_confirmed: bool = False,
    now: datetime,
) -> Rule:
    """A rule as `add_rule` makes it, not saved: for that, and for a rehearsal of it.

    Runs in the caller's transaction. Raises `Refused`, naming the field.
    """
    timing = _checked(kind, timing)
    _check_channel(channel)
    chosen = {"types": types, "practitioners": practitioners, "places": places}
    return Rule(
        practice_id=practice_id,
        kind=kind,
        channel=channel,
        when=timing.when,
        days=timing.days,
        seconds=timing.seconds,
        at_time=timing.at_time,
        skip_if_confirmed=skip_if_confirmed,
        since=now,
        created_at=now,
        **{name: _ids(practice_id, name, given) for name, given in chosen.items()},
    )


def change_rule(
    practice_id: UUID,
    rule_id: UUID,
    actor: audit.Actor,
    *,
    now: datetime,
    timing: Timing | None = None,
    **fields: Any,
) -> Rule:
    """Change what is given of `channel`, `types`, `practitioners`, `places`, `skip_if_confirmed`,
    `active`, `subject`, `body`, and the whole timing. `Any`: each of its own type.

    Where it would now speak of moments that it did not speak of before (another timing, more
    visits, switched on again), none of them before `now` counts. Raises `NotFound`, `Refused`.
    """
    names = sorted([*fields, *(["offset"] if timing else [])])
    with tenancy.acting_for(practice_id):
        rule = _change(practice_id, rule_id, actor, now, timing, fields)
        audit.record(practice_id, actor, "rule.change", "rule", rule.id, fields=names)
        changes.touch_practice(practice_id)
    return rule


def remove_rule(practice_id: UUID, rule_id: UUID, actor: audit.Actor) -> None:
    """End a rule: it is kept, switched off, for what it has said points to it. Safe to repeat.

    Raises `NotFound`.
    """
    with tenancy.acting_for(practice_id):
        found = Rule.objects.filter(practice_id=practice_id, id=rule_id)
        if found.filter(active=True).update(active=False):
            audit.record(practice_id, actor, "rule.remove", "rule", rule_id)
            changes.touch_practice(practice_id)
        elif not found.exists():
            raise NotFound("There is no rule with this id.")


def words_of(practice_id: UUID, rule_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """The newest subject and body that each rule has of its own; a rule without is left out."""
    found = Template.objects.filter(practice_id=practice_id, rule_id__in=list(rule_ids))
    return {t.rule_id: (t.subject, t.body) for t in found.order_by("id") if t.rule_id is not None}


def _change(
    practice_id: UUID,
    rule_id: UUID,
    actor: audit.Actor,
    now: datetime,
    timing: Timing | None,
    fields: dict[str, Any],
) -> Rule:
    # Locked, so that two changes at once both stand in what is saved.
    rule = (
        Rule.objects.select_for_update(no_key=True)
        .filter(practice_id=practice_id, id=rule_id)
        .first()
    )
    if rule is None:
        raise NotFound("There is no rule with this id.")
    words = redraw(rule, now, timing, fields)
    rule.save()
    _save_words(practice_id, actor, rule, words)
    return rule


def redraw(
    rule: Rule, now: datetime, timing: Timing | None, fields: dict[str, Any]
) -> tuple[str, str] | None:
    """Change a rule as `change_rule` does, saving nothing: for that, and for a rehearsal of it.

    Gives the subject and body that become its newest template; None where its words stay. Runs in
    the caller's transaction. Raises `Refused`.
    """
    given = dict(fields)
    subject, body = given.pop("subject", None), given.pop("body", None)
    moves_words = "channel" in given and given["channel"] != rule.channel
    begins_anew = False
    if timing is not None:
        timing = _checked(rule.kind, timing)
        former = Timing(rule.when, rule.days, rule.seconds, rule.at_time)
        begins_anew = timing != former
        rule.when, rule.days = timing.when, timing.days
        rule.seconds, rule.at_time = timing.seconds, timing.at_time
    if "channel" in given:
        _check_channel(given["channel"])
    for name in _FILTERS.keys() & given.keys():
        ids = _ids(rule.practice_id, name, given[name])
        begins_anew = begins_anew or _widens(getattr(rule, name), ids)
        given[name] = ids
    begins_anew = begins_anew or (bool(given.get("active")) and not rule.active)
    for name, value in given.items():
        setattr(rule, name, value)
    if begins_anew:
        rule.since = now
    if subject is None and body is None and not moves_words:
        return None
    if body == "":
        raise Refused("A rule's own words can be changed, not emptied.", "body")
    old_subject, old_body = words_of(rule.practice_id, [rule.id]).get(rule.id, ("", ""))
    return own_words(
        rule, old_subject if subject is None else subject, old_body if body is None else body
    )


def own_words(rule: Rule, subject: str, body: str) -> tuple[str, str] | None:
    """The subject and body that a rule keeps as its own; None for none. Raises `Refused`."""
    if rule.channel == "sms":
        subject = ""
    if not body:
        if subject:
            raise Refused("A subject alone is no message: give a body as well.", "body")
        return None
    return subject, body


def _checked(kind: str, timing: Timing) -> Timing:
    known = BY_RULE.get(kind)
    if known is None:
        raise Refused(f"There is no such kind. There are: {', '.join(BY_RULE)}.", "kind")
    if timing.when not in known.when:
        if known.when == {"change"}:
            raise Refused("A notice goes when a visit changes: leave the offset out.", "offset")
        raise Refused('Say how long before or after the visit, as in {"before": "P1D"}.', "offset")
    if not (0 <= timing.days <= MAX_DAYS and 0 <= timing.seconds <= MAX_SECONDS):
        raise Refused(f"An offset is at most {MAX_DAYS} days.", "offset")
    if timing.at_time is not None and timing.seconds:
        raise Refused("With a time of day the offset is in whole days, as P1D or P1W.", "offset")
    if timing.when == "before" and timing.at_time is None and not (timing.days or timing.seconds):
        raise Refused("A reminder before the visit needs an offset of more than 0.", "offset")
    if timing.when == "change":
        return Timing("change", 0, timing.seconds or GRACE_SECONDS)
    return timing


def _check_channel(channel: str) -> None:
    if channel and channel not in CHANNELS:
        raise Refused(
            "A rule sends by sms or email; leave the channel out for each person's assigned one.",
            "channel",
        )


def _ids(practice_id: UUID, field: str, given: Sequence[UUID | str]) -> list[UUID]:
    """The ids of what is given by id or by name, each once. Raises Refused for an unknown one."""
    if not given:
        return []
    model = _FILTERS[field]
    rows = model._default_manager.filter(practice_id=practice_id).values_list("id", "name")
    by_id = {row[0]: row[0] for row in rows}
    by_name = {row[1].casefold(): row[0] for row in rows}
    found: dict[UUID, None] = {}
    for each in given:
        identity = by_id.get(_as_id(each)) or by_name.get(str(each).strip().casefold())
        if identity is None:
            raise Refused("One of these is not known here: give its id or its exact name.", field)
        found[identity] = None
    return list(found)


def _as_id(given: UUID | str) -> UUID | None:
    try:
        return given if isinstance(given, UUID) else UUID(given)
    except ValueError:
        return None


def _widens(before: Sequence[UUID], after: Sequence[UUID]) -> bool:
    return bool(before) and (not after or not set(after) <= set(before))


def _save_words(
    practice_id: UUID, actor: audit.Actor, rule: Rule, words: tuple[str, str] | None
) -> None:
    if words is None:
        return
    language = Practice.objects.values_list("language", flat=True).get(id=practice_id)
    templates.save(
        practice_id,
        actor,
        rule_id=rule.id,
        kind=rule.kind,
        channel=rule.channel,
        language=language,
        subject=words[0],
        body=words[1],
    )
