"""Where the one act that mends a message is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.messaging.models import Message
    from carepost.messaging.why import Mend

_PAGES = {
    "switch_on": ("messaging:settings", ""),
    "add_line": ("messaging:settings", "#lines"),
    "look_at_line": ("messaging:settings", "#lines"),
    "change_hours": ("messaging:settings", "#opt-in"),
    "correct_wording": ("templates:list", ""),
    "add_rule": ("rules:list", ""),
}
_ABOUT_A_CLIENT = {"add_address", "correct_address", "ask_consent"}


def href(mend: Mend, message: Message) -> str:
    """The page of a message's mend; empty where the button for it stands beside the story."""
    return of_client(mend, message.client_id)


def of_client(mend: Mend, client_id: UUID | None) -> str:
    """The page of a mend that concerns a client, or the whole practice; empty for neither."""
    if mend.code in _PAGES:
        name, anchor = _PAGES[mend.code]
        return reverse(name) + anchor
    if mend.code in _ABOUT_A_CLIENT and client_id is not None:
        return reverse("clients:contact", args=[client_id])
    return ""
