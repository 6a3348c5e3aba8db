"""The HTTP carrier's process: `python -m http_sink PORT LATENCY`.

It answers in the form of Twilio's Messages API (a message just created, status "queued"), with as
little work as it can, because it shares the machine with what is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import cast

import uvloop

_numbers = itertools.count(1)
_taken = 0

# https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
_MESSAGE = (
    b'{"account_sid":"AC00000000000000000000000000000001","api_version":"2010-04-01",'
    b'"body":"Hi Ann","date_created":"Tue, 24 Nov 2026 10:00:00 +0000","date_sent":null,'
    b'"date_updated":"Tue, 24 Nov 2026 10:00:00 +0000","direction":"outbound-api",'
    b'"error_code":null,"error_message":null,"from":"+12025550100",'
    b'"messaging_service_sid":null,"num_media":"0","num_segments":"1","price":null,'
    b'"price_unit":"USD","sid":"SM%032x","status":"queued","subresource_uris":{"media":'
    b'"/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/SM/Media.json"},'
    b'"to":"+12025550101","uri":"/2010-04-01/Accounts/AC/Messages/SM.json"}'
)
_LENGTH = len(_MESSAGE % 0)
_CREATED = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % _LENGTH
)


class Conversation(asyncio.Protocol):
    """One kept connection; requests may follow each other without waiting for an answer."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.loop = asyncio.get_running_loop()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        # uvloop's transports are not subclasses of asyncio's.
        self.transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole request in what has come so far."""
        self.buffer += data
        while (head_end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:head_end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < head_end + 4 + length:
                return
            self.buffer = self.buffer[head_end + 4 + length :]
            self.answer(head)

    def answer(self, head: bytes) -> None:
        """Count and answer one request."""
        global _taken
        if head.startswith(b"get "):
            count = b"%d" % _taken
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(count) + count
            )
            return
        _taken += 1
        reply = _CREATED + _MESSAGE % next(_numbers)
        if self.latency:
            self.loop.call_later(self.latency, self.transport.write, reply)
        else:
            self.transport.write(reply)


async def serve(port: int, latency: float) -> None:
    """Listen on loopback until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Conversation(latency), "127.0.0.1", port, backlog=4096
    )
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))
