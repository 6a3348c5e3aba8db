"""Asking the API as an outsider does: over HTTP, with a token, in JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client as Http

from carepost.practice import founding

BASE = "/api/v1"
_number = count(1)


@dataclass(frozen=True)
class Answer:
    """What came back. `Any`: JSON."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def pointers(self) -> list[str]:
        return [fault.get("pointer", fault.get("parameter")) for fault in self.body["errors"]]


@dataclass
class Asker:
    """Whoever holds a token."""

    token: str
    practice_id: str = ""
    member_id: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request; `body` is sent as JSON, bytes as they are."""
        sent = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        content_type = headers.pop("content_type", "application/json")
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        response = Http(raise_request_exception=False).generic(
            method, BASE + path, sent, content_type=content_type, headers=headers
        )
        content = json.loads(response.content) if response.content else None
        return Answer(response.status_code, content, dict(response.headers))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.ask("DELETE", path, **headers)

    def made(self, path: str, body: Any) -> Any:
        """Post, and give what was made."""
        answer = self.post(path, body)
        assert answer.status == 201, (path, answer)
        return answer.body


def a_practice(timezone: str = "America/New_York", **others: Any) -> Asker:
    """A new practice's first token, which may do everything."""
    made = founding.found(
        "Northside Family Care", timezone, f"owner{next(_number)}@api.test", **others
    )
    return Asker(made.token, str(made.practice_id), str(made.member_id))


def a_client(asker: Asker, **others: Any) -> Any:
    """A client, made over the API."""
    return asker.made("/clients", {"first_name": "Ann", "last_name": "Field", **others})


def in_days(days: float) -> str:
    """A moment so many days from now, to the second, as the API takes it."""
    moment = datetime.now(UTC) + timedelta(days=days)
    return moment.replace(microsecond=0).isoformat()


def an_appointment(asker: Asker, client_id: str = "", **others: Any) -> Any:
    """An appointment a week ahead, made over the API, with a practitioner of its own."""
    body = {
        "client_id": client_id or a_client(asker)["id"],
        "type": "Check-up",
        "practitioner": f"Dr {next(_number)}",
        "starts_at": in_days(7),
        "minutes": 30,
    }
    return asker.made("/appointments", body | others)
