"""The finder: people by name, number, email or birth date; pages by their word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse

from carepost.people import finding
from carepost.web import navigation
from carepost.web.frame import StaffRequest, page
from carepost.web.templatetags.carepost import full_name
from carepost.web.words import address

if TYPE_CHECKING:
    from django.http import HttpResponse

PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to go to."""

    icon: str
    word: str
    second: str
    href: str


@page("")
def find(request: StaffRequest) -> HttpResponse:
    """The dialog, its list alone as one types, or the page for whoever has no JavaScript."""
    words = request.GET.get("q", "").strip()[:80]
    wanted = request.headers.get("HX-Target", "")
    template = {"finder": "dialog", "finder-found": "_found"}.get(wanted, "page")
    found = [*_people(request, words), *_pages(request, words)]
    return render(request, f"web/finder/{template}.html", {"found": found, "words": words})


def _people(request: StaffRequest, words: str) -> list[Found]:
    if len(words) < 2 or not request.visitor.may("clients:read"):
        return []
    people = finding.find(words, PEOPLE, request.visitor.clients)
    request.visitor.has_read("client", [each.id for each in people])
    return [
        Found(
            "user",
            full_name(each),
            address(getattr(each, "reach", None) or ""),
            reverse("clients:client", args=[each.id]),
        )
        for each in people
    ]


def _pages(request: StaffRequest, words: str) -> list[Found]:
    every: list[navigation.Entry] = []
    for entry in navigation.of(request):
        every += [entry, *entry.below]
    folded = words.casefold()
    return [
        Found(entry.icon, entry.word, "", entry.href)
        for entry in every
        if folded in entry.word.casefold()
    ]
