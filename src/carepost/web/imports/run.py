"""An import applied, in the background, and undone."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from django.db import connection
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carepost.appointments import imports
from carepost.practice.errors import Refused
from carepost.web import mishaps, said
from carepost.web.frame import StaffRequest, page

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpResponse

    from carepost.practice.audit import Actor

logger = logging.getLogger(__name__)


@page("imports:write", own_transactions=True)
@require_POST
def apply(request: StaffRequest, import_id: UUID) -> HttpResponse:
    """Begin it, and show how far it is. It goes on if this page is left; if this process dies, the
    same button carries it on from the row where it stopped."""
    visitor = request.visitor
    imports.begin(visitor.practice_id, import_id)  # before the page looks how far it is
    threading.Thread(
        target=_carry_out,
        args=(visitor.practice_id, import_id, visitor.actor, visitor.now),
        name="import",
    ).start()
    return redirect("imports:import", import_id)


@page("imports:write", own_transactions=True)
@require_POST
def undo(request: StaffRequest, import_id: UUID) -> HttpResponse:
    """Take back what the import brought and nobody has touched since."""
    visitor = request.visitor
    found = imports.undo(visitor.practice_id, import_id, visitor.actor, visitor.now)
    if found.kept:
        words = _("Undone, except %(n)s rows that were changed here since: they stay.")
        said.toast(request, words % {"n": found.kept})
    else:
        said.toast(request, _("The import is undone."))
    return redirect("imports:import", import_id)


def _carry_out(practice_id: UUID, import_id: UUID, actor: Actor, now: datetime) -> None:
    try:
        imports.apply(practice_id, import_id, actor, now)
    except Refused:
        pass  # its status and report say so
    except Exception as error:
        logger.error("import, reference %s: %s", mishaps.reference(), mishaps.describe(error))
    finally:
        connection.close()
