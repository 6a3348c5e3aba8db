"""Becomes the server: drops root, ties its life to its parent's, then runs the program it is given.

    python -I -S launch.py PARENT_PID UID GID PROGRAM [ARGUMENT …]

A script of its own rather than a `preexec_fn`, which is not safe in a process with threads. It
imports nothing of ours: it must start fast, from a folder its user may not be able to read later.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main() -> None:
    """Never returns: it becomes the program, or exits with 1 and a word of why."""
    parent, uid, gid = (int(argument) for argument in sys.argv[1:4])
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid, which clears it; exec keeps it. SIGINT is PostgreSQL's fast shutdown.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGINT) != 0:
        sys.exit("The server's life cannot be tied to its owner's on this system.")
    if os.getppid() != parent:  # the owner died before the line above
        sys.exit("The process that was to own the server is gone.")
    os.umask(0o077)
    os.chdir("/")
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606 -- the very purpose


main()
