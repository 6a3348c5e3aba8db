"""The components, written once: icon, chips, time, person, empty state, progress, previews."""

from __future__ import annotations

import re
import zlib
from datetime import date, datetime
from datetime import time as clock_time
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms, template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carepost.messaging.reasons import sentence
from carepost.web import words

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@cache
def _mark() -> str:
    """A mark of the content of all our static files: a new version asks for all of them anew."""
    found = finders.find("web/start.js")
    mark = 0
    for path in sorted(Path(str(found)).parent.parent.rglob("*")):
        if path.suffix in {".js", ".css", ".svg"}:
            mark = zlib.crc32(path.read_bytes(), mark)
    return f"{mark:08x}"


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The URL of a static file, with a mark of its content: it may be kept for long."""
    return f"{static(path)}?v={_mark()}"


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> SafeString:
    """One icon of web/icons.txt; with a `label` where no word stands beside it."""
    source = f"{asset('vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            source,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', source)


def _chip(look: words.Look) -> SafeString:
    return _chip_of(look.tone, look.icon, _(look.word))


@lru_cache(maxsize=1024)
def _chip_of(tone: str, icon_name: str, word: str) -> SafeString:
    return format_html('<span class="chip chip-{}">{}{}</span>', tone, icon(icon_name), word)


@register.simple_tag
def status_chip(status: str) -> SafeString:
    """The state of a message: word, icon and colour."""
    return _chip(words.STATUSES[str(status)])


@register.simple_tag
def visit_chip(status: str) -> SafeString:
    """The answer to a visit, or what became of it."""
    return _chip(words.VISITS[str(status)])


@register.simple_tag
def look(looks: dict[str, words.Look], code: str) -> SafeString:
    """A chip of a page's own codes."""
    return _chip(looks[code])


@register.simple_tag
def look_of(look: words.Look) -> SafeString:
    """A chip."""
    return _chip(look)


@register.simple_tag
def channel(name: str) -> SafeString:
    """A messaging method: icon and word."""
    look = words.CHANNELS[str(name)]
    return format_html('<span class="channel">{}{}</span>', icon(look.icon), _(look.word))


@register.simple_tag
def channel_word(name: str) -> str:
    """A messaging method's word alone."""
    return _(words.CHANNELS[str(name)].word)


@register.filter
def field_word(name: str) -> str:
    """What a merge field stands for."""
    return _(words.FIELDS.get(str(name), str(name)))


@register.filter
def reason_word(code: str) -> str:
    """Why a message waits or did not leave, as a sentence."""
    return _(sentence(str(code)))


@register.filter
def zone_name(zone: str) -> str:
    """A time zone's name as people read it: America/New York."""
    return str(zone).replace("_", " ")


@register.filter
def excerpt(body: str) -> str:
    """How a template begins, its merge fields in words and its conditions left out."""
    plain = _CONDITION.sub("", _OTHERWISE.sub("", str(body)))
    plain = _FIELD.sub(lambda found: f"[{field_word(found[1])}]", plain)
    return Truncator(" ".join(plain.split())).chars(140)


_OTHERWISE = re.compile(r"\{%-?\s*else\b.*?endif\s*-?%\}", re.DOTALL)
_CONDITION = re.compile(r"\{%.*?%\}")
_FIELD = re.compile(r"\{\{\s*([\w.]+).*?\}\}")


@register.filter
def how_word(how: str) -> str:
    """How a consent was given."""
    return _(words.HOWS.get(str(how), "told"))


@register.filter
def kind_word(name: str) -> str:
    """What a kind of message is called."""
    return _(words.KINDS.get(str(name), "Message"))


@register.filter
def role_word(name: str) -> str:
    """What a role is called."""
    return _(words.ROLES[str(name)])


def _local(context: Context, value: datetime, zone: str) -> tuple[datetime, datetime]:
    """The time on the clocks of `zone`, else the practice's, and this moment there."""
    visitor = context["visitor"]
    there = ZoneInfo(zone) if zone else visitor.zone
    return value.astimezone(there), visitor.now.astimezone(there)


