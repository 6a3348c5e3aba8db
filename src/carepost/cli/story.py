"""`why`: the story of a message, or of a client's messages."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 -- typer reads the annotations

import typer

from carepost.cli.answers import AsJson, answer
from carepost.cli.outcomes import USAGE, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from carepost.messaging.why import Story

MOST = 20


def why(
    message: Annotated[UUID | None, typer.Argument(help="A message's id.")] = None,
    client: Annotated[
        UUID | None, typer.Option(help=f"A client's id: its {MOST} newest messages.")
    ] = None,
    practice: Annotated[
        UUID | None, typer.Option(help="The practice's id; without it all are looked through.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a message went, waits, or did not go."""
    if (message is None) == (client is None):
        raise Refusal("Name a message, or a client with --client.", USAGE)
    from carepost.cli import installation

    with installation.opened():
        stories = _stories(message, client, practice)
    if not stories:
        raise Refusal("There is no such message or client here, or nothing was planned.")
    values = stories[0] if message else {"items": stories}
    answer(values, _words(stories), as_json=as_json)


def _stories(
    message: UUID | None, client: UUID | None, practice: UUID | None
) -> list[dict[str, Any]]:
    from carepost.ground import clock
    from carepost.messaging import why as told
    from carepost.messaging.models import Message
    from carepost.practice import audit, tenancy

    for practice_id in [practice] if practice else tenancy.practices():
        with tenancy.acting_for(practice_id):
            rows = Message.objects.filter(practice_id=practice_id)
            rows = rows.filter(**({"id": message} if message else {"client_id": client}))
            ids = list(rows.order_by("-due_at", "-id").values_list("id", flat=True)[:MOST])
            if ids:
                # Reading a client's record leaves its entry (RULES E3).
                audit.record_all(practice_id, audit.SYSTEM, "message.why", "message", ids)
                now = clock.now()
                return [_story(told.story(practice_id, each, now)) for each in ids]
    return []


def _story(story: Story) -> dict[str, Any]:
    """The raw trace, and above it the story in sentences."""
    lines = [
        {"at": line.at, "sentence": line.sentence, "detail": line.detail} for line in story.lines
    ]
    return {"summary": lines, "reason": story.reason, **story.raw}


def _words(stories: list[dict[str, Any]]) -> Iterator[str]:
    for number, story in enumerate(stories):
        if number:
            yield ""
        yield f"{story['message_id']}  {story['status']}  due {_when(story['due_at'])}"
        for line in story["summary"]:
            said = " ".join(part for part in (line["sentence"], line["detail"]) if part)
            yield f"  {_when(line['at'])}  {said}"


def _when(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else "-"
