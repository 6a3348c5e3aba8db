"""The commands, by name. What a command needs it imports when it runs: `--help` is quick."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from carepost.cli import access, calendars, demo, doctor, practices, serving, story
from carepost.cli.outcomes import end_with


class Commands(TyperGroup):
    """Ends with a sentence and an exit code, whatever a command raises."""

    def invoke(self, ctx: Any) -> Any:  # click's own types: it gives whatever the command gives
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if hasattr(error, "exit_code"):  # click's own: a usage error
                raise
            end_with(error)


program = typer.Typer(
    cls=Commands,
    name="carepost",
    help="The message room of a healthcare practice.",
    epilog="Exit codes: 0 done; 1 refused, or a check failed; 2 the command line is wrong; "
    "3 something it needs cannot be reached; 4 a fault of ours, with a reference number.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for name, command in {
    "up": serving.up,
    "web": serving.web,
    "worker": serving.worker,
    "sandbox": serving.sandbox,
    "demo": demo.demo,
    "why": story.why,
    "doctor": doctor.doctor,
}.items():
    program.command(name)(command)

_practice = typer.Typer(no_args_is_help=True, help="Practices: create, list.")
_practice.command("create")(practices.create)
_practice.command("list")(practices.list_all)
program.add_typer(_practice, name="practice")

_member = typer.Typer(no_args_is_help=True, help="Members: link.")
_member.command("link")(access.link)
program.add_typer(_member, name="member")

_access = typer.Typer(no_args_is_help=True, help="Emergency access: restore.")
_access.command("restore")(access.restore)
program.add_typer(_access, name="access")

_token = typer.Typer(no_args_is_help=True, help="Tokens for the API: issue.")
_token.command("issue")(practices.issue)
program.add_typer(_token, name="token")

_import = typer.Typer(no_args_is_help=True, help="Bring in a calendar: csv.")
_import.command("csv")(calendars.import_csv)
program.add_typer(_import, name="import")


@_import.callback()
@_member.callback()
@_access.callback()
@_token.callback()
def _group() -> None:
    """Keeps a group of one command a group."""
