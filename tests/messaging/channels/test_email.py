"""An email as built, read back by the standard library."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carepost.messaging.carrier import Channel, Letter, Mark
from carepost.messaging.channels.email import BadHeader, build

AT = datetime(2026, 11, 24, 15, 0, 5, tzinfo=UTC)
FROM = "care@practice.example"
INJECTIONS = ["\r\nBcc: x@evil.example", "\nBcc: x@evil.example", "\rBcc: x@evil.example"]

# Any character but surrogates, which neither the database nor JSON lets in.
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
words = st.text(st.sampled_from("ab é ñ中😀\",;:<>@()[]\\=?_.' "), max_size=300)


def make_letter(**changes: Any) -> Letter:  # Any: each field of Letter has its own type
    letter = Letter(
        attempt_id=UUID("0190c8d2-7d1e-7000-8000-000000000001"),
        channel=Channel.EMAIL,
        to="ada@example.org",
        text="Hello\n",
        html="<p>Hello</p>\n",
        subject="Your visit",
        deadline=AT,
        from_name="Northside",
        message_id="<m1@practice.example>",
    )
    return replace(letter, **changes)


def read(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def content(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def as_one_line(text: str) -> str:
    return re.sub("\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)


def assert_well_formed(raw: bytes) -> None:
    raw.decode("ascii")
    assert re.search(rb"[^\r]\n|\r[^\n]", raw) is None
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@given(text=st.one_of(anything, words), html=st.one_of(anything, words))
@example(text=".\r\n..\nFrom me\n \t\n", html="x" * 3000)
@example(text="trailing \n tab\t\n=3D = =\n.", html="中" * 2000)
@example(text="--=_0190c8d27d1e70008000000000000001--\n", html="\r\r\n\n\r")
def test_text_and_html_arrive_exactly(text: str, html: str) -> None:
    raw = build(make_letter(text=text, html=html or "-"), FROM, AT)
    message = read(raw)
    assert content(message, "plain") == re.sub("\r\n|\r", "\n", text)
    assert content(message, "html") == re.sub("\r\n|\r", "\n", html or "-")
    assert_well_formed(raw)


@given(subject=st.one_of(anything, words))
@example(subject="Visit =?utf-8?q?trick?=")
@example(subject="  two  spaces ")
@example(subject="word " * 60)
@example(subject="x" * 1500)
@example(subject="é" * 400)
@example(subject="=?a  b?= é")
def test_a_subject_arrives_exactly_on_one_line(subject: str) -> None:
    raw = build(make_letter(subject=subject), FROM, AT)
    assert read(raw)["Subject"] == as_one_line(subject)
    assert_well_formed(raw)


@given(name=st.one_of(anything, words))
@example(name='Dr "Bo" Shaw, MD <x@evil.example>')
@example(name="Clínica Río, S.A.")
@example(name="a" * 900)
@example(name="O'Brien & Sons (London)")
@example(name="back\\slash")
def test_the_name_of_the_sender_arrives_exactly(name: str) -> None:
    raw = build(make_letter(from_name=name), FROM, AT)
    # The older parser: the newer puts spaces between the encoded words of a long name, against
    # RFC 2047, 6.2.
    unfolded = str(message_from_bytes(raw)["From"]).replace("\r\n", "")
    shown, address = parseaddr(unfolded)
    assert str(make_header(decode_header(shown))) == as_one_line(name).strip(" ")
    assert address == FROM
    assert_well_formed(raw)


@pytest.mark.parametrize(
    "name", ["", "Northside", 'Dr "Bo" Shaw, MD', "Clínica Río, S.A.", "診療所"]
)
def test_a_usual_name_arrives_in_the_newer_parser_too(name: str) -> None:
    (sender,) = read(build(make_letter(from_name=name), FROM, AT))["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, FROM)


def test_the_headers_of_an_automated_letter() -> None:
    raw = build(
        make_letter(
            reply_to="desk@practice.example", unsubscribe_url="https://practice.example/u/abc"
        ),
        FROM,
        AT,
    )
    assert dict(read(raw).items()) == {
        "From": "Northside <care@practice.example>",
        "To": "ada@example.org",
        "Subject": "Your visit",
        "Date": "Tue, 24 Nov 2026 15:00:05 +0000",
        "Message-ID": "<m1@practice.example>",
        "Reply-To": "desk@practice.example",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://practice.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_0190c8d27d1e70008000000000000001"',
    }


def test_a_letter_by_hand_is_not_marked_automated() -> None:
    raw = build(make_letter(mark=Mark.BY_HAND), FROM, AT)
    assert "Auto-Submitted" not in read(raw)


def test_one_click_is_promised_over_https_alone() -> None:
    message = read(build(make_letter(unsubscribe_url="http://localhost:8000/u/1"), FROM, AT))
    assert message["List-Unsubscribe"] == "<http://localhost:8000/u/1>"
    assert "List-Unsubscribe-Post" not in message


def test_a_letter_without_html_is_plain_text() -> None:
    message = read(build(make_letter(html="", text="Hé\n"), FROM, AT))
    assert message.get_content_type() == "text/plain"
    assert content(message, "plain") == "Hé\n"


def test_plain_text_comes_before_html_so_that_html_is_preferred() -> None:
    message = read(build(make_letter(), FROM, AT))
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert not any(part.defects for part in message.walk())


def test_the_same_letter_gives_the_same_bytes_and_another_attempt_another_boundary() -> None:
    letter = make_letter()
    other = replace(letter, attempt_id=UUID(int=7))
    assert build(letter, FROM, AT) == build(letter, FROM, AT)
    assert build(letter, FROM, AT) != build(other, FROM, AT)


def test_the_date_keeps_its_offset() -> None:
    at = datetime(2031, 3, 4, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    assert read(build(make_letter(), FROM, at))["Date"] == "Tue, 04 Mar 2031 09:30:00 +0545"


def test_a_date_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        build(make_letter(), FROM, AT.replace(tzinfo=None))


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("field", ["subject", "from_name"])
def test_free_text_cannot_add_a_header(field: str, injection: str) -> None:
    message = read(build(make_letter(**{field: "Hi" + injection}), FROM, AT))
    assert "Bcc" not in message


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("field", ["to", "reply_to", "message_id", "unsubscribe_url"])
def test_an_identifier_with_a_line_break_is_refused(field: str, injection: str) -> None:
    value = {"message_id": "<a@b.example>", "unsubscribe_url": "https://b.example/u"}.get(
        field, "ada@example.org"
    )
    with pytest.raises(BadHeader) as refused:
        build(make_letter(**{field: value + injection}), FROM, AT)
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize(
    "to",
    ["", "ada", "a@b@c.example", "a b@c.example", "<a@c.example>", "a@c.example, x@y.example",
     "a@", "é@c.example", "a@c.example\x00", "x" * 65 + "@c.example"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(to: str) -> None:
    with pytest.raises(BadHeader):
        build(make_letter(to=to), FROM, AT)


@given(st.text(max_size=40))
def test_any_recipient_is_written_as_one_address_or_refused(to: str) -> None:
    try:
        raw = build(make_letter(to=to), FROM, AT)
    except BadHeader:
        return
    assert len(read(raw)["To"].addresses) == 1
    assert_well_formed(raw)


def test_a_host_in_other_letters_is_written_in_ascii() -> None:
    message = read(build(make_letter(to="ada@bücher.example"), FROM, AT))
    assert message["To"] == "ada@xn--bcher-kva.example"


def test_a_message_id_may_come_without_brackets() -> None:
    message = read(build(make_letter(message_id="m1@practice.example"), FROM, AT))
    assert message["Message-ID"] == "<m1@practice.example>"


def test_a_lone_surrogate_does_not_stop_a_letter() -> None:
    raw = build(make_letter(text="a\ud800b", subject="a\ud800b"), FROM, AT)
    assert content(read(raw), "plain") == "a?b"
