"""The mailbox: a list, and a mail opened as a mail program shows it."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from carepost.sandbox.pages.rendering import moment, page

if TYPE_CHECKING:
    from carepost.sandbox.exchange import Exchange
    from carepost.sandbox.mail import Mail

_MAILS: Final = 30  # a page of the list
# A mail may style itself and be clicked; it runs nothing and fetches nothing.
_HTML_CSP: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Mailbox:
    """The pages of the mailbox, which holds everybody's mail."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def list(self, request: web.Request) -> web.Response:
        """Show the mails, newest first, those to or about what is asked for."""
        return self._page(request, None)

    async def read(self, request: web.Request) -> web.Response:
        """Show one mail beside the list."""
        return self._page(request, self._mail(request))

    async def html(self, request: web.Request) -> web.Response:
        """Return the HTML body, for the frame that shows it."""
        html = self._mail(request).reading.html
        if html is None:
            raise web.HTTPNotFound(text="This mail has no HTML part.")
        # Links open beside the mailbox, not inside the frame.
        return web.Response(
            text=f'<!doctype html><base target="_blank">{html}',
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Security-Policy": _HTML_CSP},
        )

    async def source(self, request: web.Request) -> web.Response:
        """Return the mail as it came, as a file to keep."""
        mail = self._mail(request)
        return web.Response(
            body=mail.content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{mail.id}.eml"'},
        )

    def _mail(self, request: web.Request) -> Mail:
        mail = self._exchange.accepted.mail(request.match_info["id"])
        if mail is None:
            raise web.HTTPNotFound(text="There is no such mail here (any more).")
        return mail

    def _page(self, request: web.Request, opened: Mail | None) -> web.Response:
        mails = self._exchange.accepted.mails
        asked = request.query.get("q", "").strip()[:100]
        number = request.query.get("page", "1")
        first = (int(number) - 1) * _MAILS if number.isdecimal() and 0 < len(number) < 7 else 0
        first = max(0, first)
        # Without a question only the mails of this page are parsed, however many there are.
        matching = [mail for mail in reversed(mails) if _about(mail, asked)] if asked else None
        total = len(mails) if matching is None else len(matching)
        shown = (
            matching[first : first + _MAILS]
            if matching is not None
            else mails[max(0, total - first - _MAILS) : max(0, total - first)][::-1]
        )
        return page(
            self._exchange,
            request,
            "mailbox.html",
            title=opened.reading.subject or "(no subject)" if opened else "Mailbox",
            asked=asked,
            mails=[mail_row(mail, opened) for mail in shown],
            total=f"{total:,}",
            first=first + 1,
            last=first + len(shown),
            previous=first // _MAILS,
            next=first // _MAILS + 2 if first + len(shown) < total else 0,
            opened=_opened(opened) if opened else None,
        )


def mail_row(mail: Mail, opened: Mail | None = None) -> dict[str, Any]:
    """Return what a list of mails shows of `mail`."""
    reading = mail.reading
    return {
        "id": mail.id,
        "sender": reading.sender or mail.sender or "(no sender)",
        "name": parseaddr(reading.sender)[0] or reading.sender or mail.sender or "(no sender)",
        "to": ", ".join(mail.recipients),
        "subject": reading.subject or "(no subject)",
        "at": moment(mail.at),
        "open": mail is opened,
    }


def _opened(mail: Mail) -> dict[str, Any]:
    reading = mail.reading
    return {
        **mail_row(mail),
        "text": reading.text,
        "has_html": reading.html is not None,
        "headers": [{"name": name, "value": value} for name, value in reading.headers],
        "attachments": [
            {"name": name, "size": f"{size / 1024:,.1f} KB"} for name, size in reading.attachments
        ],
    }


def _about(mail: Mail, asked: str) -> bool:
    words = asked.casefold()
    reading = mail.reading
    return any(
        words in each.casefold() for each in (*mail.recipients, reading.subject, reading.sender)
    )
