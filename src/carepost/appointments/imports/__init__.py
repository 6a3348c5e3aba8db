"""Visits from the files that other practice programs export: checked first, then carried out.

The words a column can be mapped to are `columns.NAMES`; how a file is told apart, `table`; what a
row says, `said`; what becomes of it, `fates`.
"""

from __future__ import annotations

from carepost.appointments.imports.applying import apply, begin
from carepost.appointments.imports.checking import check
from carepost.appointments.imports.forgetting import forget_files
from carepost.appointments.imports.manner import remembered, sources
from carepost.appointments.imports.undoing import Undone, undo

__all__ = ["Undone", "apply", "begin", "check", "forget_files", "remembered", "sources", "undo"]
