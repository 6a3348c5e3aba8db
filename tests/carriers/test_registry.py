"""Which adapter carries what."""

from __future__ import annotations

import pytest

from carepost.carriers import registry
from carepost.carriers.registry import Registry, UnknownCarrier
from carepost.messaging.carrier import Channel


class Closing:
    """An adapter that only notes that it was closed."""

    closed: list[str] = []

    def __init__(self) -> None:
        self.name = type(self).__name__

    async def close(self) -> None:
        self.closed.append(self.name)


class Stuck(Closing):
    async def close(self) -> None:
        await super().close()
        raise OSError("it will not close")


def path(name: str) -> str:
    return f"{__name__}.{name}"


def test_the_settings_name_adapters_that_keep_the_port() -> None:
    assert registry.carrier_for("twilio").channels == {Channel.SMS}
    assert registry.carrier_for("twilio").at_most_once
    assert registry.carrier_for("smtp").channels == {Channel.EMAIL}
    assert not registry.carrier_for("smtp").at_most_once


def test_an_adapter_is_made_once() -> None:
    assert registry.carrier_for("smtp") is registry.carrier_for("smtp")


def test_a_name_that_is_not_set_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(UnknownCarrier, match=r"'fax'.*smtp"):
        Registry({"smtp": "x.y"}).carrier_for("fax")


def test_a_path_that_leads_nowhere_is_an_import_error() -> None:
    with pytest.raises(ImportError):
        Registry({"smtp": "carepost.carriers.nothing.Here"}).carrier_for("smtp")


async def test_all_are_closed_even_when_one_will_not() -> None:
    Closing.closed.clear()
    made = Registry({"one": path("Stuck"), "two": path("Closing"), "three": path("Closing")})
    made.carrier_for("one")
    made.carrier_for("two")
    with pytest.raises(OSError, match="will not close"):
        await made.close_all()
    assert Closing.closed == ["Stuck", "Closing"]
