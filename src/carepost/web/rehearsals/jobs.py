"""Rehearsals in the background: begun by one request, followed by others, in whatever process.

What is kept of one, for an hour, lies in the shared cache: how far it is, what was proposed, and in
the end what it found. It holds ids and numbers, and no names.
"""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext

from carepost.messaging import rehearsal
from carepost.messaging.templates import PartRefused
from carepost.practice.errors import Refused
from carepost.web import mishaps

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from carepost.messaging.rehearsal import Proposal, Rehearsal

logger = logging.getLogger(__name__)
KEPT = 3600  # seconds
_EVERY = 0.4  # seconds between two words on how far it is


@dataclass(frozen=True, slots=True)
class Job:
    """One rehearsal. `asked`: the form as it was sent, to go back to or to save."""

    practice_id: UUID
    asked: dict[str, list[str]]
    done: int = 0
    total: int = 0
    found: Rehearsal | None = None
    error: str = ""

    @property
    def running(self) -> bool:
        return self.found is None and not self.error


def begin(practice_id: UUID, proposal: Proposal, asked: dict[str, list[str]], now: datetime) -> str:
    """Begin to rehearse; gives the key by which it is followed."""
    key = secrets.token_urlsafe(18)
    job = Job(practice_id, asked)
    _keep(key, job)
    threading.Thread(target=_run, args=(key, job, proposal, now), daemon=True).start()
    return key


def follow(practice_id: UUID, key: str) -> Job | None:
    """How far it is; None where there is no such rehearsal of this practice, or no more."""
    job: Job | None = cache.get(_name(key))
    return job if job is not None and job.practice_id == practice_id else None


def _run(key: str, job: Job, proposal: Proposal, now: datetime) -> None:
    said = monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said
        if monotonic() - said > _EVERY:
            said = monotonic()
            _keep(key, replace(job, done=done, total=total))

    try:
        found = rehearsal.rehearse(job.practice_id, proposal, now, progress)
        _keep(key, replace(job, found=found))
    except Refused as refused:
        _keep(key, replace(job, error=refused.sentence))
    except PartRefused as refused:
        words = gettext("Line %(line)s: %(sentence)s")
        told = words % {"line": refused.line, "sentence": refused.sentence}
        _keep(key, replace(job, error=told))
    except Exception as error:  # whatever it is, whoever waits must be told
        number = mishaps.reference()
        logger.error("reference %s: %s", number, mishaps.describe(error))
        _keep(key, replace(job, error=f"Something went wrong on our side ({number})."))
    finally:
        connection.close()


def _keep(key: str, job: Job) -> None:
    cache.set(_name(key), job, KEPT)


def _name(key: str) -> str:
    return f"rehearsal:{key}"
