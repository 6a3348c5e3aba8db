"""Where our HTTP client knows that nothing was sent, and whom it trusts by TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from carepost.carriers.http import names
from carepost.carriers.http.answers import NotSent, Unreached
from carepost.carriers.http.client import Client
from carepost.carriers.http.origin import origin_of
from tests.carriers.authority import certify
from tests.carriers.contract import closed_port
from tests.carriers.http_far_end import OK, far_end, ok

if TYPE_CHECKING:
    from pathlib import Path

BOTH_LOOPS = True


async def test_where_nobody_listens_nothing_was_sent() -> None:
    client = Client()
    with pytest.raises(NotSent) as failure:
        await client.get(origin_of(f"http://127.0.0.1:{closed_port()}"), b"/", b"", timeout=2)
    assert failure.value.why is Unreached.CONNECTION


async def test_where_no_name_is_known_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    monkeypatch.setattr(names, "_ask", unknown)
    client = Client()
    with pytest.raises(NotSent) as failure:
        await client.get(origin_of("http://nowhere.example"), b"/", b"", timeout=2)
    assert failure.value.why is Unreached.NAME


async def test_a_host_is_looked_up_once_for_many_and_each_of_its_addresses_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def known(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2", "127.0.0.1"]  # nobody listens at the first

    monkeypatch.setattr(names, "_ask", known)
    async with far_end(lambda *_: (0.02, OK)) as end:
        client = Client()
        origin = origin_of(f"http://clinic.example:{end.origin.port}")
        requests = (client.get(origin, b"/", b"", timeout=2) for _ in range(20))
        assert {got.status for got in await asyncio.gather(*requests)} == {200}
        await client.close()
        assert f"Host: clinic.example:{end.origin.port}\r\n" in end.heads[0]
    assert asked == ["clinic.example"]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_connection_that_does_not_come_about_in_time_sent_nothing(scheme: str) -> None:
    # Its backlog is full, or it says nothing of TLS: either way nobody speaks.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(3 if scheme == "http" else 0)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        client = Client()
        with pytest.raises(NotSent) as failure:
            await client.get(
                origin_of(f"{scheme}://127.0.0.1:{port}"),
                b"/",
                b"",
                timeout=3,
                connect_timeout=0.2,
            )
        assert failure.value.why is Unreached.CONNECTION
        assert client.connections(origin_of(f"{scheme}://127.0.0.1:{port}")) == 0
        for filler in fillers:
            filler.close()


# TLS


async def test_by_tls_the_server_proves_who_it_is_and_the_connection_is_kept(
    tmp_path: Path,
) -> None:
    made = certify(tmp_path)
    async with far_end(ok, tls=made.serving()) as end:
        client = Client(trust=ssl.create_default_context(cafile=made.ca))
        for _ in range(3):
            assert (await client.get(end.origin, b"/", b"", timeout=5)).body == b"ok"
        await client.close()
        assert end.server_names == ["localhost"]
        assert end.connections == 1


async def test_a_server_that_proves_to_be_another_gets_nothing(tmp_path: Path) -> None:
    made = certify(tmp_path, host="other.example", ip="127.0.0.9")
    async with far_end(ok, tls=made.serving()) as end:
        client = Client(trust=ssl.create_default_context(cafile=made.ca))
        with pytest.raises(NotSent) as failure:
            await client.get(end.origin, b"/", b"", timeout=5)
        assert failure.value.why is Unreached.TRUST
        assert end.targets == []


async def test_a_server_whose_authority_is_unknown_gets_nothing(tmp_path: Path) -> None:
    async with far_end(ok, tls=certify(tmp_path).serving()) as end:
        with pytest.raises(NotSent) as failure:
            await Client().get(end.origin, b"/", b"", timeout=5)
        assert failure.value.why is Unreached.TRUST
        assert end.targets == []


async def test_a_server_that_speaks_no_tls_gets_nothing() -> None:
    async with far_end(ok) as end:
        origin = origin_of(f"https://127.0.0.1:{end.origin.port}")
        with pytest.raises(NotSent):
            await Client().get(origin, b"/", b"", timeout=0.3)
        assert end.targets == []
