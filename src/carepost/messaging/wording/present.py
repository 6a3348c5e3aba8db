"""The condition "this fact is known": a merge field that stands alone in an `if`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liquid.expression import Expression

if TYPE_CHECKING:
    from liquid import RenderContext
    from liquid.builtin.expressions import Path


class Present(Expression):
    """True when the field's text is not empty. A field that is missing raises, as elsewhere."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        super().__init__(path.token)
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def evaluate(self, context: RenderContext) -> object:
        """Whether the text is not empty."""
        return bool(self.path.evaluate(context))

    def children(self) -> list[Expression]:
        """The field itself, for liquid's own walks."""
        return [self.path]
