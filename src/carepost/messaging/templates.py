"""Saving the words of a kind: a new version each time, and none that would fail when sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Q

from carepost.messaging.kinds import BY_RULE
from carepost.messaging.models import Rule, Template
from carepost.messaging.wording import samples
from carepost.messaging.wording.template import (
    EMAIL_LIMIT,
    SMS_LIMIT,
    RenderFailed,
    TemplateRefused,
    compile_,
)
from carepost.people.models.client import CHANNELS
from carepost.practice import audit, changes, fields, tenancy
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.messaging.kinds.kind import Kind

SUBJECT_LIMIT = 200  # characters of a rendered subject; RFC 5322 allows 998 octets a line


class PartRefused(TemplateRefused):
    """A template that would fail when sent; `part` is subject or body."""

    def __init__(self, part: str, refusal: TemplateRefused) -> None:
        super().__init__(refusal.line, refusal.column, refusal.field, refusal.sentence)
        self.part = part


def save(
    practice_id: UUID,
    actor: audit.Actor,
    *,
    rule_id: UUID | None = None,
    kind: str,
    what: str = "",
    channel: str = "",
    language: str,
    subject: str = "",
    body: str,
) -> Template:
    """Save the next version of a template; from now on it is the one that is used.

    No `rule_id`: for all rules of the kind; no `channel`: for any; no `what`: for every sort of
    notice. `subject` is ignored where a channel has none.
    Raises `PartRefused` for words that would fail, with line and field; `Refused` otherwise.
    """
    if channel == "sms":
        subject = ""
    check(kind=kind, what=what, channel=channel, language=language, subject=subject, body=body)
    with tenancy.acting_for(practice_id):
        if rule_id is not None:
            check_rule(practice_id, rule_id, kind)
        # Two who save at once must not both count the same newest version.
        Practice.objects.select_for_update(no_key=True).get(id=practice_id)
        same = Template.objects.filter(
            Q(rule_id=rule_id) if rule_id else Q(rule_id__isnull=True),
            practice_id=practice_id,
            kind=kind,
            what=what,
            channel=channel,
            language=language,
        )
        newest = same.aggregate(newest=Max("version"))["newest"] or 0
        template = Template.objects.create(
            practice_id=practice_id,
            rule_id=rule_id,
            kind=kind,
            what=what,
            channel=channel,
            language=language,
            version=newest + 1,
            subject=subject,
            body=body,
        )
        audit.record(
            practice_id, actor, "template.save", "template", template.id, version=template.version
        )
        changes.touch_practice(practice_id)
    return template


def check(*, kind: str, what: str, channel: str, language: str, subject: str, body: str) -> None:
    """Raise `PartRefused` or `Refused` for a template that could fail when it is sent.

    Both parts are filled with made-up facts, once with every field known and once with those
    empty that a practice or a visit may lack.
    """
    known = BY_RULE.get(kind)
    if known is None:
        raise Refused(f"There is no such kind. There are: {', '.join(BY_RULE)}.", "kind")
    if what and what not in known.whats:
        raise Refused(_whats_sentence(known), "what")
    if channel and channel not in dict(CHANNELS):
        raise Refused("The channel is sms, voice, fax or email, or empty for any.", "channel")
    fields.language(language)
    fields.text(subject, "subject", most=SUBJECT_LIMIT)
    _try("subject", subject, known, what, language, SUBJECT_LIMIT, may_be_empty=True)
    limit = EMAIL_LIMIT if channel in ("email", "fax") else SMS_LIMIT  # of any: an SMS too
    _try("body", body, known, what, language, limit, may_be_empty=False)


def _whats_sentence(kind: Kind) -> str:
    named = [what for what in kind.whats if what]
    if not named:
        return "This kind is of one sort: leave `what` out."
    return f"`what` is one of {', '.join(named)}, or empty for all of them."


def _try(
    part: str, source: str, kind: Kind, what: str, language: str, limit: int, *, may_be_empty: bool
) -> None:
    try:
        compiled = compile_(source, kind.fields)
        for each in [what] if what else kind.whats:
            for facts in (samples.full, samples.bare):
                # A kind of one sort takes any `what`; only notices read it.
                text = compiled.render(facts(kind.name, language, what=each or "moved"), limit)
                if not text.strip() and not may_be_empty:
                    raise _whole(
                        "It would be empty for a visit or practice that lacks a place, a phone "
                        "number or a practitioner. Write words that stand without them."
                    )
    except TemplateRefused as refusal:
        raise PartRefused(part, refusal) from None
    except RenderFailed as failure:
        words = str(failure)
        raise PartRefused(part, _whole(f"{words[0].upper()}{words[1:]}.")) from None


def _whole(sentence: str) -> TemplateRefused:
    return TemplateRefused(line=1, column=None, field=None, sentence=sentence)


def check_rule(practice_id: UUID, rule_id: UUID, kind: str) -> None:
    """Raise `NotFound` or `Refused` where a template of this kind cannot be the rule's."""
    rule = Rule.objects.filter(practice_id=practice_id, id=rule_id).first()
    if rule is None:
        raise NotFound("There is no rule with this id.", "rule_id")
    if rule.kind != kind:
        raise Refused(f"The rule is of the kind {rule.kind}; so must its template be.", "kind")
