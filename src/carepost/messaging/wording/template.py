"""Templates that a practice writes: refused when saved if they would fail, quick when sent.

The language is liquid, cut down to what a message needs: merge fields, `if` / `elsif` / `else` /
`unless`, and six filters. No loops, no assignments, no includes: so a template's work is bounded
by its length. What a client or practice typed is a value and is never read as a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from liquid.exceptions import UndefinedError

from carepost.messaging.wording import grammar, quick
from carepost.messaging.wording.refusal import TemplateRefused

if TYPE_CHECKING:
    from liquid import BoundTemplate

__all__ = [
    "EMAIL_LIMIT",
    "SMS_LIMIT",
    "Compiled",
    "MissingFact",
    "RenderFailed",
    "TemplateRefused",
    "TextTooLong",
    "compile_",
]

SOURCE_LIMIT = 2_000  # characters of a template
SMS_LIMIT = 1_600  # characters of a rendered text: carriers take no more (Twilio, error 21617)
EMAIL_LIMIT = 10_000

Facts = Mapping[str, Mapping[str, str]]


class RenderFailed(Exception):
    """A text that cannot be made from these facts. Names fields and sizes, never a value."""


class MissingFact(RenderFailed):
    """The facts lack a field that the template uses. A fact one does not have is "", not absent."""

    def __init__(self, field: str) -> None:
        super().__init__(f"there is no fact for the merge field {field}")
        self.field = field


class TextTooLong(RenderFailed):
    """The rendered text is longer than its channel allows."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"the text has {length} characters; at most {limit} can be sent")
        self.length = length
        self.limit = limit


class Compiled:
    """A template that was checked. Immutable, and safe to share between threads."""

    __slots__ = ("_program", "_template", "fields")

    def __init__(
        self, template: BoundTemplate, fields: frozenset[str], program: quick.Program | None
    ) -> None:
        self._template = template
        self._program = program
        self.fields = fields  # the merge fields it uses, as "client.first_name"

    @property
    def quick(self) -> bool:
        """Whether it is filled without liquid: true without filters and comparisons."""
        return self._program is not None

    def render(self, facts: Facts, limit: int = EMAIL_LIMIT) -> str:
        """The text for these facts, at most `limit` characters (SMS_LIMIT for an SMS).

        `facts` is by namespace and name: {"client": {"first_name": "Ada"}}; "" stands for what is
        not known, and counts as no in an `if`. Raises MissingFact and TextTooLong.
        """
        try:
            if self._program is not None:
                text = quick.fill(self._program, facts)
            else:
                text = self._template.render(facts)
        except (KeyError, UndefinedError):
            # Not chained: liquid's own message quotes the template.
            raise MissingFact(self._missing_from(facts)) from None
        if len(text) > limit:
            raise TextTooLong(len(text), limit)
        return text

    def _missing_from(self, facts: Facts) -> str:
        for field in sorted(self.fields):
            root, _, leaf = field.partition(".")
            if leaf not in facts.get(root, ()):
                return field
        return ""


def compile_(source: str, fields: frozenset[str]) -> Compiled:
    """Check a template against the merge fields of its kind, and make it ready to render.

    `fields` holds dotted names, "client.first_name". Costs about a millisecond: keep the result.
    Raises TemplateRefused, with line, column and field, for whatever could fail when it is sent:
    bad syntax, a field, tag or filter that is not available, more than 2,000 characters.
    """
    source = source.replace("\r\n", "\n")
    if len(source) > SOURCE_LIMIT:
        raise TemplateRefused(
            line=source.count("\n", 0, SOURCE_LIMIT) + 1,
            column=None,
            field=None,
            sentence=f"The template has {len(source):,} characters; at most {SOURCE_LIMIT:,} fit.",
        )
    template = grammar.parse(source)
    used = grammar.check(template, source, fields)
    return Compiled(template, used, quick.program(template.nodes))
