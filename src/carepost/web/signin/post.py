"""Letters about accounts: the one place they are sent from. They name no client, ever."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from concurrent.futures import Future

logger = logging.getLogger(__name__)

# RFC 3834: what is sent by a machine says so.
_HEADERS = {"Auto-Submitted": "auto-generated"}


def can_send() -> bool:
    """Whether a mail server is set up (`CAREPOST_EMAIL_URL`)."""
    return bool(settings.CAREPOST_SENDS_LETTERS)


def send(letter: EmailMessage) -> bool:
    """Hand a letter to the mail server now; says whether it took it."""
    if not can_send():
        return False
    try:
        return bool(letter.send())
    except (OSError, SMTPException) as error:
        # The server's words may quote an address.
        logger.error("a letter about an account was not taken: %s", type(error).__name__)
        return False


def send_later(letter: EmailMessage) -> Future[bool]:
    """Send it in a moment: how long the answer takes does not tell whether there is an account."""
    return _postman.submit(send, letter)


_postman = ThreadPoolExecutor(max_workers=1, thread_name_prefix="letters")


def invited(email: str, practice_name: str, link: str) -> EmailMessage:
    """An invite to become a member."""
    subject = _("%(practice)s invites you to Carepost") % {"practice": practice_name}
    return _letter(email, subject, "invite", practice_name=practice_name, link=link)


def password_reset(email: str, link: str) -> EmailMessage:
    """A link to choose a new password."""
    return _letter(email, _("Choose a new password for Carepost"), "reset", link=link)


def account_changed(email: str, what: str) -> EmailMessage:
    """That something about signing in changed; `what` is the name of allauth's own letter."""
    changes = {
        "password_changed": _("The password was changed."),
        "password_set": _("A password was set."),
        "password_reset": _("A new password was chosen."),
        "totp_activated": _("An authenticator app was set up."),
        "totp_deactivated": _("The authenticator app was removed."),
        "webauthn_added": _("A passkey was added."),
        "webauthn_removed": _("A passkey was removed."),
        "recovery_codes_generated": _("New recovery codes were made; the old ones are void."),
    }
    change = changes.get(what, _("Something about how you sign in was changed."))
    return _letter(email, _("How you sign in to Carepost was changed"), "changed", change=change)


def _letter(email: str, subject: str, name: str, **values: str) -> EmailMessage:
    words = {**values, "address": settings.CAREPOST_BASE_URL}
    body = render_to_string(f"web/signin/letters/{name}.txt", words)
    line = " ".join(subject.split())  # a practice's name with a line break makes no header
    return EmailMessage(line, body, to=[email], headers=_HEADERS)
