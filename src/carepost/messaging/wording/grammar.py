"""What a practice may write in a template, and the check of it: a tree walk over liquid's own tree.

Everything that could fail or run away at send time is refused here, so rendering can fail only
for a fact that is missing or a text that is too long.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from liquid import BoundTemplate, Environment, Mode, StrictUndefined
from liquid.builtin import illegal
from liquid.builtin.content import ContentNode, Literal
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path, StringLiteral
from liquid.builtin.expressions.logical import (
    ContainsExpression,
    EqExpression,
    LogicalAndExpression,
    LogicalOrExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.builtin.filters import misc, string
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.if_tag import IfNode, IfTag
from liquid.builtin.tags.unless_tag import UnlessNode, UnlessTag
from liquid.exceptions import LiquidError

from carepost.messaging.wording import filters
from carepost.messaging.wording.present import Present
from carepost.messaging.wording.refusal import TemplateRefused, refuse
from carepost.messaging.wording.syntax import explained

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liquid.ast import BlockNode, ConditionalBlockNode, Node
    from liquid.expression import Expression

_verbatim = re.compile(r"\{%-?\s*(raw|doc)\s*-?%\}")
# Liquid's tree nests with each `and`, and is walked by recursion.
_MOST_JOINED = 10
_stray = re.compile(r"\}\}|%\}")


class _StrictIf(IfTag):
    mode = Mode.STRICT  # liquid's default drops a second `else` without a word


class _StrictUnless(UnlessTag):
    mode = Mode.STRICT


class _Environment(Environment):
    """Liquid with only what a message needs."""

    block_nesting_limit = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register our short list in place of liquid's own."""
        for tag in (Literal, Output, illegal.Illegal, _StrictIf, _StrictUnless):
            self.add_tag(tag)
        for name in ("capitalize", "downcase", "strip", "truncate", "upcase"):
            self.add_filter(name, getattr(string, name))
        self.add_filter("default", misc.default)


_environment = _Environment(undefined=StrictUndefined)


def parse(source: str) -> BoundTemplate:
    """Liquid's tree of a template. Raises TemplateRefused for bad syntax and unknown tags."""
    verbatim = _verbatim.search(source)
    if verbatim:
        raise refuse(source, verbatim.start(), f"“{verbatim.group(1)}” is not available here.")
    try:
        return _environment.from_string(source)
    except LiquidError as error:
        # Not chained: ours says all there is, and liquid's text is for programmers.
        raise explained(error, source, _environment) from None


def check(template: BoundTemplate, source: str, fields: frozenset[str]) -> frozenset[str]:
    """The merge fields that a template uses. Raises TemplateRefused for what may not stand in it.

    Changes the tree in one thing: a field that stands alone in a condition is true when it is not
    empty. Liquid calls "" true, and nobody who writes "if practice.phone" means that.
    """
    walk = _Walk(source, fields)
    walk.nodes(template.nodes)
    return frozenset(walk.used)


class _Walk:
    """One check of one template: where we are, and what was used so far."""

    def __init__(self, source: str, fields: frozenset[str]) -> None:
        self.source = source
        self.fields = fields
        self.used: set[str] = set()
        self.depth = 0

    def nodes(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, ContentNode):
                self._text(node)
            elif isinstance(node, OutputNode):
                self._output(node)
            elif isinstance(node, IfNode | UnlessNode):
                self._choice(node)
            else:
                raise self._refuse(node.token.start_index, "This cannot be used here.")

    def _text(self, node: ContentNode) -> None:
        stray = _stray.search(node.text)
        if stray:
            at = self.source.index(stray.group(), node.token.start_index)
            raise self._refuse(at, f"“{stray.group()}” closes nothing: its opening is missing.")

    def _output(self, node: OutputNode) -> None:
        expression = node.expression
        # liquid types this more loosely than it is without its ternary option.
        if not isinstance(expression, FilteredExpression):
            raise self._refuse(node.token.start_index, "Only a merge field can stand here.")
        self._value(expression.left, "Only a merge field can stand here.")
        for each in expression.filters or ():
            reason = filters.objection(each)
            if reason:
                raise self._refuse(each.token.start_index, reason)
            for argument in each.args:
                if isinstance(argument.value, Path):
                    self._field(argument.value)

    def _choice(self, node: IfNode | UnlessNode) -> None:
        self._condition(node.condition)
        self._block(node.consequence)
        for alternative in node.alternatives:
            self._alternative(alternative)
        if node.default is not None:
            self._block(node.default)

    def _alternative(self, node: ConditionalBlockNode) -> None:
        self._condition(node.expression)
        self._block(node.block)

    def _block(self, block: BlockNode) -> None:
        self.nodes(block.nodes)

    def _condition(self, condition: Expression) -> None:
        if not isinstance(condition, BooleanExpression):
            raise self._refuse(condition.token.start_index, "This is not a condition.")
        condition.expression = self._truth(condition.expression)

    def _truth(self, expression: Expression) -> Expression:
        """Check an expression that stands for yes or no; give what takes its place."""
        if isinstance(expression, LogicalAndExpression | LogicalOrExpression):
            self.depth += 1
            if self.depth > _MOST_JOINED:
                raise self._refuse(expression.token.start_index, "This condition is too long.")
            expression.left = self._truth(expression.left)
            expression.right = self._truth(expression.right)
            self.depth -= 1
            return expression
        if isinstance(expression, EqExpression | NeExpression | ContainsExpression):
            words = "Compare merge fields with text in quotes, by ==, != or contains."
            self._value(expression.left, words)
            self._value(expression.right, words)
            return expression
        if isinstance(expression, Path):
            self._field(expression)
            return Present(expression)
        raise self._refuse(
            expression.token.start_index,
            "A condition asks for a merge field, or compares one by ==, != or contains.",
        )

    def _value(self, expression: Expression, otherwise: str) -> None:
        if isinstance(expression, Path):
            self._field(expression)
        elif not isinstance(expression, StringLiteral | Empty | Blank):
            raise self._refuse(expression.token.start_index, otherwise)

    def _field(self, path: Path) -> None:
        # An index or a nested path is no field: it is named by its words alone.
        words = [part for part in path.path if isinstance(part, str)] or [path.token.value]
        name = ".".join(words)[:60]
        if len(words) == len(path.path) == 2 and name in self.fields:
            self.used.add(name)
            return
        near = difflib.get_close_matches(name, sorted(self.fields), n=1)
        hint = f" Do you mean “{near[0]}”?" if near else ""
        raise self._refuse(
            path.token.start_index, f"There is no merge field “{name}” here.{hint}", field=name
        )

    def _refuse(self, index: int, sentence: str, field: str | None = None) -> TemplateRefused:
        return refuse(self.source, index, sentence, field)
