"""`python -m carepost.sandbox`: the sandbox alone, without the rest of Carepost."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

import uvloop

from carepost.sandbox.server import Options, serve


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox that the command line asks for, and return the exit code."""
    parser = argparse.ArgumentParser("carepost.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--http-port", type=int, default=8081)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--account-sid", required=True)
    parser.add_argument(
        "--auth-token",
        default=os.environ.get("CAREPOST_TWILIO_AUTH_TOKEN"),
        help="default: CAREPOST_TWILIO_AUTH_TOKEN from the environment, which ps does not show",
    )
    parser.add_argument("--smtp-username")
    parser.add_argument("--smtp-password")
    parser.add_argument("--state-file", type=Path, help="keep all that is accepted in this file")
    parser.add_argument("--answers-url", help="where answers typed on a phone are posted")
    given = vars(parser.parse_args(arguments))
    if not given["auth_token"]:
        parser.error("--auth-token is needed, or CAREPOST_TWILIO_AUTH_TOKEN in the environment")
    if (given["smtp_username"] is None) != (given["smtp_password"] is None):
        parser.error("--smtp-username and --smtp-password go together")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(Options(**given)))
    except OSError as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
