"""Everything the sandbox accepted, oldest first, found by id, number and address; bounded."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carepost.sandbox.answer import Answer
    from carepost.sandbox.mail import Mail
    from carepost.sandbox.text import Text

_ANSWERS_A_PHONE = 1000  # typed by hand: nobody types more


class Kept(Protocol):
    """What a shelf holds: numbered in the order of arrival."""

    seq: int


K = TypeVar("K", bound=Kept)


class Accepted:
    """The last `keep` texts and mails, and at most `keep_mail_bytes` of mail."""

    def __init__(self, keep: int, keep_mail_bytes: int) -> None:
        self._keep = keep
        self._keep_mail_bytes = keep_mail_bytes
        self._seq = 0
        self.changes = 0  # goes up whenever a page would look different
        self.settles_at = 0.0  # when the last text reaches its end, in seconds since 1970
        self.clear()

    def clear(self) -> None:
        """Forget everything; numbering goes on, so that a page sees the change."""
        self.texts: list[Text] = []
        self.mails: list[Mail] = []
        self._texts_by_sid: dict[str, Text] = {}
        self._texts_by_number: dict[str, deque[Text]] = {}
        self._answers_by_number: dict[str, deque[Answer]] = {}
        self._mails_by_id: dict[str, Mail] = {}
        self._mail_bytes = 0
        self.changes += 1

    def add_text(self, text: Text) -> None:
        """Add `text` as the newest, and number it."""
        self._seq += 1
        text.seq = self._seq
        self.changes += 1
        self.settles_at = max(self.settles_at, text.final_at)
        self.texts.append(text)
        self._texts_by_sid[text.sid] = text
        thread = self._texts_by_number.pop(text.to, None) or deque()
        thread.append(text)
        self._texts_by_number[text.to] = thread  # last in the dict: the phone that rang last
        # A tenth more than is kept, so that forgetting is rare and cheap.
        if len(self.texts) > self._keep + self._keep // 10:
            self._forget_oldest_texts()

    def add_mail(self, mail: Mail) -> None:
        """Add `mail` as the newest, and number it."""
        self._seq += 1
        mail.seq = self._seq
        self.changes += 1
        self.mails.append(mail)
        self._mails_by_id[mail.id] = mail
        self._mail_bytes += len(mail.content)
        limit = self._keep_mail_bytes
        if len(self.mails) > self._keep + self._keep // 10 or self._mail_bytes > limit * 1.1:
            self._forget_oldest_mails()

    def add_answer(self, answer: Answer) -> None:
        """Add what somebody typed on a phone."""
        self.changes += 1
        typed = self._answers_by_number.setdefault(answer.number, deque(maxlen=_ANSWERS_A_PHONE))
        typed.append(answer)

    def text(self, sid: str) -> Text | None:
        """Return the text with this SID, or None."""
        return self._texts_by_sid.get(sid)

    def mail(self, mail_id: str) -> Mail | None:
        """Return the mail with this id, or None."""
        return self._mails_by_id.get(mail_id)

    def thread(self, number: str) -> Sequence[Text]:
        """Return the texts to `number`, oldest first."""
        return self._texts_by_number.get(number, ())

    def answers(self, number: str) -> Sequence[Answer]:
        """Return what was typed on the phone `number`, oldest first."""
        return self._answers_by_number.get(number, ())

    def phones(self) -> Iterator[str]:
        """Yield every number that got a text, the one that rang last first."""
        return reversed(self._texts_by_number)

    def phone_count(self) -> int:
        """Return how many numbers got a text."""
        return len(self._texts_by_number)

    def _forget_oldest_texts(self) -> None:
        gone = len(self.texts) - self._keep
        for text in self.texts[:gone]:
            del self._texts_by_sid[text.sid]
            thread = self._texts_by_number[text.to]
            thread.popleft()  # both are in the order of arrival, so this is `text`
            if not thread:
                del self._texts_by_number[text.to]
                self._answers_by_number.pop(text.to, None)
        del self.texts[:gone]

    def _forget_oldest_mails(self) -> None:
        gone = 0
        while gone < len(self.mails) - 1 and (
            len(self.mails) - gone > self._keep or self._mail_bytes > self._keep_mail_bytes
        ):
            mail = self.mails[gone]
            self._mail_bytes -= len(mail.content)
            del self._mails_by_id[mail.id]
            gone += 1
        del self.mails[:gone]


def newer_than(kept: Sequence[K], seq: int) -> Sequence[K]:
    """Return what in `kept`, which is in order, arrived after number `seq`."""
    return kept[bisect_right(kept, seq, key=lambda each: each.seq) :]
