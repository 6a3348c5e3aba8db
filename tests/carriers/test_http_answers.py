"""What our HTTP client makes of an answer, however it comes."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.carriers.http.answers import Doubt, Response, Unanswered
from carepost.carriers.http.client import Client
from carepost.carriers.http.wire import HEAD_LIMIT, HEADERS_LIMIT, Wire
from tests.carriers.http_far_end import CUT, OK, FarEnd, Step, far_end

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def asked(
    *steps: Step, times: int = 1, seconds: float = 2, largest: int = 65536
) -> tuple[list[Response], FarEnd]:
    """Ask a far end that always takes these steps; gives its answers, and itself."""
    async with far_end(lambda *_: steps) as end:
        client = Client()
        try:
            got = [
                await client.post(end.origin, b"/x", b"", b"a=b", timeout=seconds, largest=largest)
                for _ in range(times)
            ]
        finally:
            await client.close()
    return got, end


@pytest.mark.parametrize(
    ("raw", "body", "kept"),
    [
        (OK, b"ok", True),
        (b"HTTP/1.1 200 OK\r\nX:\r\ncontent-LENGTH: 2\r\n\r\nok", b"ok", True),
        (b"HTTP/1.1 204 None\r\n\r\n", b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"", True),
        (CHUNKED + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n", b"ok", True),
        (CHUNKED + b"2\r\nok\r\n0\r\nRetry-After: 9\r\n\r\n", b"ok", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", b"ok", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok", False),
        (b"HTTP/1.1 100 Go on\r\n\r\n" + OK, b"ok", True),
        (b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 Go on\r\n\r\n" + OK, b"ok", True),
        (OK + b"HTTP/1.1 200 OK\r\n", b"ok", False),
        (OK + b"rubbish", b"ok", False),
    ],
)
async def test_an_answer_is_read_and_its_connection_kept_where_it_may_be(
    raw: bytes, body: bytes, kept: bool
) -> None:
    got, end = await asked(raw, times=2)
    assert [answer.body for answer in got] == [body, body]
    assert end.connections == (1 if kept else 2)
    assert len(end.targets) == 2


async def test_a_body_without_a_length_ends_with_the_connection() -> None:
    (got,), _ = await asked(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nall", 0.02, b" of it", CUT)
    assert got == Response(200, [(b"X", b"y")], b"all of it")


async def test_headers_are_the_final_answers_and_not_of_a_1xx_or_a_trailer() -> None:
    early = b"HTTP/1.1 103 Early\r\nRetry-After: 1\r\n\r\n"
    (got,), _ = await asked(early + CHUNKED + b"0\r\nRetry-After: 9\r\n\r\n")
    assert got.header(b"retry-after") is None
    assert got.header(b"transfer-encoding") == "chunked"


async def test_a_redirect_is_an_answer_like_any_other() -> None:
    moved = b"HTTP/1.1 307 Moved\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"
    (got,), end = await asked(moved)
    assert (got.status, got.header(b"location"), end.targets) == (307, "/y", ["/x"])


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_not_read_on_and_its_connection_not_used_again(
    chunked: bool,
) -> None:
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 200"
    head = b"HTTP/1.1 400 X\r\n" + length + b"\r\n\r\n" + b"c8\r\n" * chunked
    got, end = await asked(head + b"a" * 101, times=2, largest=100)
    assert [(answer.status, answer.body) for answer in got] == [(400, None)] * 2
    assert end.connections == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff" * 50,
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Other words\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
        CHUNKED + b"zz\r\n",
        b"HTTP/1.1 100 Go on\r\n\r\n" * 2000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (HEADERS_LIMIT + 1) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"y" * HEAD_LIMIT + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3 * HEAD_LIMIT,
        CHUNKED + b"0\r\nX: " + b"y" * HEAD_LIMIT + b"\r\n\r\n",
        CHUNKED + b"1;" + b"y" * 3 * HEAD_LIMIT,
    ],
)
async def test_what_is_no_sensible_http_is_no_answer(raw: bytes) -> None:
    with pytest.raises(Unanswered) as doubt:
        await asked(raw, 1.0)
    assert doubt.value.why is Doubt.NONSENSE


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        CHUNKED + b"2\r\nok\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
    ],
)
async def test_an_answer_cut_short_is_none(raw: bytes) -> None:
    with pytest.raises(Unanswered) as doubt:
        await asked(raw, CUT)
    assert doubt.value.why is Doubt.CUT


@pytest.mark.parametrize("steps", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\na",)])
async def test_patience_ends_in_doubt(steps: tuple[Step, ...]) -> None:
    drip = [step for _ in range(40) for step in (b"a", 0.02)] if steps else []
    async with asyncio.timeout(1):
        with pytest.raises(Unanswered) as doubt:
            await asked(*steps, *drip, 2.0, seconds=0.1)
    assert doubt.value.why is Doubt.TIME


# However the bytes are cut up on their way


class Line:
    """A transport and a home that note what they are told."""

    def __init__(self) -> None:
        self.given = self.cut = 0

    def write(self, data: bytes) -> None: ...

    def is_closing(self) -> bool:
        return bool(self.cut)

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.cut += 1

    def give(self, wire: Wire) -> None:
        self.given += 1

    def lost(self, wire: Wire) -> None: ...


def heard(pieces: list[bytes], *, largest: int = 400) -> tuple[object, bool]:
    """What comes of a request whose answer arrives in these pieces and then ends, and whether the
    connection was kept before that."""

    async def listen() -> tuple[object, bool]:
        line: Any = Line()  # both a Transport and a Home
        loop = asyncio.get_running_loop()
        wire = Wire(line, loop)
        wire.connection_made(line)
        answer = wire.ask(b"", loop.time() + 60, largest)
        for piece in pieces:
            if piece and not line.cut and not answer.done():
                wire.data_received(piece)
        kept = bool(line.given)
        wire.eof_received()
        wire.connection_lost(None)
        assert answer.done()
        failure = answer.exception()
        return (str(failure) if failure else answer.result()), kept

    return asyncio.run(listen())


async def test_who_gives_up_as_the_answer_comes_does_not_cut_off_the_next() -> None:
    line: Any = Line()
    loop = asyncio.get_running_loop()
    wire = Wire(line, loop)
    wire.connection_made(line)
    first = wire.ask(b"", loop.time() + 60, 100)
    wire.data_received(OK)
    second = wire.ask(b"", loop.time() + 60, 100)
    wire.give_up(first)
    wire.data_received(OK)
    assert (await second).body == b"ok"
    assert line.cut == 0
    wire.connection_lost(None)


def cut_up(raw: bytes, at: list[int]) -> list[bytes]:
    places = sorted({min(place, len(raw)) for place in at} | {0, len(raw)})
    return [raw[a:b] for a, b in pairwise(places)]


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    body = draw(st.binary(max_size=500))
    names = st.from_regex(r"X-[A-Za-z-]{1,8}", fullmatch=True)
    values = st.from_regex(r"[ -~]{0,12}", fullmatch=True)
    headers = draw(st.lists(st.tuples(names, values), max_size=6))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    early = draw(st.sampled_from([b"", b"HTTP/1.1 103 E\r\nLink: x\r\n\r\n"]))
    code = draw(st.sampled_from([200, 201, 204, 400, 429, 503]))
    status = b"HTTP/1.1 %d X\r\n" % code
    if code == 204:
        return early + status + lines + b"\r\n"
    match draw(st.sampled_from(["length", "chunks", "close", "end"])):
        case "length":
            framed = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        case "chunks":
            pieces = cut_up(body, draw(st.lists(st.integers(0, 500), max_size=5)))
            chunks = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces if p)
            framed = b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
        case "close":
            framed = b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        case _:
            framed = b"\r\n" + body
    return early + status + lines + framed


@given(answers(), st.lists(st.integers(0, 1200), max_size=12))
def test_an_answer_is_the_same_wherever_its_bytes_were_split(raw: bytes, at: list[int]) -> None:
    whole = heard([raw])
    assert isinstance(whole[0], Response)
    assert heard(cut_up(raw, at)) == whole
    assert heard([raw[i : i + 1] for i in range(len(raw))]) == whole


@given(st.lists(st.one_of(st.binary(max_size=50), answers()), max_size=5))
def test_whatever_comes_there_is_an_answer_or_doubt_and_no_other_failure(
    pieces: list[bytes],
) -> None:
    got, _ = heard(pieces)
    assert isinstance(got, Response) or got in set(Doubt)


@given(answers(), st.data())
def test_an_answer_that_says_its_length_is_never_taken_for_whole_when_it_is_not(
    raw: bytes, data: st.DataObject
) -> None:
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    got, _ = heard([cut])
    if isinstance(got, Response) and got.status != 204:
        framed = got.header(b"content-length") or got.header(b"transfer-encoding")
        assert framed is None or got == heard([raw])[0]
