"""The end of an automated email: how to stop them (RULES A10)."""

from __future__ import annotations

from carepost.messaging.wording.languages import language_of


def with_unsubscribe(text: str, url: str, language: str) -> str:
    """The text, and below it a sentence with the unsubscribe link; the text alone for no URL."""
    if not url:
        return text
    return f"{text.rstrip()}\n\n{language_of(language).unsubscribe.format(url=url)}"
