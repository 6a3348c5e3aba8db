"""The table, and one phone taken in the hand."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from carepost.sandbox.pages.mailbox import mail_row
from carepost.sandbox.pages.rendering import Moment, moment, page
from carepost.sandbox.segments import segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carepost.sandbox.server import Sandbox
    from carepost.sandbox.text import Text

_PHONES: Final = 9  # on the table at a time
_TEXTS_ON_TABLE: Final = 2
_TEXTS_IN_HAND: Final = 100
_MAILS_ON_TABLE: Final = 10
_CHIPS: Final = {
    "accepted": "clock",
    "queued": "clock",
    "sent": "arrow",
    "delivered": "check",
    "undelivered": "cross",
}
_SAMPLE_TEXT: Final = (
    "Hi Ann, this is Elm Street Physio. We see you tomorrow, Tuesday at 9:30 AM. "
    "Reply 1 to confirm, 2 to cancel, 3 to move. Reply STOP to end."
)
_SAMPLE_MAIL: Final = (
    "From: Elm Street Physio <desk@elm.example>\r\n"
    "To: Ann Lee <ann@example.com>\r\n"
    "Subject: Your visit tomorrow at 9:30 AM\r\n"
    "Message-ID: <sample@elm.example>\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n'
    "\r\n"
    "Hi Ann,\r\n\r\nwe see you tomorrow, Tuesday at 9:30 AM.\r\n\r\nElm Street Physio\r\n"
)


class Phones:
    """The pages of the phones."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._exchange = sandbox.exchange

    async def table(self, request: web.Request) -> web.Response:
        """Show the phones that rang last, a page of them, and the newest mail."""
        accepted = self._exchange.accepted
        asked = request.query.get("q", "").strip()[:40]
        digits = "".join(letter for letter in asked if letter.isdigit())
        number = _page_number(request)
        matching = (each for each in accepted.phones() if digits in each)
        first = (number - 1) * _PHONES
        shown = list(islice(matching, first, first + _PHONES))
        total = accepted.phone_count() if not digits else first + len(shown) + _count(matching)
        options = self._sandbox.options
        return page(
            self._exchange,
            request,
            "table.html",
            title="Test phones",
            asked=asked,
            phones=[
                {
                    "number": each,
                    "count": len(accepted.thread(each)),
                    "texts": _bubbles(_last(accepted.thread(each), _TEXTS_ON_TABLE)),
                }
                for each in shown
            ],
            phone_total=f"{total:,}",
            first=first + 1,
            last=first + len(shown),
            previous=number - 1,
            next=number + 1 if first + len(shown) < total else 0,
            mails=[mail_row(mail) for mail in accepted.mails[: -_MAILS_ON_TABLE - 1 : -1]],
            account_sid=options.account_sid,
            base_url=self._sandbox.base_url,
            smtp_url=self._sandbox.smtp_url,
        )

    async def phone(self, request: web.Request) -> web.Response:
        """Show one phone with its whole thread, newest at the bottom."""
        number = request.match_info["number"]
        thread = self._exchange.accepted.thread(number)
        return page(
            self._exchange,
            request,
            "phone.html",
            status=200 if thread else 404,
            title=number if thread else "No such phone",
            number=number,
            count=len(thread),
            hidden=max(0, len(thread) - _TEXTS_IN_HAND),
            texts=_bubbles(_last(thread, _TEXTS_IN_HAND)),
        )

    async def sample(self, request: web.Request) -> web.Response:
        """Put a text and a mail on the table, so that there is something to see."""
        await self._exchange.take_text(
            to="+12025550101",
            sender="+12025550199",
            service=None,
            body=_SAMPLE_TEXT,
            callback=None,
        )
        content = _SAMPLE_MAIL.encode()
        await self._exchange.take_mail("desk@elm.example", ["ann@example.com"], content)
        raise web.HTTPSeeOther("/")


def _page_number(request: web.Request) -> int:
    asked = request.query.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1


def _count(rest: Any) -> int:  # Any: an iterator of anything
    return sum(1 for _ in rest)


def _last(thread: Sequence[Text], count: int) -> list[Text]:
    return list(islice(reversed(thread), count))[::-1]


def _bubbles(texts: list[Text]) -> list[dict[str, Any]]:
    now, day, bubbles = time.time(), "", []
    for text in texts:
        at: Moment = moment(text.at)
        status = text.status(now)
        bubbles.append(
            {
                "sid": text.sid,
                "body": text.body,
                "sender": text.sender_at(now) or "a Messaging Service",
                "new_day": at.day if at.day != day else "",
                "day": at.day,
                "clock": at.clock,
                "iso": at.iso,
                "status": status,
                "icon": _CHIPS[status],
                "error": text.error if now >= text.final_at else None,
                "segments": segments(text.body),
            }
        )
        day = at.day
    return bubbles
