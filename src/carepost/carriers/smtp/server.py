"""A line's mail server: where it is, how it is trusted, who we are to it."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Tls = Literal["none", "starttls", "implicit"]


class Unusable(ValueError):
    """The line's settings do not describe a mail server; the message says which is wrong."""


@dataclass(frozen=True, slots=True)
class Server:
    """One mail server and our account there; equal servers share their connections.

    `tls`: `none`, `starttls` or `implicit`. `verify` False only where the settings say
    `verify=no`: for a local server with a certificate of its own making. `ca_file`: a PEM file
    that replaces the system's authorities. `connections`: at most so many at a time; each closes
    after `mails_per_connection`. `name` is what we call ourselves in EHLO ("": our address).
    """

    host: str
    port: int
    tls: Tls
    username: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    ca_file: str = ""
    connections: int = 16
    mails_per_connection: int = 100
    name: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password, in every form in which the server hears it."""
        if not self.password:
            return ()
        spoken = (self.password, f"\0{self.username}\0{self.password}")
        return (self.password, *(base64.b64encode(word.encode()).decode() for word in spoken))


def server_of(settings: Mapping[str, str]) -> Server:
    """The server that an account's settings describe. TLS is on unless they say `tls=none` (D6).

    Raises Unusable. Port: 465 for `implicit`, else 587 (RFC 8314, 3).
    """
    # One tuple of strings is far cheaper to look up by than the parsing is, a message.
    return _server(
        settings.get("host", ""),
        settings.get("port", ""),
        settings.get("tls", ""),
        settings.get("username", ""),
        settings.get("password", ""),
        settings.get("verify", ""),
        settings.get("ca_file", ""),
        settings.get("connections", ""),
        settings.get("mails_per_connection", ""),
        settings.get("name", ""),
    )


@lru_cache(maxsize=1024)
def _server(
    host: str,
    port: str,
    tls: str,
    username: str,
    password: str,
    verify: str,
    ca_file: str,
    connections: str,
    mails: str,
    name: str,
) -> Server:
    if not host or not _is_plain(host):
        raise Unusable("The line's mail server is missing or not a host name.")
    if name and not _is_plain(name):
        raise Unusable("The line's own name (EHLO) is not a host name.")
    mode: Tls
    if tls == "none":
        mode = "none"
    elif tls == "implicit" or (tls == "" and port == "465"):
        mode = "implicit"
    elif tls in ("", "starttls"):
        mode = "starttls"
    else:
        raise Unusable("The line's tls setting is none of: none, starttls, implicit.")
    return Server(
        host,
        _number(port, 465 if mode == "implicit" else 587, 65535, "port"),
        mode,
        username,
        password,
        verify != "no",
        ca_file,
        _number(connections, 16, 64, "connections"),
        _number(mails, 100, 100_000, "mails_per_connection"),
        name,
    )


@lru_cache(maxsize=64)
def trust(verify: bool, ca_file: str) -> ssl.SSLContext:
    """How the server must prove who it is. Raises OSError or ssl.SSLError for a bad `ca_file`."""
    context = ssl.create_default_context(cafile=ca_file or None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_plain(name: str) -> bool:
    return name.isprintable() and name.isascii() and not set(name) & set(" <>@/")


def _number(value: str, otherwise: int, most: int, what: str) -> int:
    if value == "":
        return otherwise
    if value.isascii() and value.isdigit() and 0 < int(value[:9]) <= most:
        return int(value)
    raise Unusable(f"The line's {what} setting is not a number from 1 to {most}.")
