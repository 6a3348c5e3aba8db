"""Asking a line's carrier, now, whether it knows us: nothing is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from carepost.messaging.carrier import Checkup

if TYPE_CHECKING:
    from carepost.messaging.carrier import Account, Carrier

PATIENCE = 10.0  # seconds: a person waits for it


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it; `sentence` says what to do where it is not `well`."""

    well: bool
    sentence: str


def ask(carrier_name: str, account: Account) -> Checked:
    """Ask the carrier about an account. Takes `PATIENCE` seconds at most, and never raises for
    what the network or the carrier does."""
    path = settings.CAREPOST_CARRIERS.get(carrier_name)
    if path is None:
        return Checked(False, _("This installation has no such carrier."))
    found = async_to_sync(_ask)(cast("Carrier", import_string(path)()), account)
    return Checked(found.well, found.words or _("It works: the carrier knows us."))


async def _ask(carrier: Carrier, account: Account) -> Checkup:
    try:
        async with asyncio.timeout(PATIENCE):
            return await carrier.check(account)
    except TimeoutError:
        return Checkup(False, _("The carrier did not answer in time. Try again in a minute."))
    finally:
        await carrier.close()


def unreadable() -> Checked:
    """What is said of an account that this installation's keys do not open."""
    return Checked(False, _("The line's account cannot be opened. Enter it again."))