def _time(value: datetime, shown: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


def _day(then: date, today: date) -> str:
    away = (then - today).days
    if away == 0:
        return _("Today")
    if away == 1:
        return _("Tomorrow")
    if away == -1:
        return _("Yesterday")
    return formats.date_format(then, "D j M" if then.year == today.year else "D j M Y")


def _clock(then: datetime) -> str:
    return _clock_at(then.hour, then.minute, get_language() or "")


@lru_cache(maxsize=8192)
def _clock_at(hour: int, minute: int, language: str) -> str:
    """A time of day as a reader of this language has it, which is the language now."""
    # Django's English "P" would write noon and "3 p.m."; columns of times want one shape.
    usual = formats.get_format("TIME_FORMAT")
    return formats.time_format(clock_time(hour, minute), "g:i A" if usual == "P" else usual)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None, zone: str = "") -> str:
    """Day and time on the practice's clocks, or those of `zone`, which is then named."""
    if value is None:
        return ""
    then, now = _local(context, value, zone)
    shown = f"{_day(then.date(), now.date())} {_clock(then)}"
    if zone and zone != str(context["visitor"].zone):
        shown = f"{shown} {words.zone_word(then)}"
    return _time(then, shown)


@register.simple_tag(takes_context=True)
def clock(context: Context, value: datetime | None, zone: str = "") -> str:
    """The time of day alone."""
    if value is None:
        return ""
    then, _now = _local(context, value, zone)
    return _time(then, _clock(then))


@register.simple_tag(takes_context=True)
def day(context: Context, value: datetime | date | None, zone: str = "") -> str:
    """The day alone, near ones by name."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        then, now = _local(context, value, zone)
        return _time(then, _day(then.date(), now.date()))
    shown = _day(value, context["visitor"].today)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.simple_tag
def person(client: Any) -> SafeString:
    """A client's name, linked to their page. `Any`: whatever has an id and names."""
    href = _client_page().replace(str(_ANYBODY), str(client.id))
    return format_html('<a class="person" href="{}">{}</a>', href, full_name(client))


_ANYBODY = UUID(int=0)


@cache
def _client_page() -> str:
    """The page of a client, looked up once: lists name fifty."""
    return reverse("clients:client", args=[_ANYBODY])


@register.filter
def full_name(someone: Any) -> str:
    """First and last name."""
    return f"{someone.first_name} {someone.last_name}".strip()


@register.filter
def number(value: str) -> SafeString:
    """A phone number as people write it, left to right in any script; other addresses as is."""
    return format_html('<bdi dir="ltr">{}</bdi>', words.address(str(value)))


@register.inclusion_tag("web/components/empty_state.html")
def empty_state(
    icon: str, title: str, text: str = "", href: str = "", action: str = ""
) -> dict[str, str]:
    """What is here when nothing is: one sentence, one way on."""
    return {"icon_name": icon, "title": title, "text": text, "href": href, "action": action}


@register.inclusion_tag("web/components/progress.html")
def progress(done: int, total: int) -> dict[str, int]:
    """A bar with its counts."""
    return {"done": done, "total": total}


@register.inclusion_tag("web/components/field.html")
def field(bound: forms.BoundField) -> dict[str, Any]:
    """A form's field with label, help and errors tied to it."""
    checkbox = isinstance(bound.field.widget, forms.CheckboxInput)
    return {
        "field": bound,
        "kind": "checkbox" if checkbox else "",
        "optional": "" if _is_settled(bound) else _("(optional)"),
    }


@register.simple_tag
def options(groups: list[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The options of a select, as Django's widgets give them (`Any`: its context of each)."""
    parts = []
    for group, those, _index in groups:
        parts.append(f'<optgroup label="{escape(str(group))}">' if group else "")
        parts += [
            f'<option value="{escape(str(each["value"]))}"'
            f"{' selected' if each['selected'] else ''}>{escape(str(each['label']))}</option>"
            for each in those
        ]
        parts.append("</optgroup>" if group else "")
    return mark_safe("".join(parts))  # noqa: S308 -- every value in it is escaped


def _is_settled(bound: forms.BoundField) -> bool:
    """Whether something stands in the field in any case: then nothing need be said of it."""
    settled = isinstance(bound.field.widget, forms.Select) or bound.field.initial is not None
    return bound.field.required or settled


@register.inclusion_tag("web/components/phone_preview.html")
def phone_preview(text: str, name: str = "") -> dict[str, str]:
    """A text as a phone shows it."""
    return {"text": text, "name": name}


@register.inclusion_tag("web/components/mailbox_preview.html")
def mailbox_preview(subject: str, text: str, name: str = "") -> dict[str, str]:
    """An email as a mail program shows it."""
    return {"subject": subject, "text": text, "name": name}


@register.inclusion_tag("web/components/paging.html")
def paging(page: Any) -> dict[str, Any]:
    """Where in a list one is, and the way on (`web.lists.Page`)."""
    return {"page": page}


@register.simple_tag
def drawer() -> SafeString:
    """Attributes of a link that opens beside the list; without JavaScript it is a plain link."""
    return mark_safe('hx-boost="false" data-drawer')
