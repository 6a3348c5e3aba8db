"""Most templates are text, merge fields and `if field`: those are filled by joining strings.

Liquid takes about 30 µs for a reminder, this about 2. What a program makes is exactly what liquid
makes of the same tree (a property test says so); any other template is left to liquid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from carepost.messaging.wording.present import Present

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from liquid.ast import BlockNode, Node
    from liquid.expression import Expression


class _Field(NamedTuple):
    root: str
    leaf: str


class _Branch(NamedTuple):
    """`block` is taken when `field`'s presence is `wanted`; `field` None is the `else`."""

    field: _Field | None
    wanted: bool
    block: Program


class _Choice(NamedTuple):
    branches: tuple[_Branch, ...]


Program = tuple["str | _Field | _Choice", ...]


class _NotQuick(Exception):
    """This tree holds something that only liquid does."""


def program(nodes: Iterable[Node]) -> Program | None:
    """The quick form of a checked template's tree, or None if it has filters or comparisons."""
    try:
        return _parts(nodes, silent=False)
    except _NotQuick:
        return None


def fill(parts: Program, facts: Mapping[str, Mapping[str, str]]) -> str:
    """The text of a program for these facts. Raises KeyError for a fact that is missing."""
    out: list[str] = []
    _fill(parts, facts, out)
    return "".join(out)


def _fill(parts: Program, facts: Mapping[str, Mapping[str, str]], out: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, _Field):
            out.append(facts[part.root][part.leaf])
        else:
            for field, wanted, block in part.branches:
                if field is None or bool(facts[field.root][field.leaf]) is wanted:
                    _fill(block, facts, out)
                    break


def _parts(nodes: Iterable[Node], *, silent: bool) -> Program:
    """Translate nodes. `silent`: liquid renders a block of blanks alone as nothing."""
    parts: list[str | _Field | _Choice] = []
    for node in nodes:
        if isinstance(node, ContentNode):
            if not silent:
                parts.append(node.text)
        elif isinstance(node, OutputNode):
            parts.append(_output(node.expression))
        elif isinstance(node, IfNode | UnlessNode):
            parts.append(_choice(node))
        else:
            raise _NotQuick
    return tuple(parts)


def _output(expression: Expression) -> _Field:
    if isinstance(expression, FilteredExpression) and not expression.filters:
        return _field(expression.left)
    raise _NotQuick


def _choice(node: IfNode | UnlessNode) -> _Choice:
    first = _Branch(
        _condition(node.condition), not isinstance(node, UnlessNode), _block(node.consequence)
    )
    branches = [first]
    for each in node.alternatives:
        branches.append(_Branch(_condition(each.expression), True, _block(each.block)))
    if node.default is not None:
        branches.append(_Branch(None, True, _block(node.default)))
    return _Choice(tuple(branches))


def _block(block: BlockNode) -> Program:
    return _parts(block.nodes, silent=block.blank)


def _condition(condition: Expression) -> _Field:
    if isinstance(condition, BooleanExpression) and isinstance(condition.expression, Present):
        return _field(condition.expression.path)
    raise _NotQuick


def _field(expression: Expression) -> _Field:
    if isinstance(expression, Path) and len(expression.path) == 2:
        return _Field(str(expression.path[0]), str(expression.path[1]))
    raise _NotQuick
