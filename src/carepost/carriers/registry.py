"""Which adapter carries what: made once a process from the settings, and closed at its end.

`messaging` never imports `carriers`: `CAREPOST_CARRIERS` maps a carrier's name to the dotted path
of a class (or function) that makes its adapter when called with nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepost.messaging.carrier import Carrier


class UnknownCarrier(LookupError):
    """No adapter of that name is set. The message says which there are."""


class Registry:
    """Adapters by name. `paths` maps names to dotted paths."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._paths = dict(paths)
        self._made: dict[str, Carrier] = {}

    def carrier_for(self, name: str) -> Carrier:
        """The adapter of that name, the same at every call. Raises UnknownCarrier, ImportError."""
        carrier = self._made.get(name)
        if carrier is None:
            path = self._paths.get(name)
            if path is None:
                known = ", ".join(sorted(self._paths)) or "none"
                raise UnknownCarrier(f"There is no carrier {name!r}; the settings name: {known}.")
            carrier = self._made[name] = cast("Carrier", import_string(path)())
        return carrier

    async def close_all(self) -> None:
        """Close every adapter's kept connections; all are closed, then the first failure raises."""
        failures: list[Exception] = []
        for carrier in self._made.values():
            try:
                await carrier.close()
            except Exception as failure:  # one adapter's trouble must not keep the others open
                failures.append(failure)
        if failures:
            raise failures[0]


_registry: Registry | None = None


def carrier_for(name: str) -> Carrier:
    """The adapter that `CAREPOST_CARRIERS` names. Raises UnknownCarrier, ImportError."""
    global _registry
    if _registry is None:
        _registry = Registry(settings.CAREPOST_CARRIERS)
    return _registry.carrier_for(name)


async def close_all() -> None:
    """Close the kept connections of every adapter in use. Called as the process ends."""
    if _registry is not None:
        await _registry.close_all()
