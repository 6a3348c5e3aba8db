"""The sorts of template that there are: for each kind and event, method and language one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.messaging.kinds import KINDS
from carepost.messaging.models import Template
from carepost.messaging.wording import defaults
from carepost.web.words import CHANNELS
from carepost.web.words import KINDS as KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

METHODS = ("sms", "email")
LANGUAGES: dict[str, str] = {"en": _("English"), "es": _("Spanish"), "fr": _("French")}
WHATS: dict[str, str] = {
    "": "",
    "booked": _("booked"),
    "moved": _("moved"),
    "cancelled": _("cancelled"),
}
ANY = "all"
"""What a URL says for a kind that is of one sort."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One template's place. `what`: which sort of notice, empty for a kind of one sort."""

    kind: str
    what: str
    channel: str
    language: str

    @property
    def path(self) -> tuple[str, str, str, str]:
        """Its part of a URL, in order."""
        return (self.kind, self.channel, self.language, self.what or ANY)

    @property
    def name(self) -> str:
        """What it is called."""
        about = gettext(KIND_WORDS[self.kind])
        what = f": {gettext(WHATS[self.what])}" if self.what else ""
        method, language = gettext(CHANNELS[self.channel].word), gettext(LANGUAGES[self.language])
        return f"{about}{what} · {method} · {language}"


def every(languages: Iterable[str]) -> list[Sort]:
    """All sorts in these languages, of the kinds that speak of visits."""
    return [
        Sort(kind.name, what, channel, language)
        for kind in KINDS.values()
        if kind.name in ("appointment_reminder", "appointment_notice")
        for what in kind.whats
        for channel in METHODS
        for language in languages
    ]


def find(kind: str, channel: str, language: str, what: str) -> Sort:
    """The sort that a URL names. Raises Http404."""
    sort = Sort(kind, "" if what == ANY else what, channel, language)
    if language not in LANGUAGES or sort not in every([language]):
        raise Http404
    return sort


def versions(sort: Sort) -> list[Template]:
    """The practice's own versions, the newest first."""
    rows = Template.objects.filter(
        rule__isnull=True,
        kind=sort.kind,
        what=sort.what,
        channel=sort.channel,
        language=sort.language,
    )
    return list(rows.order_by("-version"))


def usual(sort: Sort) -> tuple[str, str]:
    """Carepost's own subject and body."""
    found = defaults.find(sort.kind, sort.channel, sort.language, sort.what)
    return found.subject, found.body
