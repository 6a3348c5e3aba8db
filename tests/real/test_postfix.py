"""Mail to a real postfix, with TLS and a sign-in, read back from the mailbox."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from carepost.carriers.smtp.carrier import Smtp
from carepost.messaging.carrier import Account, Answer, Blame, Channel, Letter, Outcome
from tests.real.postfix import Postfix, missing, postfix_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "postfix can run")

TEXT = "Dear Ann,\n\n.one dot\n..two\n.\nyour visit is at 10. Grüße, 你好 💩\n" + "long " * 300
HTML = "<p>Dear Ann,</p><p>.dot — Grüße</p>"
ANN = "ann@family.example"


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with postfix_running() as server:
        yield server


def letter(to: str = ANN, *, text: str = TEXT, html: str = HTML) -> Letter:
    return Letter(
        attempt_id=uuid4(),
        channel=Channel.EMAIL,
        to=to,
        text=text,
        html=html,
        subject="Ihr Termin um zehn: Grüße",
        from_name="Sunnyside Clinic",
        deadline=datetime.now(UTC) + timedelta(seconds=30),
        message_id=f"<{uuid4()}@sunnyside.example>",
    )


async def sent(account: Account, *letters: Letter) -> list[Answer]:
    """Hand the letters over, one after the other on one carrier."""
    carrier = Smtp()
    try:
        return [await carrier.hand_over(account, one, datetime.now(UTC)) for one in letters]
    finally:
        await carrier.close()


def content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


async def test_a_mail_arrives_encrypted_and_exactly_as_it_was_written(postfix: Postfix) -> None:
    one = letter()
    (answer,) = await sent(postfix.account(), one)
    assert answer.outcome is Outcome.ACCEPTED
    (mail,) = await asyncio.to_thread(postfix.mails, 1)
    assert mail["Message-ID"] == one.message_id
    assert mail["Subject"] == one.subject
    assert mail["To"] == ANN
    assert mail["From"].addresses[0].display_name == "Sunnyside Clinic"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Return-Path"] == "<desk@sunnyside.example>"
    assert content(mail, "plain").rstrip("\n") == TEXT.rstrip("\n")
    assert content(mail, "html").rstrip("\n") == HTML
    received = mail["Received"]
    assert "with ESMTPSA" in received  # by TLS and signed in (RFC 3848)
    assert answer.ref in received
    assert f"{answer.ref}: client=" in postfix.log
    assert "sasl_username=desk@sunnyside.example" in postfix.log


async def test_a_server_that_begins_with_tls_is_spoken_to_the_same(postfix: Postfix) -> None:
    account = postfix.account(port=str(postfix.implicit), tls="implicit")
    (answer,) = await sent(account, letter())
    assert answer.outcome is Outcome.ACCEPTED
    assert len(await asyncio.to_thread(postfix.mails, 1)) == 1


async def test_a_wrong_password_concerns_the_line(postfix: Postfix) -> None:
    (answer,) = await sent(postfix.account(password="not-this-one"), letter())
    assert (answer.outcome, answer.blame, answer.code) == (Outcome.REFUSED, Blame.LINE, "5.7.8")


async def test_an_unknown_recipient_concerns_the_address_and_not_the_next_mail(
    postfix: Postfix,
) -> None:
    first, second = await sent(postfix.account(), letter("nobody@family.example"), letter())
    assert (first.outcome, first.blame, first.code) == (
        Outcome.REFUSED,
        Blame.ADDRESS,
        "5.1.1",
    )
    assert "User unknown" in first.words
    assert "nobody" not in first.words
    assert second.outcome is Outcome.ACCEPTED
    assert len(await asyncio.to_thread(postfix.mails, 1)) == 1


async def test_a_server_that_carries_no_mail_for_us_concerns_the_line(postfix: Postfix) -> None:
    (answer,) = await sent(postfix.account(username=""), letter("ann@elsewhere.example"))
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.LINE)


async def test_nothing_goes_to_it_without_its_authority(postfix: Postfix) -> None:
    (answer,) = await sent(postfix.account(ca_file=""), letter())
    assert (answer.outcome, answer.blame) == (Outcome.NOT_SENT, Blame.LINE)


async def test_it_does_not_sign_in_without_tls(postfix: Postfix) -> None:
    (answer,) = await sent(postfix.account(tls="none"), letter())
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.LINE)


async def test_a_mail_that_is_too_large_concerns_the_message(postfix: Postfix) -> None:
    (answer,) = await sent(postfix.account(), letter(text="long " * 60_000))
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.MESSAGE)


async def test_two_hundred_at_once_arrive_each_once(postfix: Postfix) -> None:
    letters = [letter() for _ in range(200)]
    carrier = Smtp()
    account = postfix.account()
    answers = await asyncio.gather(
        *(carrier.hand_over(account, one, datetime.now(UTC)) for one in letters)
    )
    await carrier.close()
    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    mails = await asyncio.to_thread(postfix.mails, 200, 40)
    assert sorted(mail["Message-ID"] for mail in mails) == sorted(x.message_id for x in letters)
