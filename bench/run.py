"""`make bench`: Carepost beside what a Python team would otherwise pick, in one run.

    python bench/run.py                 three interleaved rounds, SMS and email, some minutes
    python bench/run.py --quick         one round of small trials, each one's likely best setup
    python bench/run.py --only email    one job; --rounds N, --messages N

Figures of one run are comparable with each other and with nothing else: only ratios count.
Tables go to the screen and, with machine facts and every trial, to `bench/results/`.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import carriers
import database
import machine
import ours
import table
from contestant import Contestant, TrialFailed
from peers.hand import Hand
from peers.pgqueuer import PgQueuer
from peers.post_office import PostOffice
from processes import Children, ProcessFailed, turn_sigterm_into_exit
from trial import Figures, Scenario, run_trial

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = Path(__file__).resolve().parent / "results"
CONTESTANTS: list[type[Contestant]] = [*ours.contestants(), Hand, PgQueuer, PostOffice]
_MESSAGES = {"sms": 10_000, "email": 4_000}
_QUICK_MESSAGES = {"sms": 3_000, "email": 1_000}


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="about a minute; figures are rough")
    parser.add_argument("--only", choices=["sms", "email"], help="one of the two jobs")
    parser.add_argument("--rounds", type=int, help="interleaved rounds (default 3; quick: 1)")
    parser.add_argument("--messages", type=int, help="messages a trial, instead of the usual")
    parser.add_argument("--home", type=Path, help="folder for the database (default: temporary)")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def scenarios(options: argparse.Namespace) -> list[Scenario]:
    """What is measured: SMS at two latencies of the carrier, and email."""
    usual = _QUICK_MESSAGES if options.quick else _MESSAGES
    sms, email = (options.messages or usual[job] for job in ("sms", "email"))
    every = [
        Scenario("SMS, carrier answers at once", "sms", 0.0, sms),
        Scenario("SMS, carrier answers after 200 ms", "sms", 0.2, sms),
        Scenario("Email, text and HTML, to smtp-sink", "email", 0.0, email),
    ]
    chosen = [one for one in every if options.only in (None, one.job)]
    if any(one.job == "email" for one in chosen) and carriers.smtp_sink_program() is None:
        print("No smtp-sink here (Debian: apt-get install postfix): email is left out.")
        chosen = [one for one in chosen if one.job != "email"]
    return chosen


def measure(
    options: argparse.Namespace, chosen: Sequence[Scenario], server: database.Database
) -> tuple[list[Figures], list[str]]:
    """All trials, interleaved: every round runs everybody once, beginning with another each time.

    Gives the figures, and a sentence for each trial that failed.
    """
    figures: list[Figures] = []
    failures: list[str] = []
    with Children() as sinks:
        running = {
            one: carriers.start_mail_sink(sinks)
            if one.job == "email"
            else carriers.start_http_sink(sinks, one.latency)
            for one in chosen
        }
        for number in range(options.rounds):
            for scenario in chosen:
                kinds = [kind for kind in CONTESTANTS if kind.job == scenario.job]
                shift = number % max(1, len(kinds))
                for kind in kinds[shift:] + kinds[:shift]:
                    setups = kind.setups(scenario.latency)
                    for setup in setups[:1] if options.quick else setups:
                        what = f"{scenario.title}: {kind.name}, {setup}"
                        try:
                            one = run_trial(kind, setup, scenario, server, running[scenario])
                        except (TrialFailed, ProcessFailed) as error:
                            failures.append(f"{what}: {str(error).splitlines()[0]}")
                            print(f"  {what}: FAILED\n{error}", flush=True)
                            continue
                        figures.append(one)
                        told = f"{one.rate:,.0f}/s, Python {one.cpu.python:.2f} ms a message"
                        print(f"  round {number + 1}  {what}: {told}", flush=True)
    return figures, failures


def report(
    figures: list[Figures], failures: list[str], sections: dict[str, dict[str, str]]
) -> tuple[str, str]:
    """The page of tables (Markdown) and the same as JSON."""
    all_rows = table.rows(figures)
    told = [*failures, *table.warnings(all_rows)]
    page = [
        f"# Benchmark of {sections['run']['date']}",
        "Medians; only ratios within this run count.",
        table.facts(sections),
        "## Everybody with as many workers as serve it best",
        table.scenario_tables(all_rows),
        "## Every setup tried",
        table.setup_table(all_rows),
    ]
    if told:
        page += ["## To be known", "\n".join(f"- {line}" for line in told)]
    content = {
        **sections,
        "ratios": table.ratios(table.best(all_rows)),
        "rows": [asdict(row) for row in all_rows],
        "trials": [{**asdict(one), "rate": one.rate} for one in figures],
        "to_be_known": told,
    }
    return "\n\n".join(page) + "\n", json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Run, print, write. Exit code 1 when nothing could be measured or a trial failed."""
    options = read_options(arguments)
    turn_sigterm_into_exit()
    started = datetime.now(UTC)
    chosen = scenarios(options)
    with database.running(options.home) as server:
        figures, failures = measure(options, chosen, server)
    if not figures:
        print("Nothing was measured.", file=sys.stderr)
        return 1
    sections = {
        "run": {
            "date": f"{started:%Y-%m-%d}",
            "rounds": str(options.rounds),
            "messages": ", ".join(f"{one.messages:,} ({one.title})" for one in chosen),
        },
        "machine": machine.describe(),
        "PostgreSQL": server.facts,
    }
    page, content = report(figures, failures, sections)
    print(f"\n{page}")
    if not options.no_write:
        name = f"{started:%Y-%m-%d}" + (f"-{options.only}" if options.only else "")
        name += "-quick" if options.quick else ""
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(page)
        (RESULTS / f"{name}.json").write_text(content)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("Stopped; every process that was started has ended.", file=sys.stderr)
        sys.exit(130)
