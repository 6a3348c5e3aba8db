"""A real PostgreSQL that Carepost brings along, starts and owns, when `DATABASE_URL` is not set.

    with Embedded(home) as postgres:
        psycopg.connect(postgres.superuser_dsn())

One server per `CAREPOST_HOME`. The first process that starts it owns it: the server is its direct
child and goes when it goes, however it goes. A second process (the command line beside a running
`up`) just connects. The server listens on a socket in a 0700 folder only; every role signs in with
a password.

Where things lie:

    CAREPOST_HOME/postgres.password   0600, the superuser's
    CAREPOST_HOME/postgres.lock       held by the owner
    CAREPOST_HOME/postgres/           data/, run/ (the socket), start.log; data/log/: a week of log

PostgreSQL refuses to run as root. Started by root it runs as the owner of `CAREPOST_HOME` or, where
that is root too, as the system user `carepost`, who is made if missing. That user must get to the
data and the programs: where `CAREPOST_HOME` lies under a closed folder, such as root's own home,
`postgres` in it is a link to a folder of `/var/lib/carepost`, named for the home's path; and
programs in a closed folder are copied once to `/var/lib/carepost/postgres-<version>-<hash>`.
In a container, point `CAREPOST_HOME` at the mounted volume (any open path, as `/data`), so that the
data lie on it.

A socket's path may have 107 bytes: for a longer home, `run` links to a short folder elsewhere.
`CAREPOST_PG_BIN` names another build's folder of programs; the data stay with their major version.
"""

from __future__ import annotations

from carepost.config.embedded_postgres.errors import EmbeddedPostgresError
from carepost.config.embedded_postgres.server import Embedded

__all__ = ["Embedded", "EmbeddedPostgresError"]
