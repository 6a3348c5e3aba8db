"""`practice create`, `practice list`, `token issue`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from carepost.cli.answers import AsJson, answer
from carepost.cli.outcomes import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

PracticeId = Annotated[UUID, typer.Option("--practice", help="The practice's id.")]


def create(
    name: Annotated[str, typer.Argument(help="As clients know it.")],
    timezone: Annotated[str, typer.Option(help="Of its clock: an IANA name, as Europe/Madrid.")],
    owner: Annotated[str, typer.Option(help="The owner's email address.")],
    country: Annotated[str, typer.Option(help="How its phone numbers are written.")] = "US",
    phone: Annotated[str, typer.Option(help="What clients call.")] = "",
    language: Annotated[str, typer.Option(help="What it writes in.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Make a practice, with messaging off and no rules. Prints its ids and a token for the API."""
    from carepost.cli import installation

    with installation.opened():
        from carepost.messaging import lines
        from carepost.practice import founding, tenancy

        made = founding.found(
            name, timezone, owner, country=country, phone=phone, language=language
        )
        with tenancy.acting_for(made.practice_id):
            lines.attach_host_lines(made.practice_id)
        link = _first_link(owner)
    answer(
        {
            "practice_id": made.practice_id,
            "member_id": made.member_id,
            "token": made.token,
            "link": link,
        },
        [
            f"Practice  {made.practice_id}",
            f"Owner     {made.member_id}",
            f"Token     {made.token}",
            f"Sign-in   {link or 'with the password that the owner has'}",
            "Keep the token: it is shown this once. The link lets the owner choose a password,",
            "once, within 7 days.",
        ],
        as_json=as_json,
    )


def _first_link(owner: str) -> str:
    """Where the owner chooses a password; empty for one who has one."""
    from carepost.cli.access import address_of
    from carepost.ground import clock
    from carepost.practice import access
    from carepost.practice.errors import Conflict

    try:
        return address_of(access.first_link(owner, clock.now()))
    except Conflict:
        return ""


def list_all(as_json: AsJson = False) -> None:
    """List the practices of this installation."""
    from carepost.cli import installation

    with installation.opened():
        rows = list(_practices())
    words = [
        f"{row['id']}  {row['name']}  {row['timezone']}  "
        f"messaging {'on' if row['messaging_enabled'] else 'off'}"
        for row in rows
    ]
    answer({"items": rows}, words or ["No practice yet: carepost practice create"], as_json=as_json)


def _practices() -> Iterator[dict[str, Any]]:
    from carepost.practice import tenancy
    from carepost.practice.models import Practice

    for practice_id in tenancy.practices():
        with tenancy.acting_for(practice_id):
            rows = Practice.objects.filter(id=practice_id).values(
                "id", "name", "timezone", "messaging_enabled", "created_at"
            )
            yield from map(dict, rows)


def issue(
    practice: PracticeId,
    name: Annotated[str, typer.Option(help="What it is for, as the list of tokens shows it.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; may be repeated. Default: all.")
    ] = None,
    member: Annotated[UUID | None, typer.Option(help="Whose it is. Default: the owner.")] = None,
    days: Annotated[int, typer.Option(help="Good for so many days; 0: for ever.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a token for the API. It is shown this once."""
    from carepost.cli import installation
    from carepost.ground import clock

    with installation.opened():
        from carepost.practice import audit, tokens

        expires = clock.now() + timedelta(days=days) if days else None
        row, token = tokens.issue(
            practice,
            member or _owner(practice),
            name,
            scope or [tokens.EVERYTHING],
            audit.SYSTEM,
            expires_at=expires,
        )
    answer({"token_id": row.id, "token": token}, [token], as_json=as_json)


def _owner(practice_id: UUID) -> UUID:
    from carepost.practice import tenancy
    from carepost.practice.models import Member, Role

    with tenancy.acting_for(practice_id):
        owner = (
            Member.objects.filter(practice_id=practice_id, role=Role.OWNER, active=True)
            .order_by("created_at", "id")
            .values_list("id", flat=True)
            .first()
        )
    if owner is None:
        raise Refusal("There is no such practice, or it has no owner. See carepost practice list.")
    return owner
