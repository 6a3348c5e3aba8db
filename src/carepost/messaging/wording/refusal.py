"""Why a template was not saved, in words for whoever wrote it."""

from __future__ import annotations


class TemplateRefused(Exception):
    """A template that would fail when sent.

    `line` counts from 1, and `column` too (None where the whole line or template is meant);
    `field` is the merge field in question, if it is about one; `sentence` tells a person what to
    mend.
    """

    def __init__(self, line: int, column: int | None, field: str | None, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.column = column
        self.field = field
        self.sentence = sentence


def refuse(source: str, index: int, sentence: str, field: str | None = None) -> TemplateRefused:
    """The refusal of what stands at `index` of the source; an index below 0 means its end."""
    if index < 0:
        index = len(source)
    line_start = source.rfind("\n", 0, index) + 1
    return TemplateRefused(
        line=source.count("\n", 0, index) + 1,
        column=index - line_start + 1,
        field=field,
        sentence=sentence,
    )
