"""What `doctor` looks at, one function a part, each giving what it found."""

from __future__ import annotations

import importlib.metadata
import stat
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from carepost.cli.outcomes import verdict
from carepost.config.environment import ENVIRONMENT, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = ("CAREPOST_API_RATE", "CAREPOST_API_BURST", "CAREPOST_LOOKUP_WAIT")


@dataclass(frozen=True)
class Finding:
    """`state`: ok, warn (works, but look), fail. The sentence says what to do."""

    about: str
    state: str
    sentence: str


def of_settings() -> list[Finding]:
    """The environment, without a database."""
    return [*_environment(), *_secret(), *_base_url(), *_time_zones()]


def of_database() -> list[Finding]:
    """Inside an opened installation: database, roles, lines, worker."""
    return [*_database(), *_lines(), *_worker()]


def of_failure(error: Exception) -> Finding:
    """Why the database cannot be used; for missing roles, with the SQL that makes them."""
    _, sentence = verdict(error)
    statements = getattr(error, "sql", "")
    if statements:
        sentence = (
            "This login may not make the two roles that Carepost works as. Let an administrator "
            f"run this, then start again:\n{statements}"
        )
    return Finding("database", "fail", sentence)


def not_looked_at() -> list[Finding]:
    """What cannot be seen from this machine."""
    return [
        Finding(
            "mail domain",
            "warn",
            "SPF, DKIM and DMARC of the sending domain stand in the public DNS, which is not asked "
            "from here. Look with: dig TXT your-domain; dig TXT _dmarc.your-domain.",
        )
    ]


def _environment() -> Iterator[Finding]:
    try:
        for name in NUMBERS:
            ENVIRONMENT.number(name, 0)
        lines = ENVIRONMENT.host_lines
    except Misconfigured as error:
        yield Finding("settings", "fail", str(error))
        return
    named = ", ".join(f"{line.channel} by {line.carrier}" for line in lines) or "no line"
    yield Finding("settings", "ok", f"The environment can be read; it makes {named}.")


def _secret() -> Iterator[Finding]:
    if not ENVIRONMENT.ring.is_strong:
        yield Finding(
            "secret",
            "fail",
            "CAREPOST_SECRET_KEY is short enough to be guessed. Put a random one of 32 characters "
            "or more before it, with a comma between.",
        )
        return
    if ENVIRONMENT.values.get("CAREPOST_SECRET_KEY"):
        yield Finding("secret", "ok", "CAREPOST_SECRET_KEY is long enough. Keep a copy of it.")
        return
    path = ENVIRONMENT.home / "secret.key"
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("secret", "fail", f"Others can read {path}. Run: chmod 600 {path}")
        return
    yield Finding(
        "secret", "ok", f"{path} is private. Keep a copy apart: without it nothing can be opened."
    )


def _base_url() -> Iterator[Finding]:
    try:
        parts = urlsplit(ENVIRONMENT.base_url)
        host, scheme = parts.hostname, parts.scheme
    except ValueError:
        host, scheme = None, ""
    if not host or scheme not in ("http", "https"):
        yield Finding(
            "base url", "fail", "CAREPOST_BASE_URL should look like https://messages.example.org."
        )
    elif host in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            "base url",
            "warn",
            f"{ENVIRONMENT.base_url} is this machine only: a carrier cannot call back, so nothing "
            "is seen to be delivered. Set CAREPOST_BASE_URL.",
        )
    elif scheme != "https":
        yield Finding(
            "base url",
            "fail",
            "CAREPOST_BASE_URL is not https: what passes can be read on the way.",
        )
    else:
        yield Finding("base url", "ok", f"{ENVIRONMENT.base_url} is https.")


def _time_zones() -> Iterator[Finding]:
    packaged = importlib.metadata.version("tzdata")
    system = next((Path(p) for p in zoneinfo.TZPATH if (Path(p) / "tzdata.zi").exists()), None)
    if system is None:
        yield Finding("time zones", "ok", f"Read from the package tzdata, version {packaged}.")
        return
    with (system / "tzdata.zi").open() as file:
        version = file.readline().strip().removeprefix("# version ")
    yield Finding(
        "time zones",
        "ok",
        f"Read from this system, version {version} (the package tzdata has {packaged}).",
    )


def _database() -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), "
            "r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.rolname = current_user"
        )
        number, version, above = cursor.fetchone()
    kind = "your own" if ENVIRONMENT.database_url else "the embedded one"
    if number < 150000:
        yield Finding("database", "fail", f"PostgreSQL {version} is too old: 15 is needed.")
    else:
        yield Finding("database", "ok", f"PostgreSQL {version}, {kind}, answers and is up to date.")
    if above:
        yield Finding(
            "roles",
            "fail",
            "The app role is above row-level security. Take SUPERUSER and BYPASSRLS from it.",
        )
    else:
        yield Finding("roles", "ok", "Pages and workers work under row-level security.")


def _lines() -> Iterator[Finding]:
    from carepost.messaging.models import Line, PracticeLine
    from carepost.practice import tenancy
    from carepost.practice.models import Practice

    lines = list(Line.objects.filter(owner=None, active=True).order_by("channel", "id"))
    if lines:
        channels = ", ".join(f"{line.channel} by {line.carrier}" for line in lines)
        yield Finding("lines", "ok", f"The host's: {channels}.")
    else:
        yield Finding("lines", "warn", "The host has none; each practice needs its own.")
    for line in lines:
        if line.trouble:
            yield Finding("lines", "fail", f"{line.channel} by {line.carrier}: {line.trouble}")
    silent = 0
    for practice_id in tenancy.practices():
        with tenancy.acting_for(practice_id):
            enabled = Practice.objects.filter(id=practice_id, messaging_enabled=True).exists()
            silent += enabled and not PracticeLine.objects.filter(line__active=True).exists()
    if silent:
        yield Finding("lines", "fail", f"{silent} practices have messaging on and no line.")


def _worker() -> Iterator[Finding]:
    from carepost.ground import clock
    from carepost.web import readiness

    state = readiness.look(clock.now())
    if state.worker:
        waits = state.oldest_due_seconds
        sentence = (
            "nothing waits" if waits is None else f"the oldest due message waits {waits:.0f} s"
        )
        yield Finding("worker", "ok", f"Heard of {state.beat_seconds:.0f} s ago; {sentence}.")
    else:
        yield Finding(
            "worker", "warn", "None was heard of in the last 15 seconds. Start carepost up."
        )
