"""A practice's own lines: paused, switched off and on, named, asked whether they work."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings

from carepost.messaging import line_check, lines
from carepost.messaging.carrier import Account, Checkup
from carepost.messaging.models import Line
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from carepost.practice.models import AuditEntry
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_line, make_practice
from tests.messaging.engine import Engine
from tests.messaging.outbox.desk import off_thread, planned_desk

if TYPE_CHECKING:
    from carepost.config.database import Database
    from carepost.practice.models import Practice

HERE = "tests.messaging.test_lines"


class Knows:
    """A carrier that knows us."""

    async def check(self, account: Account) -> Checkup:
        assert account.settings["auth_token"] == "token"
        return Checkup(True)

    async def close(self) -> None:
        """Nothing is kept."""


class Refuses(Knows):
    async def check(self, account: Account) -> Checkup:
        return Checkup(False, "Enter the token again.")


class Sleeps(Knows):
    async def check(self, account: Account) -> Checkup:
        await asyncio.sleep(60)
        return Checkup(True)


def actions(practice: Practice) -> list[str]:
    with acting_for(practice.id):
        rows = AuditEntry.objects.filter(subject_kind="line").order_by("at", "id")
        return [row.action for row in rows]


def own(practice: Practice, line_id: Any) -> Line:
    with acting_for(practice.id):
        return lines.all_lines_of(practice.id).get(id=line_id).line


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("carrier", "well", "words"),
    [("Knows", True, "knows us"), ("Refuses", False, "token again")],
)
def test_a_line_is_asked_whether_it_works(carrier: str, well: bool, words: str) -> None:
    practice = make_practice()
    use = make_line(practice)
    with override_settings(CAREPOST_CARRIERS={"twilio": f"{HERE}.{carrier}"}):
        found = lines.check(practice.id, use.id, SYSTEM, NOW)
    assert found.well is well
    assert words in found.sentence
    assert actions(practice) == ["line.add", "line.check"]


@pytest.mark.django_db
def test_whoever_asks_does_not_wait_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_check, "PATIENCE", 0.05)
    practice = make_practice()
    use = make_line(practice)
    with override_settings(CAREPOST_CARRIERS={"twilio": f"{HERE}.Sleeps"}):
        found = lines.check(practice.id, use.id, SYSTEM, NOW)
    assert not found.well
    assert "did not answer in time" in found.sentence


@pytest.mark.django_db
def test_a_line_that_works_again_has_no_trouble() -> None:
    practice = make_practice()
    use = make_line(practice)
    with acting_for(practice.id):
        Line.objects.update(trouble="The token is wrong.", paused_until=NOW + timedelta(hours=1))
    with override_settings(CAREPOST_CARRIERS={"twilio": f"{HERE}.Knows"}):
        lines.check(practice.id, use.id, SYSTEM, NOW)
    line = own(practice, use.id)
    assert (line.trouble, line.paused_until) == ("", None)


@pytest.mark.django_db
def test_a_line_has_a_name_and_a_switch() -> None:
    practice = make_practice()
    use = make_line(practice)
    assert lines.rename(practice.id, use.id, SYSTEM, "  Reception ").name == "Reception"
    lines.switch_off(practice.id, use.id, SYSTEM)
    assert not lines.lines_of(practice.id).exists()
    with acting_for(practice.id):
        assert [u.line.active for u in lines.all_lines_of(practice.id)] == [False]
    lines.switch_off(practice.id, use.id, SYSTEM)
    lines.switch_on(practice.id, use.id, SYSTEM)
    assert own(practice, use.id).active
    assert actions(practice) == [
        "line.add", "line.rename", "line.switch_off", "line.switch_on",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_pause_has_an_end_within_a_month() -> None:
    practice = make_practice()
    use = make_line(practice)
    for until in (NOW, NOW + timedelta(days=32)):
        with pytest.raises(Refused) as refused:
            lines.pause(practice.id, use.id, SYSTEM, until, NOW)
        assert refused.value.field == "until"
    lines.pause(practice.id, use.id, SYSTEM, NOW + timedelta(hours=2), NOW)
    assert own(practice, use.id).paused_until == NOW + timedelta(hours=2)
    lines.resume(practice.id, use.id, SYSTEM)
    assert own(practice, use.id).paused_until is None


@pytest.mark.django_db
def test_another_practices_line_is_not_there() -> None:
    use = make_line(make_practice())
    other = make_practice()
    with pytest.raises(NotFound):
        lines.switch_off(other.id, use.id, SYSTEM)


async def test_nothing_leaves_by_a_paused_line(clean_database: Database) -> None:
    engine = await Engine.connect(clean_database, NOW)
    desk = await planned_desk(engine)
    message = await off_thread(desk.message)()
    engine.now = message.due_at
    until = engine.now + timedelta(hours=1)
    await off_thread(lines.pause)(desk.practice.id, message.line_id, SYSTEM, until, engine.now)
    assert await engine.deliver() == []
    await off_thread(lines.resume)(desk.practice.id, message.line_id, SYSTEM)
    assert len(await engine.deliver()) == 1
    await engine.db.close()


async def test_what_waited_for_a_line_that_is_off_is_held(clean_database: Database) -> None:
    engine = await Engine.connect(clean_database, NOW)
    desk = await planned_desk(engine)
    message = await off_thread(desk.message)()
    await off_thread(lines.switch_off)(desk.practice.id, message.line_id, SYSTEM)
    await engine.plan()
    held = await off_thread(desk.message)()
    assert (held.status, held.hold) == ("held", "no_line")
    await off_thread(lines.switch_on)(desk.practice.id, message.line_id, SYSTEM)
    await engine.plan()
    assert (await off_thread(desk.message)()).status == "planned"
    await engine.db.close()


def test_the_hosts_line_is_not_changed_by_a_practice(clean_database: Database) -> None:
    practice = make_practice()
    lines.ensure_host_lines([Host()])
    with acting_for(practice.id):
        use = lines.lines_of(practice.id).get()
    for act in (lines.switch_off, lines.resume):
        with pytest.raises(Conflict, match="the host"):
            act(practice.id, use.id, SYSTEM)
    assert lines.rename(practice.id, use.id, SYSTEM, "Mail").name == "Mail"


class Host:
    channel = "email"
    carrier = "smtp"
    address = ""
    settings = {"host": "mail.care.test"}
