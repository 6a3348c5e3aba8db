"""Rehearsals: what a change of rules, words or settings would do to the next 14 days' messages."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.resources.rules import RuleChange, RuleGiven, changed_fields
from carepost.api.resources.settings import Quiet
from carepost.api.resources.templates import TemplateGiven
from carepost.api.values import Flag, Given, Instant, Name, Short, Shown, clock_of
from carepost.messaging import rehearsal, rules
from carepost.messaging.channels.sms import Segments
from carepost.practice.errors import Refused

router = Router(tags=["Rehearsals"])
Change = Literal["gains", "loses", "moves", "held", "released", "channel", "words"]


class RuleRehearsed(RuleGiven):
    """A rule as for POST /rules; or `rule_id` with the `change`, as for PATCH /rules/{rule_id}.

    `change` of {"active": false} ends the rule.
    """

    kind: Literal["appointment_reminder", "appointment_notice"] | None = None  # type: ignore[assignment]
    rule_id: UUID | None = None
    change: RuleChange | None = None


class SettingsRehearsed(Given):
    """The settings that decide whether and when messages go; as for PATCH /settings."""

    messaging_enabled: Flag | None = None
    opt_in_required: Flag | None = None
    quiet_hours: Quiet | None = None
    timezone: Name | None = None
    language: Short | None = None


class RehearsalPaging(paging.Paging):
    """`limit` and `cursor` are of `affected`; `change`: of this change alone."""

    change: Change | None = None


class CountShown(Shown):
    change: str
    kind: str
    channel: str
    messages: int


class ReasonShown(Shown):
    code: str
    sentence: str
    messages: int


class WayShown(Shown):
    kind: str
    channel: str
    messages: int


class TotalsShown(Shown):
    """`segments` of SMS; `estimated` where some were filled in and the rest taken as alike."""

    messages: int
    going: int
    by: list[WayShown]
    not_going: list[ReasonShown]
    segments: int
    estimated: bool


class DayShown(Shown):
    day: date
    without: int
    with_: int = Field(serialization_alias="with")


class GoingShown(Shown):
    """When it goes; or would have, and why it does not."""

    at: Instant
    channel: str
    goes: bool
    code: str
    sentence: str


class AffectedShown(Shown):
    """One message. `rule_id` null: of the rule that is not there yet."""

    change: str
    why: str
    sentence: str
    at: Instant
    channel: str
    kind: str
    what: str
    client_id: UUID
    appointment_ids: list[UUID]
    starts_at: Instant | None
    rule_id: UUID | None
    without: GoingShown | None
    with_: GoingShown | None = Field(serialization_alias="with")


class RehearsalShown(Shown):
    """Both sides, without and with the change. `affected` is in due order, a page at a time."""

    now: Instant
    until: Instant
    clients: int
    counts: list[CountShown]
    without: TotalsShown
    with_: TotalsShown = Field(serialization_alias="with")
    days: list[DayShown]
    affected: list[AffectedShown]
    next_cursor: str | None


class OddShown(Shown):
    """A character that makes an SMS dearer: where it stands, and what could stand there instead."""

    index: int
    character: str
    replacement: str | None


class SmsShown(Shown):
    """What it costs. `plain_text`: the same with the odd characters replaced."""

    encoding: str
    segments: int
    units: int
    odd: list[OddShown]
    plain_text: str
    plain_segments: int


class ErrorShown(Shown):
    part: str
    line: int
    column: int | None
    field: str | None
    sentence: str


class PreviewShown(Shown):
    """`text` null: it cannot be filled in. `appointment_id` null: filled with made-up facts."""

    channel: str
    language: str
    subject: str
    text: str | None
    html: str
    characters: int
    appointment_id: UUID | None
    client_id: UUID | None
    errors: list[ErrorShown]
    sms: SmsShown | None


@router.post("/rules/rehearse", response=RehearsalShown, by_alias=True)
@needs("rules:read")
def rehearse_rule(
    request: ApiRequest, rule: RuleRehearsed, page: Annotated[RehearsalPaging, Query()]
) -> RehearsalShown:
    """What a new rule, or a change of one, would do. Nothing is changed or sent."""
    return _rehearsed(request, _rule(rule), page)


@router.post("/settings/rehearse", response=RehearsalShown, by_alias=True)
@needs("settings:read")
def rehearse_settings(
    request: ApiRequest, change: SettingsRehearsed, page: Annotated[RehearsalPaging, Query()]
) -> RehearsalShown:
    """What other settings would do. Nothing is changed or sent."""
    given = change.sent("messaging_enabled", "opt_in_required", "timezone", "language")
    if change.quiet_hours is not None:
        quiet = change.quiet_hours
        given["quiet_hours"] = (clock_of(quiet.from_), clock_of(quiet.to))
    return _rehearsed(request, rehearsal.NewSettings(given), page)


@router.post("/templates/rehearse", response=RehearsalShown, by_alias=True)
@needs("rules:read")
def rehearse_template(
    request: ApiRequest, template: TemplateGiven, page: Annotated[RehearsalPaging, Query()]
) -> RehearsalShown:
    """Whom new words would reach, and what they would cost. Nothing is changed or sent."""
    proposal = rehearsal.NewTemplate(
        kind=template.kind,
        what=template.what or "",
        channel=template.channel or "",
        language=template.language,
        subject=template.subject or "",
        body=template.body,
        rule_id=template.rule_id,
    )
    return _rehearsed(request, proposal, page)


@router.post("/templates/preview", response=PreviewShown)
@needs("rules:read")
def preview_template(request: ApiRequest, template: TemplateGiven) -> PreviewShown:
    """The words filled with the next visit, their cost as an SMS, and what is wrong with them."""
    call = request.call
    found = rehearsal.preview(
        call.practice_id,
        template.kind,
        template.what or "",
        template.channel or "",
        template.language,
        template.subject or "",
        template.body,
        call.now,
    )
    if found.client_id is not None:
        call.has_read("client", [found.client_id])
    return _previewed(found)


def _rule(given: RuleRehearsed) -> rehearsal.Proposal:
    if given.rule_id is not None:
        if given.change is None:
            raise Refused("Say what of the rule would change.", "change")
        if given.model_fields_set - {"rule_id", "change"}:
            raise Refused("Write what would change inside `change`.", "rule_id")
        offset = given.change.offset
        timing = None if offset is None else offset.timing()
        return rehearsal.ChangedRule(given.rule_id, timing, changed_fields(given.change))
    if given.change is not None:
        raise Refused("Say which rule would change.", "rule_id")
    if given.kind is None:
        raise Refused("Write the kind of a new rule, or the `rule_id` of one.", "kind")
    return rehearsal.NewRule(
        kind=given.kind,
        timing=rules.Timing("change") if given.offset is None else given.offset.timing(),
        channel=given.channel or "",
        types=given.types or (),
        practitioners=given.practitioners or (),
        places=given.places or (),
        skip_if_confirmed=given.skip_if_confirmed,
        subject=given.subject or "",
        body=given.body or "",
    )


def _rehearsed(
    request: ApiRequest, proposal: rehearsal.Proposal, page: RehearsalPaging
) -> RehearsalShown:
    call = request.call
    after = tuple(paging.opened(request, page.cursor)) if page.cursor else None
    found = rehearsal.rehearse(
        call.practice_id,
        proposal,
        call.now,
        first=page.limit,
        after=after,
        only=page.change or "",
    )
    call.has_read("client", sorted({each.client_id for each in found.affected}))
    return RehearsalShown.model_construct(
        now=found.now,
        until=found.until,
        clients=found.clients,
        counts=[CountShown(**each._asdict()) for each in found.counts],
        without=_totals(found.without),
        with_=_totals(found.with_),
        days=[DayShown(**each._asdict()) for each in found.days],
        affected=[_affected(each) for each in found.affected],
        next_cursor=None if found.more is None else paging.sealed(request, found.more),
    )


def _totals(totals: rehearsal.Totals) -> TotalsShown:
    return TotalsShown(
        messages=totals.messages,
        going=totals.going,
        by=[
            WayShown(kind=kind, channel=channel, messages=messages)
            for (kind, channel), messages in sorted(totals.by.items())
        ],
        not_going=[
            ReasonShown(code=code, sentence=rehearsal.HELD[code], messages=messages)
            for code, messages in sorted(totals.not_going.items())
        ],
        segments=totals.segments,
        estimated=totals.estimated,
    )


def _affected(each: rehearsal.Affected) -> AffectedShown:
    plain = ("change", "why", "sentence", "at", "channel", "kind", "what", "client_id")
    same: dict[str, Any] = {name: getattr(each, name) for name in plain}
    return AffectedShown.model_construct(
        **same,
        appointment_ids=list(each.visit_ids),
        starts_at=each.starts_at,
        rule_id=each.rule_id,
        without=_going(each.before),
        with_=_going(each.after),
    )


def _going(going: rehearsal.Going | None) -> GoingShown | None:
    if going is None:
        return None
    return GoingShown.model_construct(
        at=going.at,
        channel=going.channel,
        goes=not going.code,
        code=going.code,
        sentence=going.sentence,
    )


def _previewed(found: rehearsal.Preview) -> PreviewShown:
    return PreviewShown(
        channel=found.channel,
        language=found.language,
        subject=found.subject,
        text=found.text,
        html=found.html,
        characters=found.characters,
        appointment_id=found.visit_id,
        client_id=found.client_id,
        errors=[
            ErrorShown(
                part=each.part,
                line=each.line,
                column=each.column,
                field=each.field,
                sentence=each.sentence,
            )
            for each in found.errors
        ],
        sms=None if found.sms is None else _sms(found.sms, found),
    )


def _sms(cost: Segments, found: rehearsal.Preview) -> SmsShown:
    return SmsShown(
        encoding=str(cost.encoding),
        segments=cost.segments,
        units=cost.units,
        odd=[
            OddShown(index=index, character=character, replacement=replacement)
            for index, character, replacement in cost.odd
        ],
        plain_text=found.plain_text,
        plain_segments=found.plain_segments,
    )
