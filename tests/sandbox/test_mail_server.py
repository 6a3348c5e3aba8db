"""The mail server and what its mailbox tells of a mail."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

import aiosmtplib
import pytest


def make_mail(subject: str = "Your visit", to: str = "ann@example.com") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Elm Street Physio <desk@elm.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = "<attempt-7@elm.example>"
    mail.set_content("Hello Ann – see you at 9.\n\n.\n..two dots\n")  # noqa: RUF001
    mail.add_alternative("<p>Hello <b>Ann</b></p>", subtype="html")
    return mail


async def connected(desk, **more) -> aiosmtplib.SMTP:
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=desk.sandbox.smtp_port, start_tls=False, **more
    )
    await client.connect()
    return client


async def inbox(desk, query: str = "") -> list[dict]:
    _, body, _ = await desk.call("GET", f"/sandbox/mail{query}")
    return body["mail"]


async def test_a_mail_is_kept_whole_and_read_as_a_mail_program_reads_it(desk):
    client = await connected(desk)
    await client.send_message(make_mail("Träume", to="ann@example.com, bob@example.com"))
    await client.quit()
    (mail,) = await inbox(desk)
    assert mail["message_id"] == "<attempt-7@elm.example>"
    assert mail["to"] == ["ann@example.com", "bob@example.com"]
    assert mail["from"] == "Elm Street Physio <desk@elm.example>"
    assert mail["envelope_from"] == "desk@elm.example"
    assert mail["subject"] == "Träume"
    assert mail["text"] == "Hello Ann – see you at 9.\n\n.\n..two dots\n"  # noqa: RUF001
    assert mail["html"] == "<p>Hello <b>Ann</b></p>\n"
    assert ["To", "ann@example.com, bob@example.com"] in mail["headers"]


async def test_mails_are_found_by_recipient_and_after_a_known_one(desk):
    client = await connected(desk)
    for to in ("ann@example.com", "bob@example.com", "Ann@example.com"):
        await client.send_message(make_mail(to=to))
    await client.quit()
    found = await inbox(desk, "?to=ann@example.com")
    assert [mail["to"] for mail in found] == [["ann@example.com"], ["Ann@example.com"]]
    assert len(await inbox(desk, f"?after={found[0]['id']}")) == 2


async def test_the_server_offers_what_a_modern_client_uses(desk):
    client = await connected(desk)
    await client.ehlo()
    assert {"8bitmime", "smtputf8", "pipelining", "size"} <= set(client.esmtp_extensions)
    mail = make_mail(to="jürgen@example.com")
    await client.send_message(mail)
    await client.quit()
    assert (await inbox(desk))[0]["to"] == ["jürgen@example.com"]


async def test_pipelined_commands_are_answered_in_order(desk):
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.sandbox.smtp_port)
    await reader.readline()
    writer.write(b"EHLO x\r\n")
    while not (await reader.readline()).startswith(b"250 "):
        pass
    one = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
    for _ in range(2):
        writer.write(one)
        codes = [(await reader.readline())[:3] for _ in range(3)]
        assert codes == [b"250", b"250", b"354"]
        writer.write(b"Subject: x\r\n\r\nhi\r\n.\r\n")
        assert (await reader.readline()).startswith(b"250")
    writer.close()
    assert len(await inbox(desk)) == 2


async def test_with_a_password_only_who_knows_it_is_let_in(start):
    desk = await start(smtp_username="desk", smtp_password="right")
    stranger = await connected(desk)
    with pytest.raises(aiosmtplib.SMTPException):
        await stranger.send_message(make_mail())
    stranger.close()
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await connected(desk, username="desk", password="wrong")
    member = await connected(desk, username="desk", password="right")
    await member.send_message(make_mail())
    await member.quit()
    assert len(await inbox(desk)) == 1


async def test_a_greylisting_server_defers_recipients(desk):
    await desk.trouble(smtp_defer=1)
    client = await connected(desk)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await client.send_message(make_mail())
    assert [(each.code, each.message[:5]) for each in refused.value.recipients] == [(451, "4.7.1")]
    assert await inbox(desk) == []
    client.close()


async def test_a_rejected_address_is_refused_and_the_others_are_not(desk):
    await desk.trouble(smtp_reject=["gone@example.com"])
    client = await connected(desk)
    refused, _ = await client.send_message(make_mail(to="Gone@example.com, ann@example.com"))
    await client.quit()
    assert [answer.code for answer in refused.values()] == [550]
    assert (await inbox(desk))[0]["to"] == ["ann@example.com"]


async def test_a_cut_line_has_taken_the_mail_and_says_nothing(desk):
    await desk.trouble(smtp_cut=1)
    client = await connected(desk)
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await client.send_message(make_mail())
    assert len(await inbox(desk)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no headers at all",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"From: <<<>>>@,;:\r\nSubject: =?utf-8?b?////?=\r\nTo: \xff\r\nMessage-ID: <\r\n\r\nx",
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n***",
    ],
)
async def test_a_broken_mail_is_kept_and_shown_all_the_same(desk, content):
    client = await connected(desk)
    await client.sendmail("a@b.example", ["ann@example.com"], content)
    await client.quit()
    (mail,) = await inbox(desk)
    for path in ("", "/source"):
        status, _, _ = await desk.call("GET", f"/mail/{mail['id']}{path}")
        assert status == 200
