"""A plain text as quiet HTML: what a mailbox shows, and a screen reader reads, without fuss."""

from __future__ import annotations

import re
from html import escape

# The URL without what usually ends a sentence around it.
_link = re.compile(r"""(https://[^\s<>"]*[^\s<>"'.,;:!?)\]}])""")
_paragraph_break = re.compile(r"\n[ \t]*\n\s*")
_line_end = re.compile("\r\n|\r")
_language = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*").fullmatch

# Inline style: mail programs drop style sheets. No picture and no colour of our own, so a dark
# mailbox stays dark; 16 px is the least that a phone shows without zooming.
_BEFORE = (
    '<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n</head>\n'
    '<body style="margin:0;padding:24px 16px">\n<div lang="{lang}" dir="auto" '
    'style="max-width:36em;margin:0 auto;font:16px/1.5 sans-serif">\n'
)
_AFTER = "</div>\n</body>\n</html>\n"
_P = '<p style="margin:0 0 1em">'
_NEXT = f"</p>\n{_P}"


def html_of(text: str, *, lang: str = "en", title: str = "") -> str:
    """An HTML page that says what `text` says: escaped, in paragraphs, https URLs as links.

    A blank line parts paragraphs, a line end stays one. `lang` is a BCP 47 tag (an ill-formed one
    becomes "und", undetermined); `title` is what a screen reader says first: give the subject.
    """
    if "\r" in text:
        text = _line_end.sub("\n", text)
    text = text.strip()
    body = _linked(text) if "https://" in text else escape(text)
    head = _BEFORE.format(lang=lang if _language(lang) else "und", title=escape(title))
    if not body:
        return head + _AFTER
    paragraphs = [each.replace("\n", "<br>\n") for each in _paragraph_break.split(body)]
    return f"{head}{_P}{_NEXT.join(paragraphs)}</p>\n{_AFTER}"


def _linked(text: str) -> str:
    """Escape the text, with its https URLs, and only those, as links."""
    pieces = _link.split(text)
    for index, piece in enumerate(pieces):
        safe = escape(piece)
        pieces[index] = f'<a href="{safe}">{safe}</a>' if index % 2 else safe
    return "".join(pieces)
