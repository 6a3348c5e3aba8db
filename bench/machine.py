"""The machine under the benchmark: what it is, and whose CPU time a trial used.

CPU time is counted by trees of processes that we started (workers, PostgreSQL, the carrier's
sink, this program), so a neighbour's work on the same machine is told apart as `foreign`.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Snapshot:
    """CPU seconds used since boot: by the whole machine, and by each group of process trees."""

    busy: float
    groups: Mapping[str, float]


@dataclass(frozen=True)
class CpuUse:
    """CPU milliseconds a message of one trial.

    `python`: the workers. `ours`: workers, database, sink and this program. `machine`: all that
    the machine did, stolen time left out. `foreign`: the part of `machine` that nobody of ours used
    (kernel threads, network interrupts, and any neighbour).
    """

    python: float
    database: float
    sink: float
    ours: float
    machine: float
    foreign: float


def _machine_busy() -> float:
    """CPU seconds the machine was busy: user, nice, system, irq, softirq (proc(5), /proc/stat)."""
    line = (_PROC / "stat").read_text().split("\n", 1)[0].split()
    user, nice, system, _idle, _iowait, irq, softirq = map(int, line[1:8])
    return (user + nice + system + irq + softirq) / _TICKS


def _process_times() -> tuple[dict[int, int], dict[int, float]]:
    """Every process's parent, and its CPU seconds with those of its children already reaped."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked; its parent's reaped time has it now
        pid = int(entry.name)
        parents[pid] = int(fields[1])
        # proc(5): utime, stime, cutime, cstime are fields 14 to 17 of the whole line.
        seconds[pid] = sum(map(int, fields[11:15])) / _TICKS
    return parents, seconds


def take_snapshot(groups: Mapping[str, Sequence[int]]) -> Snapshot:
    """Read the CPU clocks now. `groups` names the roots of process trees: {"python": [pid, ...]}.

    A process belongs to the nearest root above it; this program's own time is the group "self".
    """
    busy = _machine_busy()
    parents, seconds = _process_times()
    owner = {pid: name for name, pids in groups.items() for pid in pids}
    owner.setdefault(os.getpid(), "self")
    totals = dict.fromkeys([*groups, "self"], 0.0)
    for pid, used in seconds.items():
        at = pid
        while at in parents and at not in owner:
            at = parents[at]
        if at not in owner:
            continue
        # Children that this program has ended are of earlier trials: none ends between snapshots.
        totals[owner[at]] += used
    return Snapshot(busy, totals)


def cpu_use(before: Snapshot, after: Snapshot, messages: int) -> CpuUse:
    """What passed between two snapshots, in milliseconds a message."""
    spent = {name: after.groups[name] - before.groups[name] for name in before.groups}
    ours = sum(spent.values())
    busy = after.busy - before.busy
    each = 1000 / max(1, messages)
    return CpuUse(
        python=spent.get("python", 0.0) * each,
        database=spent.get("database", 0.0) * each,
        sink=spent.get("sink", 0.0) * each,
        ours=ours * each,
        machine=busy * each,
        foreign=max(0.0, busy - ours) * each,
    )


def describe() -> dict[str, str]:
    """What a reader must know of the machine to judge the figures."""
    model = "unknown"
    for line in (_PROC / "cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "cpu": model,
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def filesystem_of(path: Path) -> str:
    """The kind of file system that holds `path`: on tmpfs an fsync costs nothing."""
    best, kind = Path("/"), "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        _device, mount, name, *_ = line.split()
        if path.is_relative_to(mount) and len(mount) >= len(str(best)):
            best, kind = Path(mount), name
    return kind
