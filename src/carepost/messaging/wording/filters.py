"""The filters a template may use, and what each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liquid.builtin.expressions import Path, PositionalArgument, StringLiteral
from liquid.builtin.expressions.primitive import IntegerLiteral

if TYPE_CHECKING:
    from liquid.builtin.expressions.filtered import Filter

WITHOUT_ARGUMENTS = frozenset({"capitalize", "downcase", "strip", "upcase"})
ALL = WITHOUT_ARGUMENTS | {"default", "truncate"}
_LONGEST = 2_000


def objection(use: Filter) -> str:
    """Why this use of a filter is refused, as a sentence; "" if it is not."""
    if use.name not in ALL:
        return f"There is no filter “{use.name}” here. There are: {', '.join(sorted(ALL))}."
    values = [each.value for each in use.args if isinstance(each, PositionalArgument)]
    if len(values) < len(use.args):
        return f"The filter “{use.name}” takes no named settings."
    if use.name in WITHOUT_ARGUMENTS:
        return f"The filter “{use.name}” takes nothing after it." if values else ""
    if use.name == "default":
        if len(values) == 1 and isinstance(values[0], StringLiteral | Path):
            return ""
        return 'Write: default: "the words to use instead".'
    if not values:
        return ""
    number, *ending = values
    if (
        isinstance(number, IntegerLiteral)
        and 1 <= number.value <= _LONGEST
        and len(ending) <= 1
        and all(isinstance(each, StringLiteral) for each in ending)
    ):
        return ""
    return f"Write: truncate: 20, with a number from 1 to {_LONGEST:,}."
