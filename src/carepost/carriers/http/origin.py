"""Where a request goes and what it says of itself, checked once and then used for every request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABEL = re.compile(r"[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?")  # RFC 1035, 2.3.1; _ occurs
_IPV6 = re.compile(r"[0-9A-Fa-f:.]+")
_TARGET = re.compile(rb"/[!-~]*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.1
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")


class Origin(NamedTuple):
    """A scheme, host and port; requests to one origin share connections."""

    tls: bool
    host: str
    port: int
    authority: bytes  # as the Host header names it

    def __str__(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority.decode()}"


def origin_of(url: str) -> Origin:
    """The origin of an absolute URL. Raises ValueError for one that is not http(s) to a host, or
    that holds a user name."""
    parts = urlsplit(url)
    host, port, tls = (parts.hostname or "").removesuffix("."), parts.port, parts.scheme == "https"
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port == 0:
        raise ValueError("not an http or https address of a server")
    literal = ":" in host
    labels = host.split(".")
    if not (_IPV6.fullmatch(host) if literal else all(map(_LABEL.fullmatch, labels))):
        raise ValueError("not the name of a host")
    if len(host) > 253:
        raise ValueError("the host's name is too long")
    usual = 443 if tls else 80
    shown = f"[{host}]" if literal else host
    if port is not None and port != usual:
        shown += f":{port}"
    return Origin(tls, host, port or usual, shown.encode())


def target_of(url: str) -> bytes:
    """Path and query of an absolute URL, as a request line names them. Raises ValueError."""
    parts = urlsplit(url)
    return checked(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}".encode())


def checked(target: bytes) -> bytes:
    """The target again. Raises ValueError for what would break out of the request line."""
    if not _TARGET.fullmatch(target):
        raise ValueError("not a path that a request can name")
    return target


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they are sent. Raises ValueError for what would break out of its line."""
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise ValueError("not a header")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
