"""`member link`, `access restore`: links by which a member gets in, made on the server."""

from __future__ import annotations

from typing import Annotated

import typer

from carepost.cli.answers import AsJson, answer

Email = Annotated[str, typer.Argument(help="The address that the member signs in with.")]


def link(email: Email, as_json: AsJson = False) -> None:
    """Print a link to choose a first password. Good once, for 7 days."""
    from carepost.cli import installation

    with installation.opened():
        from carepost.ground import clock
        from carepost.practice import access

        url = address_of(access.first_link(email, clock.now()))
    answer({"link": url}, [url], as_json=as_json)


def restore(email: Email, as_json: AsJson = False) -> None:
    """Emergency access for who lost the second factor or the mailbox.

    Prints a link to choose a new password; using it takes away the member's passkeys, authenticator
    app and recovery codes and ends their sessions. Good once, for 30 minutes. Make sure that it is
    they who ask. It is written into the audit trail of each of their practices.
    """
    from carepost.cli import installation

    with installation.opened():
        from carepost.ground import clock
        from carepost.practice import access

        url = address_of(access.restore_link(email, clock.now()))
    answer({"link": url}, [url, "Good once, for 30 minutes."], as_json=as_json)


def address_of(token: str) -> str:
    """The address of a link's page. Within an opened installation."""
    from django.conf import settings
    from django.urls import reverse

    return settings.CAREPOST_BASE_URL + reverse("signin:link", args=[token])
