"""What our HTTP client puts on the wire, and what it refuses to."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.carriers.http.client import Client
from carepost.carriers.http.origin import checked, header_lines, origin_of, target_of
from carepost.carriers.twilio.form import form_text
from tests.carriers.http_far_end import OK, far_end


async def test_a_request_is_its_line_its_headers_and_its_body() -> None:
    async with far_end(lambda *_: (OK,)) as end:
        client = Client()
        headers = header_lines({"Authorization": "Basic x"})
        await client.post(end.origin, b"/a?b=c", headers, b"d=e", timeout=2)
        await client.get(end.origin, b"/f", headers, timeout=2)
        await client.close()
    host = end.origin.authority.decode()
    head = f"HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic x\r\n"
    assert end.heads == [
        f"POST /a?b=c {head}Content-Length: 3\r\n\r\n",
        f"GET /f {head}\r\n",
    ]
    assert end.bodies == [b"d=e", b""]


@pytest.mark.parametrize(
    ("url", "authority", "port", "tls"),
    [
        ("http://Clinic.example", b"clinic.example", 80, False),
        ("https://clinic.example:443/x?y", b"clinic.example", 443, True),
        ("https://clinic.example:8443", b"clinic.example:8443", 8443, True),
        ("http://[::1]:8080/", b"[::1]:8080", 8080, False),
        ("http://127.0.0.1", b"127.0.0.1", 80, False),
        ("http://clinic.example.", b"clinic.example", 80, False),
        ("http://my_host", b"my_host", 80, False),
    ],
)
def test_an_origin_is_read_from_a_url(url: str, authority: bytes, port: int, tls: bool) -> None:
    origin = origin_of(url)
    assert (origin.authority, origin.port, origin.tls) == (authority, port, tls)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "clinic.example",
        "ftp://clinic.example",
        "http://",
        "http://u:p@clinic.example",
        "http://@clinic.example",
        "http://clinic.example:0",
        "http://clinic.example:99999",
        "http://clinic.example:x",
        "http://clinic..example",
        "http://-x.example",
        "http://a b.example",
        "http://grüße.example",
        "http://[::1",
        "http://" + "a" * 64 + ".example",
        "http://" + "a." * 130 + "example",
    ],
)
def test_what_names_no_server_is_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as failure:
        origin_of(url)
    assert "u:p" not in str(failure.value)


@given(st.text(max_size=60))
def test_no_url_breaks_out_of_the_request_line(path: str) -> None:
    try:
        target = target_of(f"http://clinic.example/{path}")
    except ValueError:
        return
    assert target.startswith(b"/")
    assert not set(target) & set(range(0x21)) | set(target) & {0x7F}


@pytest.mark.parametrize("target", [b"", b"x", b"/a b", b"/\r\nX: y", b"/\xff", b"/a\n"])
def test_what_breaks_out_of_a_request_line_is_refused(target: bytes) -> None:
    with pytest.raises(ValueError, match="path"):
        checked(target)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_header_breaks_out_of_its_line(name: str, value: str) -> None:
    try:
        line = header_lines({name: value})
    except ValueError:
        return
    assert line.count(b"\r\n") == line.count(b"\n") == line.count(b"\r") == 1
    assert line == f"{name}: {value}\r\n".encode()


@given(st.text(st.characters(), max_size=200))
def test_a_form_is_encoded_as_the_standard_library_does(text: str) -> None:
    assert form_text(text) == quote_plus(text, errors="replace")


@given(st.text(alphabet="aZ09 -_.~!*'();:@&=+$,/?#[]%\n\r\x00\x7f£é你💩", max_size=50))
def test_signs_that_matter_in_a_form_are_encoded_too(text: str) -> None:
    assert form_text(text) == quote_plus(text)
