"""The server's settings: for one small machine that must lose nothing and log no health detail."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carepost.config.embedded_postgres.account import Account
    from carepost.config.embedded_postgres.places import Places

_FILE = "carepost.conf"
_MIB = 1024 * 1024


def write(places: Places, account: Account, *, test: bool) -> None:
    """Write the settings and who may sign in, both anew at each start.

    `ALTER SYSTEM` overrides them: PostgreSQL reads its own `postgresql.auto.conf` last.
    """
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(places.socket_dir),
        "unix_socket_permissions": "0700",
        "cluster_name": places.cluster_name,
        **_SETTINGS,
        **_memory(),
        **(_TEST if test else {}),
    }
    lines = [
        f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()
    ]
    _replace(places, account, _FILE, "# Written at each start.\n" + "".join(lines))
    _replace(places, account, "pg_hba.conf", "local all all scram-sha-256\n")
    _replace(places, account, "postgresql.conf", f"include '{_FILE}'\n")


_SETTINGS = {
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    # Short queries on a small machine gain nothing by compiling or by helpers, and a container's
    # shared memory is too small for the helpers.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A week of log, a file a day, each written over after a week.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgres-%a.log",
    "log_file_mode": "0600",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    # An error's message, detail and statement may quote a client's words or number, so statements'
    # errors are not logged here: Carepost reports them itself. LOG, FATAL and PANIC are.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_duration": "off",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# What was committed still survives the death of any process, not that of the machine.
_TEST = {"fsync": "off", "full_page_writes": "off"}


def _memory() -> dict[str, str]:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MIB
    return {
        "shared_buffers": f"{min(max(total // 16, 128), 1024)}MB",
        "effective_cache_size": f"{max(total // 2, 256)}MB",
    }


def _replace(places: Places, account: Account, name: str, text: str) -> None:
    # Whole or not at all: a start that is killed here must not leave half a pg_hba.conf.
    unfinished = places.data / f"{name}.new"
    unfinished.write_text(text)
    unfinished.chmod(0o600)
    account.own(unfinished)
    unfinished.replace(places.data / name)
