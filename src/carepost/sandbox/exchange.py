"""The exchange: takes texts and mails in durably, with the troubles that are switched on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from carepost.sandbox import answer as answers
from carepost.sandbox import mail as mails
from carepost.sandbox import text as texts
from carepost.sandbox.accepted import Accepted
from carepost.sandbox.answers import Answers
from carepost.sandbox.journal import Journal
from carepost.sandbox.mail import Mail
from carepost.sandbox.receipts import Receipts
from carepost.sandbox.text import UNREACHABLE, Text
from carepost.sandbox.trouble import Chance, Trouble, changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepost.sandbox.options import Options


class Exchange:
    """What the API, the mail server and the pages share."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.started = time.time_ns()  # tells one run's pages from the next one's
        self.accepted = Accepted(options.keep, options.keep_mail_bytes)
        self.trouble = Trouble()
        self.chance = Chance()
        self._journal = Journal(options.state_file)
        self.receipts = Receipts(options, self._journal)
        self.answers = Answers(options, self._journal, self.accepted)

    async def start(self) -> None:
        """Read back what was accepted before, then start the journal and the receipts."""
        for entry in self._journal.open():
            self._read_back(entry)
        self._journal.start()
        await self.receipts.start()
        for text in self.accepted.texts:
            self.receipts.expect(text)

    async def stop(self) -> None:
        """Stop the receipts and close the journal."""
        await self.receipts.stop()
        await self._journal.stop()

    async def take_text(
        self, *, to: str, sender: str | None, service: str | None, body: str, callback: str | None
    ) -> Text:
        """Accept a text, durably. Raises OSError when it could not be written down."""
        now = time.time()
        text = Text(
            sid="SM" + uuid4().hex,
            to=to,
            sender=sender,
            service=service,
            body=body,
            callback=callback,
            at=now,
            sent_at=now + self.options.sent_after_s,
            final_at=now + self.options.delivered_after_s,
            error=UNREACHABLE if self.trouble.is_unreachable(to) else None,
        )
        if callback:
            text.receipts = self._receipts_of(text)
        await self._journal.write(text.entry())
        self.accepted.add_text(text)
        self.receipts.expect(text)
        return text

    async def take_mail(self, sender: str, recipients: list[str], content: bytes) -> Mail:
        """Accept a mail, durably. Raises OSError when it could not be written down."""
        mail = Mail(
            id=uuid4().hex, sender=sender, recipients=recipients, content=content, at=time.time()
        )
        await self._journal.write(mail.entry())
        self.accepted.add_mail(mail)
        return mail

    async def redact(self, text: Text) -> None:
        """Empty the body of `text`."""
        await self._journal.write({"kind": "redacted", "sid": text.sid})
        text.body = ""
        self.accepted.changes += 1

    async def delete(self, text: Text) -> None:
        """Hide `text` from the API; the sandbox's own pages still show that it came."""
        await self._journal.write({"kind": "deleted", "sid": text.sid})
        text.deleted = True
        self.accepted.changes += 1

    async def switch(self, given: Mapping[str, Any]) -> Trouble:
        """Set the switches in `given` and return them all. Raises TroubleError."""
        trouble = changed(self.trouble, given)
        await self._journal.write({"kind": "trouble", "given": {**trouble.as_json()}})
        self._use(trouble, reseed="seed" in given)
        return trouble

    async def calm(self) -> None:
        """Switch every trouble off."""
        await self._journal.write({"kind": "trouble", "given": Trouble().as_json()})
        self._use(Trouble(), reseed=True)

    async def reset(self) -> None:
        """Forget every text and mail, on disk too, and switch every trouble off."""
        self.receipts.forget()
        self.accepted.clear()
        await self._journal.forget()
        self._use(Trouble(), reseed=True)

    def _use(self, trouble: Trouble, *, reseed: bool) -> None:
        self.trouble = trouble
        self.accepted.changes += 1
        if reseed:
            self.chance = Chance(trouble.seed)

    def _receipts_of(self, text: Text) -> list[tuple[float, str]]:
        trouble = self.trouble
        if trouble.receipts_none:
            return []
        dues, states = [text.sent_at, text.final_at], ["sent", text.fate]
        if trouble.receipts_twice:
            dues, states = [due for due in dues for _ in "12"], [s for s in states for _ in "12"]
        if trouble.receipts_shuffled:
            self.chance.shuffle(states)
            dues = [text.final_at] * len(states)
        return [
            (due + trouble.receipts_late_s, state) for due, state in zip(dues, states, strict=True)
        ]

    def _read_back(self, entry: dict[str, Any]) -> None:
        kind = entry.get("kind")
        if kind == "text":
            self.accepted.add_text(texts.from_entry(entry))
        elif kind == "mail":
            self.accepted.add_mail(mails.from_entry(entry))
        elif kind == "answer":
            self.accepted.add_answer(answers.from_entry(entry))
        elif kind == "trouble":
            self._use(changed(Trouble(), entry["given"]), reseed=True)
        elif kind in ("told", "redacted", "deleted"):
            text = self.accepted.text(entry["sid"])
            if text is None:
                return  # forgotten: older than what is kept
            if kind == "told":
                text.told = True
            elif kind == "redacted":
                text.body = ""
            else:
                text.deleted = True
