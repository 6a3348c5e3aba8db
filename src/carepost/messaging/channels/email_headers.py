"""Values that may stand in an email's headers, encoded and folded, and nothing that may not.

Sources: RFC 5322, 2.2.3 and 3.4 (folding, addresses), RFC 2047 (encoded words).
"""

from __future__ import annotations

import re
from functools import lru_cache

# RFC 5322, 2.1.1: no line over 998 characters. Identifiers and URLs cannot be folded.
_LONGEST_IDENTIFIER = 250
_LONGEST_URL = 900
# RFC 2047, 2: an encoded word is at most 75 characters, twelve of which are "=?utf-8?q??=".
_ENCODED_ROOM = 75 - len("=?utf-8?q??=")
# What stays as it is on a line of its own: RFC 5322 prefers lines under 78.
_SHORT = 60

# RFC 5321, 4.5.3.1: 64 characters before the @, 255 after it.
_address = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}").fullmatch
_message_id = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>").fullmatch
_web_address = re.compile(r"https?://[!-;=?-~]+").fullmatch
_controls = re.compile("(?:\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029])")
_short_ascii = re.compile(f"[!-~](?:[ -~]{{0,{_SHORT - 2}}}[!-~])?").fullmatch
_atoms = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
).fullmatch

# RFC 2047, 5 (3): the characters that are safe in an encoded word anywhere, a name included.
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


class BadHeader(ValueError):
    """A value that cannot stand in a header. Says which header, never the value (RULES B5)."""


def address(value: str) -> str:
    """An address, `name@host`, its host in ASCII (IDNA). Raises BadHeader for anything else."""
    if _address(value):
        return value
    local, at, host = value.rpartition("@")
    try:
        ascii_value = f"{local}{at}{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        ascii_value = ""
    if not _address(ascii_value):
        raise BadHeader("this is not an email address that can be written to")
    return ascii_value


def mailbox(name: str, value: str) -> str:
    """An address with the name it shows, `name <address>`, or the address alone."""
    shown = one_line(name).strip(" ")
    bare = address(value)
    if not shown:
        return bare
    if len(shown) > _SHORT or "=?" in shown or "  " in shown:
        return f"{_encoded(shown)}\r\n <{bare}>"
    if _atoms(shown):
        return f"{shown} <{bare}>"
    if _short_ascii(shown):
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{bare}>'
    return f"{_encoded(shown)}\r\n <{bare}>"


def subject(value: str) -> str:
    """A subject of any length in any letters, on one logical line."""
    line = one_line(value)
    if not line or (_short_ascii(line) and "=?" not in line):
        return line
    return _encoded(line)


def message_id(value: str) -> str:
    """A Message-ID with its angle brackets, which may be left out. Raises BadHeader."""
    bracketed = value if value.startswith("<") else f"<{value}>"
    if len(bracketed) > _LONGEST_IDENTIFIER or not _message_id(bracketed):
        raise BadHeader("this is not a Message-ID")
    return bracketed


def web_address(value: str) -> str:
    """An http or https URL, already percent-encoded. Raises BadHeader for anything else."""
    if len(value) > _LONGEST_URL or not _web_address(value):
        raise BadHeader("this is not a web address that can stand in a header")
    return value


def one_line(value: str) -> str:
    """The text with every line break or control character as one space: no header injection."""
    return _controls.sub(" ", value)


def _encoded(text: str) -> str:
    """RFC 2047 encoded words, folded, none of which cuts a character in two."""
    words: list[str] = []
    word = ""
    for char in text:
        piece = _q(char)
        if len(word) + len(piece) > _ENCODED_ROOM:
            words.append(word)
            word = piece
        else:
            word += piece
    words.append(word)
    return "\r\n ".join([f"=?utf-8?q?{each}?=" for each in words])


@lru_cache(maxsize=4096)
def _q(char: str) -> str:
    """One character in RFC 2047's Q encoding."""
    if char == " ":
        return "_"
    return "".join(
        chr(byte) if byte in _SAFE else f"={byte:02X}" for byte in char.encode("utf-8", "replace")
    )
