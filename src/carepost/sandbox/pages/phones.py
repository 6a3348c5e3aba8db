"""The table, and one phone taken in the hand."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from aiohttp import web

from carepost.sandbox.answer import MAX_ANSWER, Answer
from carepost.sandbox.pages.mailbox import mail_row
from carepost.sandbox.pages.rendering import moment, page
from carepost.sandbox.segments import segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carepost.sandbox.server import Sandbox
    from carepost.sandbox.text import Text

    Said = TypeVar("Said", Text, Answer)

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
_ENDS: Final = {
    "taken": ("check", "Carepost took this answer", ""),
    "nobody": (
        "clock",
        "nobody listens to answers yet",
        "Carepost takes them in from a later version on.",
    ),
    "refused": ("cross", "not taken", "The address for answers said {status}."),
    "unreached": ("cross", "not taken", "Nothing answered at the address for answers."),
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
                    "texts": self._said(each, _TEXTS_ON_TABLE),
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
        """Show one phone with its whole thread, newest at the bottom, and a field to answer in."""
        return self._phone(request)

    async def answer(self, request: web.Request) -> web.Response:
        """Send what was typed on a phone to the number that wrote to it."""
        number = request.match_info["number"]
        form = await request.post()
        body = str(form.get("body", "")).replace("\r\n", "\n").strip()
        lines = self._lines(number)
        to = str(form.get("to", "")) or (lines[0] if lines else "")
        if not lines or to not in lines:
            raise web.HTTPNotFound(text="Nobody wrote to this phone, so there is nobody to answer.")
        if not body or len(body) > MAX_ANSWER:
            problem = "Type something first." if not body else "That is too long for a text."
            return self._phone(request, body=body, problem=problem)
        await self._exchange.answers.send(number, to, body)
        raise web.HTTPSeeOther(f"/phones/{quote(number)}#body")  # and the cursor is there

    def _phone(self, request: web.Request, body: str = "", problem: str = "") -> web.Response:
        number = request.match_info["number"]
        thread = self._exchange.accepted.thread(number)
        return page(
            self._exchange,
            request,
            "phone.html",
            status=400 if problem else 200 if thread else 404,
            title=number if thread else "No such phone",
            number=number,
            count=len(thread),
            hidden=max(0, len(thread) - _TEXTS_IN_HAND),
            texts=self._said(number, _TEXTS_IN_HAND),
            lines=self._lines(number),
            body=body,
            problem=problem,
            most=MAX_ANSWER,
        )

    def _lines(self, number: str) -> list[str]:
        """The numbers that wrote to a phone, the last one first."""
        now = time.time()
        thread = reversed(self._exchange.accepted.thread(number))
        found = (text.sender_at(now) for text in islice(thread, _TEXTS_IN_HAND))
        return list(dict.fromkeys(sender for sender in found if sender))

    def _said(self, number: str, most: int) -> list[dict[str, Any]]:
        """The last that was said to and by a phone, in order, as bubbles."""
        accepted = self._exchange.accepted
        texts: list[Text | Answer] = [*_last(accepted.thread(number), most)]
        said = sorted([*texts, *_last(accepted.answers(number), most)], key=lambda each: each.at)
        return _bubbles(said[-most:])

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


def _last(thread: Sequence[Said], count: int) -> list[Said]:
    return list(islice(reversed(thread), count))[::-1]


def _bubbles(said: list[Text | Answer]) -> list[dict[str, Any]]:
    day = ""
    bubbles: list[dict[str, Any]] = []
    for each in said:
        at = moment(each.at)
        bubble = _answer(each) if isinstance(each, Answer) else _text(each)
        if bubbles and bubble["hint"]:
            bubbles[-1]["hint"] = ""  # said once, under the last
        bubbles.append({"body": each.body, "at": at, "new_day": at["day"] != day, **bubble})
        day = at["day"]
    return bubbles


def _text(text: Text) -> dict[str, Any]:
    now = time.time()
    status = text.status(now)
    sender = text.sender_at(now) or "a Messaging Service"
    error = text.error if now >= text.final_at else None
    return {
        "mine": False,
        "label": f"Text from {sender}",
        "status": status,
        "words": f"{status} · {error}" if error else status,
        "icon": _CHIPS[status],
        "hint": "",
        "segments": segments(text.body),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    icon, words, hint = _ENDS[answer.end]
    return {
        "mine": True,
        "label": f"Answer to {answer.to}",
        "status": answer.end,
        "words": words,
        "icon": icon,
        "hint": hint.format(status=answer.status),
        "segments": segments(answer.body),
    }
