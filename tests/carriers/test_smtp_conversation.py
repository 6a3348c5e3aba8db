"""How a mail is given to a server: framing, pipelining, refusals in the middle, TLS, sign-in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.carriers.smtp.carrier import Smtp
from carepost.carriers.smtp.connection import framed
from carepost.messaging.carrier import Answer, Blame, Channel, Letter, LookupFailed, Outcome
from tests.carriers.authority import certify
from tests.carriers.contract import NOW
from tests.carriers.smtp_far_end import CUT, EHLO, PASSWORD, Say, SmtpFarEnd, server_that

if TYPE_CHECKING:
    import ssl
    from datetime import datetime
    from pathlib import Path

OFFERS_AUTH = EHLO.replace(b"250 SMTPUTF8", b"250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN")
OFFERS_TLS = OFFERS_AUTH.replace(b"250-PIPELINING", b"250-STARTTLS\r\n250-PIPELINING")


def mail(to: str = "ann@family.example", text: str = "Hello") -> Letter:
    return Letter(
        attempt_id=uuid4(),
        channel=Channel.EMAIL,
        to=to,
        text=text,
        subject="A visit",
        deadline=NOW + timedelta(seconds=5),
        message_id="<1@sunnyside.example>",
    )


def as_it_is(letter: Letter, sender: str, at: datetime) -> bytes:
    return letter.text.encode()


async def told(
    says: dict[str, Say] | None = None,
    *letters: Letter,
    settings: dict[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    carrier: Smtp | None = None,
) -> tuple[list[Answer], SmtpFarEnd]:
    """What became of the letters (one, by default), given one after the other."""
    carrier = carrier or Smtp()
    async with server_that(says, settings=settings, tls=tls) as end:
        answers = [
            await carrier.hand_over(end.account, letter, NOW) for letter in letters or (mail(),)
        ]
        await carrier.close()
    return answers, end


# Framing


@given(st.binary(max_size=300) | st.text("a.\r\n ", max_size=80).map(str.encode))
def test_a_framed_mail_ends_once_and_comes_back_whole(raw: bytes) -> None:
    made = framed(raw)
    assert made is not None
    assert made.endswith(b"\r\n.\r\n") or made == b".\r\n" * 1
    assert b"\r\n.\r\n" not in b"\r\n" + made[:-3]
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", made)
    lines = made[:-3].split(b"\r\n")
    back = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
    plain = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    assert back in (plain, plain + b"\r\n")


def test_a_line_longer_than_998_bytes_is_not_framed() -> None:
    assert framed(b"a" * 998) is not None
    assert framed(b"a" * 999) is None


async def test_a_mail_that_cannot_be_framed_is_refused_here() -> None:
    (answer,), end = await told(None, mail(text="a" * 2000), carrier=Smtp(build=as_it_is))
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.MESSAGE)
    assert end.connections == 0


async def test_dots_and_line_ends_arrive_as_they_were_written() -> None:
    text = ".\r\n..\r\n.end\r\nDATA\r\n.\r\nQUIT\r\n"
    _, end = await told(None, mail(text=text), carrier=Smtp(build=as_it_is))
    assert end.mails == [text.encode()]
    assert end.taken == 1


# The envelope


async def test_the_envelope_names_the_line_and_the_recipient() -> None:
    (answer,), end = await told()
    assert answer.outcome is Outcome.ACCEPTED
    assert end.heard[0] == "EHLO [127.0.0.1]"
    assert re.fullmatch(r"MAIL FROM:<desk@sunnyside.example> SIZE=\d+", end.heard[1])
    assert end.heard[2] == "RCPT TO:<ann@family.example>"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "ann@",
        "@family.example",
        "a b@family.example",
        "ann@family.example>\r\nRCPT TO:<eve@evil.example",
        "ann@family.example\r\nDATA",
        "ann@family.example SIZE=1",
        "a@b@family.example",
        "x" * 250 + "@family.example",
    ],
)
async def test_an_address_that_is_none_is_refused_before_a_word_is_said(to: str) -> None:
    (answer,), end = await told(None, mail(to), carrier=Smtp(build=as_it_is))
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.ADDRESS)
    assert end.connections == 0


async def test_a_domain_with_umlauts_goes_out_in_ascii() -> None:
    _, end = await told(None, mail("ann@müller.example"), carrier=Smtp(build=as_it_is))
    assert end.heard[2] == "RCPT TO:<ann@xn--mller-kva.example>"
    assert "SMTPUTF8" not in end.heard[1]


async def test_a_name_with_umlauts_needs_a_server_that_knows_them() -> None:
    _, end = await told(None, mail("änn@family.example"), carrier=Smtp(build=as_it_is))
    assert end.heard[1].endswith(" SMTPUTF8")
    assert end.heard[2] == "RCPT TO:<änn@family.example>"
    old = {"EHLO": b"250-far.example\r\n250 PIPELINING\r\n"}
    (answer,), end = await told(old, mail("änn@family.example"), carrier=Smtp(build=as_it_is))
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.ADDRESS)
    assert end.taken == 0


async def test_a_mail_larger_than_the_server_takes_is_not_begun() -> None:
    small = {"EHLO": b"250-far.example\r\n250 SIZE 100\r\n"}
    (answer,), end = await told(small)
    assert (answer.outcome, answer.blame, answer.code) == (
        Outcome.REFUSED,
        Blame.MESSAGE,
        "5.3.4",
    )
    assert end.mails == []


# Pipelining


@pytest.mark.parametrize("ehlo", [EHLO, b"250-far.example\r\n250 8BITMIME\r\n", b"250 far\r\n"])
async def test_three_mails_go_over_one_connection_with_and_without_pipelining(ehlo: bytes) -> None:
    answers, end = await told({"EHLO": ehlo}, mail(), mail(), mail())
    assert [a.outcome for a in answers] == [Outcome.ACCEPTED] * 3
    assert [a.ref for a in answers] == ["000000000", "000000001", "000000002"]
    assert end.connections == 1
    assert end.taken == 3


@pytest.mark.parametrize("ehlo", [EHLO, b"250 far\r\n"])
@pytest.mark.parametrize("data", [b"554 5.5.1 no valid recipients\r\n", b"354 go on\r\n"])
async def test_a_refused_recipient_leaves_the_next_mail_untouched(ehlo: bytes, data: bytes) -> None:
    says: dict[str, Say] = {
        "EHLO": ehlo,
        "RCPT": lambda n: b"250 Ok\r\n" if n else b"550 5.1.1 User unknown\r\n",
        "DATA": lambda n: b"354 go on\r\n" if n or ehlo != EHLO else data,
        "end": lambda n: (
            b"554 5.5.1 no valid recipients\r\n"
            if data.startswith(b"354") and ehlo == EHLO and n == 0
            else b"250 2.0.0 Ok: queued as 9\r\n"
        ),
    }
    (first, second), end = await told(says, mail(), mail())
    assert (first.outcome, first.blame, first.code) == (Outcome.REFUSED, Blame.ADDRESS, "5.1.1")
    assert second.outcome is Outcome.ACCEPTED
    assert end.taken == 1
    assert end.connections == 1
    assert end.heard.count("RSET") == 1


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("greeting", Outcome.NOT_SENT),
        ("EHLO", Outcome.NOT_SENT),
        ("MAIL", Outcome.LATER),
        ("RCPT", Outcome.LATER),
        ("DATA", Outcome.LATER),
        ("end", Outcome.UNCERTAIN),
    ],
)
async def test_only_a_cut_after_the_end_of_the_mail_is_in_doubt(
    step: str, outcome: Outcome
) -> None:
    (answer,), _ = await told({step: CUT})
    assert answer.outcome is outcome


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("garbage", [b"\x00\xff\r\n", b"299\r\n", b"250-\r\n" * 200, b"7" * 9000])
async def test_garbage_before_the_mail_is_never_in_doubt(step: str, garbage: bytes) -> None:
    (answer,), end = await told({step: garbage})
    assert answer.outcome in (Outcome.LATER, Outcome.NOT_SENT, Outcome.ACCEPTED)
    assert (answer.outcome is Outcome.ACCEPTED) == (end.taken == 1)


@pytest.mark.parametrize("line", ["421 4.3.2 Shutting down", "451 4.7.1 Greylisted"])
@pytest.mark.parametrize("step", ["greeting", "MAIL", "RCPT", "DATA", "end"])
async def test_not_now_is_asked_again_later(line: str, step: str) -> None:
    (answer,), _ = await told({step: f"{line}\r\n".encode()})
    assert answer.outcome is Outcome.LATER
    assert answer.code == line.split()[1]


# Sign-in

SIGN_IN = {"username": "desk", "password": PASSWORD}


async def test_it_signs_in_once_a_connection() -> None:
    says: dict[str, Say] = {"EHLO": OFFERS_AUTH}
    answers, end = await told(says, mail(), mail(), settings=SIGN_IN)
    assert {a.outcome for a in answers} == {Outcome.ACCEPTED}
    assert [line for line in end.heard if line.startswith("AUTH")] == [
        "AUTH PLAIN AGRlc2sAb3BlbnNlc2FtZS04MjMx"
    ]


@pytest.mark.parametrize("line", ["535 5.7.8 authentication failed", "534 5.7.9 too weak", "500 ?"])
async def test_a_wrong_password_concerns_the_line_and_nothing_is_sent(line: str) -> None:
    says: dict[str, Say] = {"EHLO": OFFERS_AUTH, "AUTH": f"{line}\r\n".encode()}
    (answer,), end = await told(says, settings=SIGN_IN)
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.LINE)
    assert "password" in answer.words
    assert end.taken == 0


async def test_a_sign_in_that_fails_for_now_is_tried_again() -> None:
    says: dict[str, Say] = {"EHLO": OFFERS_AUTH, "AUTH": b"454 4.7.0 Temporary failure\r\n"}
    (answer,), _ = await told(says, settings=SIGN_IN)
    assert answer.outcome is Outcome.LATER


async def test_a_server_that_offers_no_sign_in_concerns_the_line() -> None:
    (answer,), end = await told(None, settings=SIGN_IN)
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.LINE)
    assert end.taken == 0


# TLS


async def test_mail_goes_encrypted_to_a_server_that_proves_who_it_is(tmp_path: Path) -> None:
    made = certify(tmp_path)
    (answer,), end = await told(
        {"EHLO": OFFERS_TLS},
        settings={"tls": "starttls", "ca_file": str(made.ca), **SIGN_IN},
        tls=made.serving(),
    )
    assert answer.outcome is Outcome.ACCEPTED
    assert end.heard[:2] == ["EHLO [127.0.0.1]", "STARTTLS"]
    assert end.heard[2:4] == ["EHLO [127.0.0.1]", "AUTH PLAIN AGRlc2sAb3BlbnNlc2FtZS04MjMx"]


async def test_nothing_goes_to_a_server_that_does_not_prove_who_it_is(tmp_path: Path) -> None:
    made = certify(tmp_path)
    settings = {"tls": "starttls", **SIGN_IN}
    (answer,), end = await told({"EHLO": OFFERS_TLS}, settings=settings, tls=made.serving())
    assert (answer.outcome, answer.blame) == (Outcome.NOT_SENT, Blame.LINE)
    assert end.heard == ["EHLO [127.0.0.1]", "STARTTLS"]


async def test_a_certificate_for_another_host_proves_nothing(tmp_path: Path) -> None:
    made = certify(tmp_path, ip="127.0.0.9")
    settings = {"tls": "starttls", "ca_file": str(made.ca)}
    (answer,), _ = await told({"EHLO": OFFERS_TLS}, settings=settings, tls=made.serving())
    assert (answer.outcome, answer.blame) == (Outcome.NOT_SENT, Blame.LINE)


async def test_only_verify_no_trusts_a_certificate_of_its_own_making(tmp_path: Path) -> None:
    settings = {"tls": "starttls", "verify": "no"}
    (answer,), _ = await told(
        {"EHLO": OFFERS_TLS}, settings=settings, tls=certify(tmp_path).serving()
    )
    assert answer.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("tls", ["starttls", ""])
async def test_a_server_without_tls_gets_nothing_unless_the_settings_allow_it(tls: str) -> None:
    (answer,), end = await told(None, settings={"tls": tls})
    assert (answer.outcome, answer.blame) == (Outcome.NOT_SENT, Blame.LINE)
    assert not any(line.startswith("MAIL") for line in end.heard)


async def test_words_smuggled_in_before_tls_end_the_conversation(tmp_path: Path) -> None:
    made = certify(tmp_path)
    says: dict[str, Say] = {
        "EHLO": OFFERS_TLS,
        "STARTTLS": b"220 Ready\r\n250-evil\r\n250 AUTH PLAIN\r\n",
    }
    settings = {"tls": "starttls", "ca_file": str(made.ca), **SIGN_IN}
    (answer,), end = await told(says, settings=settings, tls=made.serving())
    assert answer.outcome is Outcome.NOT_SENT
    assert end.taken == 0


async def test_a_missing_authority_file_is_the_lines_trouble(tmp_path: Path) -> None:
    settings = {"tls": "starttls", "ca_file": str(tmp_path / "nothing.pem")}
    (answer,), _ = await told({"EHLO": OFFERS_TLS}, settings=settings)
    assert (answer.outcome, answer.blame) == (Outcome.NOT_SENT, Blame.LINE)
    assert str(tmp_path) not in answer.words


@pytest.mark.parametrize(
    "wrong",
    [
        {"tls": "maybe"},
        {"port": "0"},
        {"port": "70000"},
        {"port": "²"},
        {"host": ""},
        {"host": "a b"},
        {"connections": "0"},
        {"mails_per_connection": "many"},
        {"name": "x\r\nMAIL"},
    ],
)
async def test_settings_that_make_no_sense_hold_the_line(wrong: dict[str, str]) -> None:
    (answer,), end = await told(None, settings=wrong)
    assert (answer.outcome, answer.blame) == (Outcome.REFUSED, Blame.LINE)
    assert end.connections == 0


async def test_a_mail_server_can_never_be_asked_what_it_took() -> None:
    async with server_that() as end:
        with pytest.raises(LookupFailed) as failed:
            await Smtp().look_up(end.account, "ann@family.example", NOW, frozenset())
    assert failed.value.permanent
