"""From a proposal to what it changes of the facts: checked as the change itself would be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carepost.ground import ids
from carepost.messaging import lines, rules, templates
from carepost.messaging.facts import LineFacts, RuleFacts, TemplateFacts
from carepost.messaging.hours import Quiet
from carepost.messaging.models import Lane, Line, Rule
from carepost.messaging.rehearsal.amendment import Amendment
from carepost.messaging.rehearsal.proposal import (
    ChangedRule,
    NewRule,
    NewSettings,
    NewTemplate,
    RemovedRule,
)
from carepost.practice import fields
from carepost.practice.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.rehearsal.proposal import Proposal
    from carepost.practice.models import Practice


def amendment(practice: Practice, proposal: Proposal, now: datetime) -> Amendment:
    """What a proposal changes. Runs in the caller's transaction, and changes nothing there.

    Raises what the change would: `Refused`, `NotFound`, `Conflict`, `templates.PartRefused`.
    """
    match proposal:
        case NewRule():
            return _new_rule(practice, proposal, now)
        case ChangedRule():
            rule = _rule(practice.id, proposal.rule_id)
            words = rules.redraw(rule, now, proposal.timing, dict(proposal.fields))
            return _of_rule(practice, rule, words)
        case RemovedRule():
            rule = _rule(practice.id, proposal.rule_id)
            rule.active = False
            return _of_rule(practice, rule, None)
        case NewTemplate():
            return _new_template(practice.id, proposal)
        case NewSettings():
            return _new_settings(practice.id, proposal)


def _new_rule(practice: Practice, proposal: NewRule, now: datetime) -> Amendment:
    rule = rules.draft(
        practice.id,
        kind=proposal.kind,
        channel=proposal.channel,
        timing=proposal.timing,
        types=proposal.types,
        practitioners=proposal.practitioners,
        places=proposal.places,
        skip_if_confirmed=proposal.skip_if_confirmed,
        now=now,
    )
    words = rules.own_words(rule, proposal.subject, proposal.body)
    return _of_rule(practice, rule, words, is_new=True)


def _rule(practice_id: UUID, rule_id: UUID) -> Rule:
    rule = Rule.objects.filter(practice_id=practice_id, id=rule_id).first()
    if rule is None:
        raise NotFound("There is no rule with this id.", "rule_id")
    return rule


def _of_rule(
    practice: Practice, rule: Rule, words: tuple[str, str] | None, *, is_new: bool = False
) -> Amendment:
    subject, body = words or ("", "")
    template = None
    if words:
        language, channel = practice.language, rule.channel
        templates.check(
            kind=rule.kind, what="", channel=channel, language=language, subject=subject, body=body
        )
        template = TemplateFacts(ids.fresh(), rule.id, rule.kind, "", channel, language, 1)
    return Amendment(
        rule_id=rule.id,
        rule=_facts(rule) if rule.active else None,
        template=template,
        subject=subject,
        body=body,
        is_new=is_new,
        lead=timedelta(days=rule.days, seconds=rule.seconds),
    )


def _facts(rule: Rule) -> RuleFacts:
    return RuleFacts(
        id=rule.id,
        kind=rule.kind,
        channel=rule.channel,
        when=rule.when,
        days=rule.days,
        seconds=rule.seconds,
        at_time=rule.at_time,
        types=frozenset(rule.types),
        practitioners=frozenset(rule.practitioners),
        places=frozenset(rule.places),
        skip_if_confirmed=rule.skip_if_confirmed,
        since=rule.since,
    )


def _new_template(practice_id: UUID, new: NewTemplate) -> Amendment:
    subject = "" if new.channel == "sms" else new.subject
    templates.check(
        kind=new.kind,
        what=new.what,
        channel=new.channel,
        language=new.language,
        subject=subject,
        body=new.body,
    )
    if new.rule_id is not None:
        templates.check_rule(practice_id, new.rule_id, new.kind)
    template = TemplateFacts(
        ids.fresh(), new.rule_id, new.kind, new.what, new.channel, new.language, 1
    )
    return Amendment(template=template, subject=subject, body=new.body)


def _new_settings(practice_id: UUID, new: NewSettings) -> Amendment:
    settings: dict[str, Any] = {}
    for name, value in new.fields.items():
        match name:
            case "messaging_enabled" | "opt_in_required":
                settings[name] = fields.yes_or_no(value, name)
            case "quiet_hours":
                begin, end = fields.quiet_hours(value)
                settings["quiet"] = Quiet(begin, end) if begin is not None and end else None
            case "timezone":
                settings[name] = fields.zone(value)
            case "language":
                settings[name] = fields.language(value)
            case _:
                raise Refused("This setting changes no message's time or going.", name)
    given = _host_lines(practice_id) if settings.get("messaging_enabled") else ()
    return Amendment(settings=settings, lines=given)


def _host_lines(practice_id: UUID) -> tuple[LineFacts, ...]:
    """The host's lines, which a practice without a line gets when it switches messaging on."""
    if lines.lines_of(practice_id).exists():
        return ()
    found = []
    for line in Line.objects.filter(owner=None, active=True).order_by("id"):
        lanes = tuple(Lane.objects.filter(line=line).values_list("urgency", "id"))
        found.append(LineFacts(ids.fresh(), line.channel, 100, lanes))
    if not found:
        raise Conflict("There is no line to send by. Add one first.", "messaging_enabled")
    return tuple(found)
