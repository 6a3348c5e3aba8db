"""Answers from the test phones, posted as Twilio posts an inbound text.

To the URL that the account's numbers are set to (`Options.answers_url`). Until one is set, and
where nothing is at it, nobody listens: that is no error, and the phone says so.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import aiohttp
from yarl import URL

from carepost.sandbox.answer import Answer
from carepost.sandbox.segments import segments
from carepost.sandbox.signature import signature

if TYPE_CHECKING:
    from carepost.sandbox.accepted import Accepted
    from carepost.sandbox.journal import Journal
    from carepost.sandbox.options import Options

_PATIENCE: Final = aiohttp.ClientTimeout(total=15)  # Twilio's own limit for a webhook
_NOBODY: Final = (404, 405, 410)


class Answers:
    """Takes answers in, and posts each once."""

    def __init__(self, options: Options, journal: Journal, accepted: Accepted) -> None:
        self._options = options
        self._journal = journal
        self._accepted = accepted

    async def send(self, number: str, to: str, body: str) -> Answer:
        """Post what `number` answers to our number `to`, then keep it with how that ended.

        Raises OSError when it could not be written down.
        """
        answer = Answer(sid="SM" + uuid4().hex, number=number, to=to, body=body, at=time.time())
        url = (self._options.answers_url or "").partition("#")[0]
        if url:
            await self._post(url, answer)
        await self._journal.write(answer.entry())
        self._accepted.add_answer(answer)
        return answer

    async def _post(self, url: str, answer: Answer) -> None:
        form = inbound_form(answer, self._options.account_sid)
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature(self._options.auth_token, url, form),
            "I-Twilio-Idempotency-Token": str(uuid4()),
        }
        answer.end = "unreached"
        # Encoded already: yarl must not spell the URL in another way than the one signed.
        with suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError):
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as http,
                http.post(
                    URL(url, encoded=True), data=form, headers=headers, allow_redirects=False
                ) as said,
            ):
                answer.status = said.status
                answer.end = "taken" if 200 <= said.status < 300 else "refused"
                if said.status in _NOBODY:
                    answer.end = "nobody"


def inbound_form(answer: Answer, account_sid: str) -> dict[str, str]:
    """Return the fields of the webhook that brings an inbound text.

    Source: https://www.twilio.com/docs/messaging/guides/webhook-request.
    """
    return {
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "Body": answer.body,
        "From": answer.number,
        "MessageSid": answer.sid,
        "NumMedia": "0",
        "NumSegments": str(segments(answer.body)),
        "SmsMessageSid": answer.sid,
        "SmsSid": answer.sid,
        "SmsStatus": "received",
        "To": answer.to,
    }
