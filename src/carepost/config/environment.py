"""What the surroundings say: every `CAREPOST_…` variable and `DATABASE_URL`, read in one place."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from carepost.ground.sealing import KeyRing

if TYPE_CHECKING:
    from collections.abc import Mapping


class Misconfigured(Exception):
    """A setting cannot be used; the sentence says which and what to write instead."""


@dataclass(frozen=True)
class Environment:
    """The surroundings, parsed. Reading changes nothing on disk, but a secret key made once."""

    values: Mapping[str, str] = field(repr=False)

    @property
    def home(self) -> Path:
        """The folder that holds all of an installation's own state. Default `~/.carepost`."""
        return Path(self.values.get("CAREPOST_HOME") or "~/.carepost").expanduser().absolute()

    @property
    def database_url(self) -> str:
        """An administrator's connection to a PostgreSQL of one's own; empty: the embedded one."""
        return self.values.get("DATABASE_URL", "")

    @property
    def base_url(self) -> str:
        """Where the world reaches this installation, without a slash at the end."""
        return self.values.get("CAREPOST_BASE_URL", "http://localhost:8000").rstrip("/")

    @cached_property
    def secret(self) -> str:
        """`CAREPOST_SECRET_KEY` (comma separated, newest first), else one made and kept at home."""
        given = self.values.get("CAREPOST_SECRET_KEY", "")
        if given:
            return given
        path = self.home / "secret.key"
        if not path.exists():
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            try:
                os.link(fresh, path)  # another process that starts beside us may have won
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()

    @cached_property
    def ring(self) -> KeyRing:
        """The key ring that seals all content."""
        return KeyRing.from_secret(self.secret)

    def number(self, name: str, default: float) -> float:
        """A number of at least 0. Raises Misconfigured for anything else."""
        text = self.values.get(name, "")
        try:
            value = float(text) if text else default
        except ValueError:
            value = -1
        if value < 0:
            raise Misconfigured(f"{name} is {text!r}; write a number that is 0 or more.")
        return value

    @property
    def host_lines(self) -> tuple[HostLine, ...]:
        """The lines that these settings make, for every practice to use."""
        return tuple(line for line in (self._twilio(), self._smtp()) if line)

    @property
    def mail_line(self) -> HostLine | None:
        """The mail server for letters about accounts; None where `CAREPOST_EMAIL_URL` is unset."""
        return self._smtp()

    def _twilio(self) -> HostLine | None:
        sid = self.values.get("CAREPOST_TWILIO_ACCOUNT_SID", "")
        if not sid:
            return None
        need = {
            "auth_token": "CAREPOST_TWILIO_AUTH_TOKEN",
            "address": "CAREPOST_TWILIO_FROM",
        }
        for variable in need.values():
            if not self.values.get(variable):
                raise Misconfigured(f"CAREPOST_TWILIO_ACCOUNT_SID is set: set {variable} as well.")
        return HostLine(
            channel="sms",
            carrier="twilio",
            address=self.values["CAREPOST_TWILIO_FROM"],
            settings={
                "account_sid": sid,
                "auth_token": self.values["CAREPOST_TWILIO_AUTH_TOKEN"],
                "api_base": self.values.get("CAREPOST_TWILIO_API_BASE") or "https://api.twilio.com",
            },
        )

    def _smtp(self) -> HostLine | None:
        url = self.values.get("CAREPOST_EMAIL_URL", "")
        if not url:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Misconfigured(f"CAREPOST_EMAIL_URL cannot be read: {error}.") from None
        query = parse_qs(parts.query)
        tls = query.get("tls", ["starttls"])[0]
        if parts.scheme != "smtp" or not parts.hostname:
            raise Misconfigured(
                "CAREPOST_EMAIL_URL should look like smtp://user:password@host:587?tls=starttls."
            )
        if tls not in ("none", "starttls", "implicit"):
            raise Misconfigured("CAREPOST_EMAIL_URL's tls is none, starttls or implicit.")
        return HostLine(
            channel="email",
            carrier="smtp",
            address=self.values.get("CAREPOST_EMAIL_FROM", ""),
            settings={
                "host": parts.hostname,
                "port": str(port or {"none": 25, "starttls": 587, "implicit": 465}[tls]),
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "tls": tls,
            },
        )


@dataclass(frozen=True, slots=True)
class HostLine:
    """A line of the host's pool. An empty `address`: the practice owner's own (email only)."""

    channel: str
    carrier: str
    address: str
    settings: Mapping[str, str] = field(repr=False)


ENVIRONMENT = Environment(os.environ)
