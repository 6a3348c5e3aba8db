"""What is wrong with a template's syntax, and where: liquid's errors in a receptionist's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from liquid.exceptions import BlockNestingError, LiquidError
from liquid.token import TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG, Token

from carepost.messaging.wording.refusal import TemplateRefused, refuse

if TYPE_CHECKING:
    from liquid import Environment

_OPENING = {"endif": "if", "endunless": "unless", "else": "if", "elsif": "if"}
_unexpected = re.compile(r"unexpected tag '(.*)'")


def explained(error: LiquidError, source: str, environment: Environment) -> TemplateRefused:
    """The refusal for an error that liquid found when it parsed the source."""
    said = str(error.message or "")
    index = error.token.start_index if error.token is not None else -1
    if isinstance(error, BlockNestingError):
        return refuse(source, index, "There are too many ifs inside one another.")
    if said.startswith("expected '}}'"):
        return refuse(source, index, "“{{” is never closed with “}}”.")
    if said.startswith("missing tag name"):
        return refuse(source, index, "“{%” needs a word such as if, and “%}” to close it.")
    unexpected = _unexpected.fullmatch(said)
    if unexpected:
        return refuse(source, index, _about_tag(unexpected.group(1)))
    tokens = _top_level(source, environment)
    if said.startswith("expected tag end"):
        opening = _unclosed(tokens)
        if opening is not None:
            name = opening.value
            words = f"“{name}” needs one “end{name}”, and at most one “else”."
            return refuse(source, opening.start_index, words)
    if index < 0:
        index = _first_bad(tokens, environment)
    return refuse(source, index, f"This cannot be understood: {said.rstrip('?')}.")


def _about_tag(name: str) -> str:
    if name in _OPENING:
        return f"“{name}” has no “{_OPENING[name]}” before it."
    return f"There is no “{name}” here. There are: if, elsif, else, unless."


def _top_level(source: str, environment: Environment) -> list[Token]:
    try:
        return list(environment.tokenizer()(source))
    except LiquidError:
        return []


def _unclosed(tokens: list[Token]) -> Token | None:
    """The `if` or `unless` that is still open where the parser gave up: the innermost."""
    stack: list[Token] = []
    elses: set[int] = set()
    for token in tokens:
        if token.kind != TOKEN_TAG:
            continue
        if token.value in ("if", "unless"):
            stack.append(token)
        elif stack and token.value == f"end{stack[-1].value}":
            stack.pop()
        elif stack and token.value in ("else", "elsif"):
            if stack[-1].start_index in elses:
                return stack[-1]
            if token.value == "else":
                elses.add(stack[-1].start_index)
        elif stack:
            return stack[-1]
    return stack[-1] if stack else None


def _first_bad(tokens: list[Token], environment: Environment) -> int:
    """The start of the first output or condition that cannot be parsed by itself, or -1.

    Liquid does not say where an expression that ends too soon began.
    """
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == TOKEN_OUTPUT:
            alone = token.value
        elif token.kind == TOKEN_TAG and following and following.kind == TOKEN_EXPRESSION:
            alone = f"{{% if {following.value} %}}{{% endif %}}"
        else:
            continue
        try:
            environment.from_string(alone)
        except LiquidError:
            return token.start_index
    return -1
