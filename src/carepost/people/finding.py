"""People found as one types: by name, number, email address or birth date.

Row-level security lets no index serve LIKE, which might leak what it is asked about; so clients
are found by a door, which looks at the practices acted for alone (migration 0002_finding).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from carepost.people.models import Client, Contact, ContactPoint
from carepost.people.points import OLD
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

Person = TypeVar("Person", Client, Contact)
MOST_WORDS = 8
_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
_NUMBER = re.compile(r"\+?[\d\s()./-]*\d[\d\s()./-]*")


def find(words: str, limit: int, among: QuerySet[Client] | None = None) -> Sequence[Client]:
    """The first clients by name whom the words fit, each with `reach`: the preferred number or
    address, or None. Without words: nobody. Archived clients are left out. `among`: of these alone.

    Must act for one practice. Words: beginnings of names; three or more digits of a number; the
    beginning of an address, or @ and its domain; a birth date, in ISO 8601 or the practice's order.
    Where they fit more than 2,000, others than the very first may be given.
    """
    asked = _asked(words)
    if not asked:
        return []
    if among is None:
        rows = Client.objects.filter(id__in=_found(asked, archived=False, most=limit))
    else:  # the door knows no more than names: the first of all might be none of these
        rows = among.filter(id__in=_found(asked, archived=False, most=None))
    found = list(rows.order_by("last_name", "first_name", "id")[:limit])
    # Asked apart: within, it would be asked of each, and slowly where statistics are old.
    points = ContactPoint.objects.filter(client_id__in=[c.id for c in found], invalid_since=None)
    reach: dict[UUID | None, str] = {}
    for client_id, value in points.order_by("rank", "id").values_list("client_id", "value"):
        reach.setdefault(client_id, value)
    for client in found:
        client.reach = reach.get(client.id)  # type: ignore[attr-defined]
    return found


def matching(rows: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Those of the people whom every one of the words fits, as in `find`; no words: all."""
    asked = _asked(words)
    if not asked:
        return rows
    if rows.model is Client:
        return rows.filter(id__in=_found(asked, archived=None, most=None))
    for each in asked:  # of contacts there are few
        fits = Q(first_name__istartswith=each.text) | Q(last_name__istartswith=each.text)
        if each.part:
            points = ContactPoint.objects.filter(contact_id=OuterRef("id")).exclude(use=OLD)
            fits = fits | Q(Exists(points.filter(value__icontains=each.part.strip("%"))))
        rows = rows.filter(fits)
    return rows


def _found(asked: list[_Word], *, archived: bool | None, most: int | None) -> RawSQL:
    return RawSQL(
        "SELECT client_id FROM door_clients_found("
        "%s::text[], %s::text[], %s::date[], %s::boolean, %s::int)",
        (
            [f"% {_like(each.text)}%" for each in asked],
            [each.part or None for each in asked],
            [each.born for each in asked],
            archived,
            most,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Word:
    """A word: what a name may begin with, LIKE's pattern of a number or address, a birth date."""

    text: str
    part: str = ""
    born: date | None = None


def _asked(words: str) -> list[_Word]:
    words = " ".join(words.replace("\0", " ").split())
    if _NUMBER.fullmatch(words) and not _DATE.fullmatch(words):
        # A number in parts is one; a zero in front is dialled inside a country only.
        return [_Word(words, _digits(re.sub(r"\D", "", words).lstrip("0")))]
    return [_word(word) for word in words.split(" ")[:MOST_WORDS] if word]


def _word(word: str) -> _Word:
    if _DATE.fullmatch(word):
        return _Word(word, born=_born(word))
    if _NUMBER.fullmatch(word):
        return _Word(word, _digits(re.sub(r"\D", "", word)))
    if word.startswith("@"):
        return _Word(word, f"%{_like(word.lower())}%" if len(word) > 3 else "")
    # A short word without a mark is a name: as many addresses begin with it as people are named so.
    is_address = len(word) > 2 and (len(word) > 4 or not word.isalpha())
    return _Word(word, f"{_like(word.lower())}%" if is_address else "")


def _digits(digits: str) -> str:
    return f"%{digits}%" if len(digits) > 2 else ""


def _born(word: str) -> date | None:
    parts = _DATE.fullmatch(word)
    if parts is None:
        return None
    if len(parts[1]) == 4:
        year, month, day = parts.groups()
    elif Practice.objects.values_list("date_order", flat=True).first() == "DMY":
        day, month, year = parts.groups()
    else:
        month, day, year = parts.groups()
    try:
        return date(int(year), int(month), int(day)) if len(year) == 4 else None
    except ValueError:
        return None


def _like(word: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", word)
