"""Twilio's status callbacks: only signed ones count, and each status has its meaning."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from carepost.carriers.twilio.carrier import Twilio
from carepost.carriers.twilio.signature import check, signature_of
from carepost.messaging.carrier import BadSignature, Blame, Receipt, ReceiptEvent
from tests.carriers.twilio_far_end import TOKEN, account_at
from tests.carriers.twilio_payloads import DELIVERED_CALLBACK, UNDELIVERED_CALLBACK

URL = "https://sunnyside.example/callbacks/twilio/line/attempt"
ACCOUNT = account_at(443)

# The example of twilio.com/docs/usage/security, with its token, and those of Twilio's own libraries
EXAMPLE_TOKEN = "12345"
EXAMPLE_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
EXAMPLE = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


def received(body: bytes, *, url: str = URL, signed: bytes | None = None) -> Receipt:
    """Read a callback whose body is `body`, signed by Twilio (over `signed`, where given)."""
    form = parse_qsl((body if signed is None else signed).decode(), keep_blank_values=True)
    headers = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, dict(form))}
    return Twilio().read_callback(ACCOUNT, url, headers, body)


def test_the_documented_example_has_the_documented_signature() -> None:
    assert signature_of(EXAMPLE_TOKEN, EXAMPLE_URL, EXAMPLE.items()) == (
        "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


def test_a_field_given_twice_is_signed_as_twilio_signs_it() -> None:
    form = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
    assert signature_of(EXAMPLE_TOKEN, EXAMPLE_URL, form) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (EXAMPLE_URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (EXAMPLE_URL.replace(".com", ".com:1234"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (
            EXAMPLE_URL.replace(".com", ".com:1234").replace("https", "http"),
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
        (EXAMPLE_URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (EXAMPLE_URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ],
)
def test_a_port_that_twilio_drops_or_adds_does_not_matter(url: str, signature: str) -> None:
    check(EXAMPLE_TOKEN, url, EXAMPLE.items(), signature, b"")


def test_a_json_body_is_signed_by_its_hash_in_the_url() -> None:
    body = b'{"property": "value", "boolean": true}'
    url = f"{EXAMPLE_URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    check(EXAMPLE_TOKEN, url, [], "a9nBmqA0ju/hNViExpshrM61xv4=", body)
    with pytest.raises(BadSignature):
        check(EXAMPLE_TOKEN, url, [], "a9nBmqA0ju/hNViExpshrM61xv4=", body + b" ")


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=8))
def test_any_form_that_twilios_library_signs_is_believed(form: dict[str, str]) -> None:
    form = dict(parse_qsl(urlencode(form, errors="replace"), keep_blank_values=True))
    check(TOKEN, URL, form.items(), RequestValidator(TOKEN).compute_signature(URL, form), b"")


@given(st.binary(max_size=40), st.text(max_size=40))
def test_no_guess_passes_for_a_signature(body: bytes, guess: str) -> None:
    with pytest.raises(BadSignature):
        Twilio().read_callback(ACCOUNT, URL, {"x-twilio-signature": guess}, body)


def test_without_a_token_nothing_is_believed() -> None:
    signature = signature_of("", URL, parse_qsl(DELIVERED_CALLBACK.decode()))
    account = account_at(443, auth_token="")
    with pytest.raises(BadSignature):
        Twilio().read_callback(account, URL, {"x-twilio-signature": signature}, DELIVERED_CALLBACK)


@pytest.mark.parametrize(
    "forged",
    [
        DELIVERED_CALLBACK + b"&MessageStatus=undelivered",
        DELIVERED_CALLBACK.replace(b"delivered", b"undelivered"),
        DELIVERED_CALLBACK.replace(b"&ApiVersion=2010-04-01", b""),
        DELIVERED_CALLBACK + b"&ErrorCode=30003",
    ],
)
def test_a_callback_that_was_changed_is_not_believed(forged: bytes) -> None:
    with pytest.raises(BadSignature):
        received(forged, signed=DELIVERED_CALLBACK)


def test_a_callback_for_another_address_is_not_believed() -> None:
    form = dict(parse_qsl(DELIVERED_CALLBACK.decode()))
    headers = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(URL + "2", form)}
    with pytest.raises(BadSignature):
        Twilio().read_callback(ACCOUNT, URL, headers, DELIVERED_CALLBACK)


def test_a_delivered_message_is_delivered() -> None:
    assert received(DELIVERED_CALLBACK) == Receipt(ReceiptEvent.DELIVERED, ref="SM" + "a" * 32)


def test_an_undelivered_message_says_why_and_whom_it_concerns() -> None:
    receipt = received(UNDELIVERED_CALLBACK)
    assert receipt.event is ReceiptEvent.UNDELIVERED
    assert receipt.ref == "SM" + "a" * 32
    assert receipt.code == "30003"
    assert receipt.blame is Blame.ADDRESS
    assert "could not be reached" in receipt.words


def test_a_stop_that_twilio_reports_later_is_a_stop() -> None:
    receipt = received(UNDELIVERED_CALLBACK.replace(b"30003", b"21610"))
    assert receipt.blame is Blame.STOPPED


def test_an_error_we_do_not_know_is_reported_by_its_number() -> None:
    receipt = received(UNDELIVERED_CALLBACK.replace(b"30003", b"39999"))
    assert (receipt.code, receipt.blame) == ("39999", None)
    assert "39999" in receipt.words


# RULES D3
@pytest.mark.parametrize(
    ("status", "event"),
    [
        *(
            (status, ReceiptEvent.TAKEN)
            for status in ["accepted", "scheduled", "queued", "sending", "sent"]
        ),
        *((status, ReceiptEvent.DELIVERED) for status in ("delivered", "read")),
        *((status, ReceiptEvent.UNDELIVERED) for status in ("undelivered", "failed", "canceled")),
    ],
)
def test_each_status_has_its_meaning(status: str, event: ReceiptEvent) -> None:
    assert received(f"MessageSid=SM1&MessageStatus={status}".encode()).event is event


@pytest.mark.parametrize("body", [b"MessageSid=SM1", b"MessageSid=SM1&MessageStatus=receiving"])
def test_a_signed_callback_without_a_status_we_know_is_not_understood(body: bytes) -> None:
    with pytest.raises(ValueError, match="status"):
        received(body)
