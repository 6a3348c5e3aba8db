"""`python -m tests.simulation --seed N --years Y`: simulated years, on a PostgreSQL of its own."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Run what the arguments say. Exit code 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--years", type=float, default=0.0)
    parser.add_argument("--days", type=float, default=0.0)
    parser.add_argument("--practices", type=int, default=5)
    parser.add_argument("--bug", default="", help="plant a bug: see bugs.py")
    parser.add_argument("--trace", default="", help="write the last seed's trace to this file")
    given = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="carepost-simulation-"))
    base.chmod(0o711)  # PostgreSQL may run as another user
    for name in [n for n in os.environ if n.startswith("CAREPOST_") and n != "CAREPOST_PG_BIN"]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["CAREPOST_HOME"] = str(base / "home")
    os.environ["DJANGO_SETTINGS_MODULE"] = "carepost.config.settings"
    from carepost.config.embedded_postgres import Embedded

    server = Embedded(base / "home", test=True)
    server.start()
    try:
        return _simulate(given)
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


def _simulate(given: argparse.Namespace) -> int:
    import django

    django.setup()
    import logging

    from django.conf import settings

    from carepost.config.prepare import prepare_database

    logging.disable(logging.WARNING)
    prepare_database()
    from tests.simulation import bugs
    from tests.simulation.database import watched
    from tests.simulation.run import Simulation, Size

    days = given.years * 365 + given.days or 14
    broken = 0
    with watched(settings.DATABASE) as watch:
        for seed in range(given.seed, given.seed + given.seeds):
            began = time.monotonic()
            size = Size(practices=given.practices, days=days)
            with bugs.planted(given.bug, watch) as gates:
                sim = Simulation(watch, settings.DATABASE.app, seed, size, gates)
                sim.trace = [] if given.trace else None
                sim.stop_at_first = bool(given.bug)
                sim.run()
            print(
                f"seed {seed}: {days:g} days of {given.practices} practices in "
                f"{time.monotonic() - began:.1f} s, {sim.counts['arrivals']} arrivals, "
                f"{len(sim.failures)} failures, trace {sim.digest[:16]}"
            )
            for check, detail in sim.failures[:10]:
                print(f"  {check}: {detail}")
            broken += bool(sim.failures)
            if sim.trace is not None:
                Path(given.trace).write_text("\n".join(sim.trace))
                print(dict(sorted(sim.counts.items())))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
