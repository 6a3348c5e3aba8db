"""The page with the switches for trouble: percentages and lines where the API has fractions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from carepost.sandbox.pages.rendering import page
from carepost.sandbox.trouble import TroubleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepost.sandbox.exchange import Exchange


@dataclass(frozen=True, slots=True)
class _Switch:
    name: str
    label: str
    hint: str
    kind: str  # percent | number | flag | lines
    unit: str = ""


_GROUPS: Final = (
    (
        "The text carrier",
        (
            _Switch("slow_ms", "Slow", "Every request waits this long.", "number", "ms"),
            _Switch("refuse_429", "Too many requests", "Refused with 429.", "percent", "%"),
            _Switch("retry_after_s", "… come back after", "Its Retry-After.", "number", "s"),
            _Switch("error_500", "Breaks down", "500; half of them took it.", "percent", "%"),
            _Switch("cut", "Cuts the line", "Takes it, never answers.", "percent", "%"),
            _Switch("list_lag_s", "List lags", "Hides what is younger.", "number", "s"),
        ),
    ),
    (
        "Receipts",
        (
            _Switch("receipts_late_s", "Late", "Each comes this much later.", "number", "s"),
            _Switch("receipts_twice", "Twice", "Each one comes two times.", "flag"),
            _Switch("receipts_shuffled", "Shuffled", "In any order.", "flag"),
            _Switch("receipts_none", "None", "No receipt comes at all.", "flag"),
        ),
    ),
    (
        "Numbers",
        (
            _Switch("unreachable", "Unreachable", "Undelivered, 30003. One a line.", "lines"),
            _Switch("opted_out", "Opted out", "Refused, 21610. One a line.", "lines"),
        ),
    ),
    (
        "The mail server",
        (
            _Switch("smtp_defer", "Greylists", "Recipients deferred, 451.", "percent", "%"),
            _Switch("smtp_cut", "Cuts the line", "Takes it, never says so.", "percent", "%"),
            _Switch("smtp_reject", "No such mailbox", "Refused, 550. One a line.", "lines"),
        ),
    ),
)
_ALL: Final = tuple(switch for _, switches in _GROUPS for switch in switches)


class Switches:
    """The switches, and the broom."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def form(self, request: web.Request) -> web.Response:
        """Show every switch as it is."""
        return self._form(request)

    async def set(self, request: web.Request) -> web.Response:
        """Set the switches, or all of them off, and show them again."""
        raw = (await request.read()).decode("utf-8", "replace")
        form = dict(parse_qsl(raw, keep_blank_values=True))
        if "calm" in form:
            await self._exchange.calm()
            raise web.HTTPSeeOther("/trouble")
        try:
            await self._exchange.switch(_given(form))
        except TroubleError as error:
            return self._form(request, status=400, problem=str(error))
        raise web.HTTPSeeOther("/trouble?saved=1")

    async def clear(self, request: web.Request) -> web.Response:
        """Clear the table: every text, every mail, every trouble."""
        await self._exchange.reset()
        raise web.HTTPSeeOther("/")

    def _form(self, request: web.Request, status: int = 200, problem: str = "") -> web.Response:
        now = self._exchange.trouble.as_json()
        return page(
            self._exchange,
            request,
            "trouble.html",
            status=status,
            title="Trouble",
            problem=problem,
            saved="saved" in request.query,
            groups=[
                {"title": title, "switches": [_shown(each, now[each.name]) for each in switches]}
                for title, switches in _GROUPS
            ],
        )


def _shown(switch: _Switch, value: Any) -> dict[str, Any]:  # Any: a switch's value
    if switch.kind == "lines":
        shown = "\n".join(value)
    elif switch.kind == "flag":
        shown = "on" if value else ""
    else:
        shown = f"{value * 100 if switch.kind == 'percent' else value:g}"
    return {
        "name": switch.name,
        "label": switch.label,
        "hint": switch.hint,
        "kind": switch.kind,
        "unit": switch.unit,
        "shown": shown,
        "on": bool(value) and switch.name != "retry_after_s",
    }


def _given(form: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for switch in _ALL:
        value = form.get(switch.name, "").strip()
        if switch.kind == "lines":
            given[switch.name] = value.splitlines()
        elif switch.kind == "flag":
            given[switch.name] = value == "on"
        else:
            try:
                number = float(value or 0)
            except ValueError as error:
                raise TroubleError(f"{switch.label} is a number") from error
            given[switch.name] = number / 100 if switch.kind == "percent" else number
    return given
