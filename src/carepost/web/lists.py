"""Pages of a long list: at most 50 rows, and where in the whole they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.utils import formats
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

SIZE = 50
MANY = 10_000
"""Beyond so many rows a total is not counted out: "more than 10,000" is answer enough."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows `first` to `last` of `total`; `newer` and `older` are query strings of its neighbours,
    empty for none. `total` None: more than MANY."""

    rows: Sequence[Row]
    first: int
    last: int
    total: int | None
    newer: str
    older: str

    @property
    def total_words(self) -> str:
        """The total as people read it."""
        if self.total is None:
            return _("more than %(many)s") % {
                "many": formats.number_format(MANY, force_grouping=True)
            }
        return formats.number_format(self.total, force_grouping=True)


def cut(
    request: HttpRequest,
    read: Callable[[int, int], Sequence[Row]],
    count: Callable[[int], int],
) -> Page[Row]:
    """The page that the query string's `from` asks for. `read(offset, limit)` gives rows,
    `count(most)` how many there are, counting no further than `most`."""
    start = min(max(_number(request.GET.get("from", "")), 0), MANY)
    rows = read(start, SIZE + 1)
    more, rows = len(rows) > SIZE, rows[:SIZE]
    counted = count(MANY + 1) if more or start else len(rows)
    return Page(
        rows=rows,
        first=start + 1 if rows else 0,
        last=start + len(rows),
        total=None if counted > MANY else counted,
        newer=_query(request, max(start - SIZE, 0)) if start else "",
        older=_query(request, start + SIZE) if more and start + SIZE <= MANY else "",
    )


def cut_rows(request: HttpRequest, rows: Any, total: int | None = None) -> Page[Any]:
    """A page of a queryset (`Any`: of whatever model). `total`: how many, where that is known."""
    return cut(
        request,
        lambda offset, limit: list(rows[offset : offset + limit]),
        lambda most: rows.order_by().values("pk")[:most].count() if total is None else total,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _query(request: HttpRequest, start: int) -> str:
    query = request.GET.copy()
    query.pop("from", None)
    if start:
        query["from"] = str(start)
    return query.urlencode() or "from=0"
