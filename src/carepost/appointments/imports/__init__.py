"""Visits from the files that other practice programs export: checked first, then carried out.

The words a column can be mapped to are `columns.NAMES`; how a file is told apart, `table`; what a
row says, `said`; what becomes of it, `fates`.
"""

from __future__ import annotations

from carepost.appointments.imports.applying import apply
from carepost.appointments.imports.checking import check

__all__ = ["apply", "check"]
