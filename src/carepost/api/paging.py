"""Long lists, a page at a time: `?limit=&cursor=`, answered by `items` and `next_cursor`.

A cursor is where the last page ended: the sort keys of its last row, never a number of rows, so
that a row added meanwhile shifts nothing. It is sealed, for it stands in a URL and may hold a name.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import orjson
from django.conf import settings
from django.db.models import Q
from pydantic import BaseModel, Field

from carepost.api.problems import ProblemRaised
from carepost.ground import sealing

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from carepost.api.call import ApiRequest

Row = TypeVar("Row", bound="Model")
Item = TypeVar("Item")


class Paging(BaseModel):
    """Which page. Parameters that there are not are ignored."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, Field(max_length=2000)] = ""


class Page(BaseModel, Generic[Item]):
    """A page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None = None


def cut(
    request: ApiRequest, rows: QuerySet[Row], order: tuple[str, ...], paging: Paging
) -> tuple[list[Row], str | None]:
    """The rows of one page, and the cursor of the next.

    `order` names the sort keys, all of them with "-" or none, in the order of an index; `id` comes
    last of itself. Raises a problem 422 for a cursor that is none of this list's.
    """
    down = order[:1] and order[0].startswith("-")
    names = [*(name.lstrip("-") for name in order), "id"]
    about = _about(request)
    if paging.cursor:
        rows = rows.filter(_after(rows.model, names, _open(paging.cursor, about), bool(down)))
    ordered = rows.order_by(*(f"-{name}" if down else name for name in names))
    found = list(ordered[: paging.limit + 1])
    if len(found) <= paging.limit:
        return found, None
    found = found[: paging.limit]
    return found, _seal([getattr(found[-1], name) for name in names], about)


def sealed(request: ApiRequest, place: tuple[str, ...]) -> str:
    """The cursor of a place in a list that is no query's."""
    return _seal(list(place), _about(request))


def opened(request: ApiRequest, cursor: str) -> list[str]:
    """The place that a cursor of `sealed` names. Raises a problem 422."""
    return _open(cursor, _about(request))


def _about(request: ApiRequest) -> bytes:
    return request.call.practice_id.bytes + request.path.encode()


def _after(model: type[Model], names: list[str], texts: list[str], down: bool) -> Q:
    """Rows beyond these keys: the first key bounds the index, the rest decides among equals."""
    fields = {field.name: field for field in model._meta.fields}
    values = [fields[name].to_python(text) for name, text in zip(names, texts, strict=True)]
    beyond = "lt" if down else "gt"
    either = Q()
    for i, name in enumerate(names):
        equal = Q(**dict(zip(names[:i], values[:i], strict=True)))
        either |= equal & Q(**{f"{name}__{beyond}": values[i]})
    return Q(**{f"{names[0]}__{beyond}e": values[0]}) & either


def _key() -> bytes:
    return hashlib.sha256(b"carepost cursors " + settings.SECRET_KEY.encode()).digest()


def _seal(values: list[object], about: bytes) -> str:
    sealed = sealing.seal(_key(), orjson.dumps(values), about)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _open(cursor: str, about: bytes) -> list[str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
        return list(orjson.loads(sealing.open_(_key(), sealed, about)))
    except (ValueError, sealing.SealingError):
        raise ProblemRaised(
            422,
            "This cursor is not of this list, or is too old. Begin again without one.",
            errors=[{"parameter": "cursor", "detail": "Send next_cursor as it was given."}],
        ) from None
