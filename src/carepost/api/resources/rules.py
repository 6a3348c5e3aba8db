"""Rules: what the practice wants said by itself."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field, model_validator

from carepost.api import durations, paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import (
    Channel,
    Flag,
    FullName,
    Given,
    Instant,
    LocalTime,
    Passage,
    Short,
    Shown,
    clock_of,
    on_a_clock,
)
from carepost.messaging import rules
from carepost.messaging.models import Rule
from carepost.practice.errors import NotFound

router = Router(tags=["Rules"])
Chosen = Annotated[list[FullName], Field(max_length=200)]


class Offset(Given):
    """How long before or after the visit, one of the two: an ISO 8601 duration.

    With `at`, a local time of day, the duration is in whole days: {"before": "P1D", "at": "09:00"}.
    """

    before: Short | None = None
    after: Short | None = None
    at: LocalTime | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Offset":
        if (self.before is None) == (self.after is None):
            raise ValueError("Write either before or after.")
        durations.parse(self.before or self.after or "")
        return self

    def timing(self) -> rules.Timing:
        """The same in the words of a rule."""
        span = durations.parse(self.before or self.after or "")
        return rules.Timing(
            when="before" if self.before is not None else "after",
            days=span.days,
            seconds=span.seconds,
            at_time=None if self.at is None else clock_of(self.at),
        )


class RuleChange(Given):
    channel: Channel | None = None
    offset: Offset | None = None
    types: Chosen | None = None
    practitioners: Chosen | None = None
    places: Chosen | None = None
    skip_if_confirmed: Flag | None = None
    active: Flag | None = None
    subject: Passage | None = None
    body: Passage | None = None


class RuleGiven(Given):
    """Filters by id or name; without any, all. No channel: each person's assigned one.

    With a `body` (and `subject`) of its own in liquid; without, the kind's. A notice has no offset.
    """

    kind: Literal["appointment_reminder", "appointment_notice"]
    channel: Channel | None = None
    offset: Offset | None = None
    types: Chosen | None = None
    practitioners: Chosen | None = None
    places: Chosen | None = None
    skip_if_confirmed: Flag = False
    subject: Passage | None = None
    body: Passage | None = None


class OffsetShown(Shown):
    before: str | None = None
    after: str | None = None
    at: str | None = None


class RuleShown(Shown):
    id: UUID
    kind: str
    channel: str
    offset: OffsetShown | None
    types: list[UUID]
    practitioners: list[UUID]
    places: list[UUID]
    skip_if_confirmed: bool
    subject: str
    body: str
    active: bool
    since: Instant
    created_at: Instant


class RulePaging(paging.Paging):
    kind: Short = ""
    active: bool | None = None


_PLAIN = (
    "id", "kind", "channel", "types", "practitioners", "places", "skip_if_confirmed", "active",
    "since", "created_at",
)  # fmt: skip


def _shown_all(request: ApiRequest, rows: Sequence[Rule]) -> list[RuleShown]:
    words = rules.words_of(request.call.practice_id, [row.id for row in rows])
    return [_shown(row, *words.get(row.id, ("", ""))) for row in rows]


def _shown(row: Rule, subject: str, body: str) -> RuleShown:
    return RuleShown.model_construct(
        **{name: getattr(row, name) for name in _PLAIN},
        offset=_offset(row),
        subject=subject,
        body=body,
    )


def _offset(row: Rule) -> OffsetShown | None:
    if row.when not in ("before", "after"):
        return None
    at = None if row.at_time is None else on_a_clock(row.at_time)
    span = durations.write(row.days, row.seconds)
    if row.when == "before":
        return OffsetShown(before=span, at=at)
    return OffsetShown(after=span, at=at)


@router.get("/rules", response=paging.Page[RuleShown])
@needs("rules:read")
def list_rules(request: ApiRequest, page: Annotated[RulePaging, Query()]) -> paging.Page[RuleShown]:
    """Rules, oldest first; those that ended too, unless `active=true`."""
    rows = Rule.objects.all()
    if page.kind:
        rows = rows.filter(kind=page.kind)
    if page.active is not None:
        rows = rows.filter(active=page.active)
    found, cursor = paging.cut(request, rows, (), page)
    return paging.Page(items=_shown_all(request, found), next_cursor=cursor)


@router.post("/rules", response={201: RuleShown})
@needs("rules:write")
def add_rule(request: ApiRequest, rule: RuleGiven) -> Status[RuleShown]:
    """Add a rule. It speaks of no moment that has passed."""
    call = request.call
    timing = rules.Timing("change") if rule.offset is None else rule.offset.timing()
    row = rules.add_rule(
        call.practice_id,
        call.actor,
        kind=rule.kind,
        channel=rule.channel or "",
        when=timing.when,
        days=timing.days,
        seconds=timing.seconds,
        at_time=timing.at_time,
        types=rule.types or [],
        practitioners=rule.practitioners or [],
        places=rule.places or [],
        skip_if_confirmed=rule.skip_if_confirmed,
        subject=rule.subject or "",
        body=rule.body or "",
        now=call.now,
    )
    return Status(201, _shown_all(request, [row])[0])


@router.get("/rules/{rule_id}", response=RuleShown)
@needs("rules:read")
def get_rule(request: ApiRequest, rule_id: UUID) -> RuleShown:
    """One rule."""
    row = Rule.objects.filter(id=rule_id).first()
    if row is None:
        raise NotFound("There is no such rule.")
    return _shown_all(request, [row])[0]


@router.patch("/rules/{rule_id}", response=RuleShown)
@needs("rules:write")
def change_rule(request: ApiRequest, rule_id: UUID, change: RuleChange) -> RuleShown:
    """Change what is given; null for a filter or the channel: all, the assigned one."""
    call = request.call
    fields = changed_fields(change)
    timing = None if change.offset is None else change.offset.timing()
    row = rules.change_rule(
        call.practice_id, rule_id, call.actor, now=call.now, timing=timing, **fields
    )
    return _shown_all(request, [row])[0]


@router.delete("/rules/{rule_id}", response={204: None})
@needs("rules:write")
def remove_rule(request: ApiRequest, rule_id: UUID) -> Status[None]:
    """End a rule: what it planned is dropped, what it said is kept."""
    rules.remove_rule(request.call.practice_id, rule_id, request.call.actor)
    return Status(204, None)


def changed_fields(change: RuleChange) -> dict[str, Any]:
    """What was given but the offset, as the rule keeps it (`Any`: each of its own type)."""
    fields = change.sent("offset", "skip_if_confirmed", "active")
    fields.pop("offset", None)
    for name in ("types", "practitioners", "places"):
        if name in fields:
            fields[name] = fields[name] or []
    for name in ("channel", "subject", "body"):
        if name in fields:
            fields[name] = fields[name] or ""
    return fields
