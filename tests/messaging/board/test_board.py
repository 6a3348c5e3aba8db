"""The outbox at a glance, small enough to count by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carepost.appointments import booking
from carepost.messaging import board, lines, why
from carepost.messaging.carrier import Answer, Outcome
from carepost.messaging.models import Line, Rule
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client
from tests.messaging.outbox.desk import Desk, off_thread, planned_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.messaging.engine import Engine

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
T = TypeVar("T")


async def seen(desk: Desk, read: Callable[..., T], *more: Any, **others: Any) -> T:
    """What the desk's practice sees."""

    def look() -> T:
        with acting_for(desk.practice.id):
            return read(desk.practice.id, *more, **others)

    return await sync_to_async(look)()


async def ten(engine: Engine) -> Desk:
    """One failed, four sent, five planned for a day later."""
    desk = await planned_desk(engine)
    for _ in range(4):
        await off_thread(make_appointment)(desk.practice, at=desk.visit.starts_at)
    for n in range(5):
        at = desk.visit.starts_at + DAY + timedelta(hours=n)
        client = await off_thread(make_client)(desk.practice, f"Bo{n}")
        await off_thread(make_appointment)(desk.practice, client, at=at)
    await engine.plan()
    engine.now = desk.visit.starts_at - DAY
    engine.carrier.answers = [Answer(Outcome.REFUSED, code="30007", words="Filtered.")]
    await engine.deliver()
    return desk


async def test_states_are_counted_within_the_other_filters(engine: Engine) -> None:
    desk = await ten(engine)
    assert await seen(desk, board.counts) == {"planned": 5, "sent": 4, "failed": 1}
    assert await seen(desk, board.counts, most=3) == {"planned": 4, "sent": 4, "failed": 1}
    assert await seen(desk, board.counts, board.Filter(channel="email")) == {}
    soon = board.Filter(due_until=engine.now + timedelta(hours=1), state="planned")
    assert await seen(desk, board.counts, soon) == {"sent": 4, "failed": 1}
    assert await seen(desk, board.counts, board.Filter(words="Bo3")) == {"planned": 1}


async def test_messages_are_listed_by_what_is_asked(engine: Engine) -> None:
    desk = await ten(engine)

    async def listed(**asked: Any) -> list[str]:
        def read(practice_id: Any, wanted: board.Filter) -> list[str]:
            return [m.client.first_name for m in board.messages(practice_id, wanted)]

        return await seen(desk, read, board.Filter(**asked))

    assert await listed(state="planned") == ["Bo4", "Bo3", "Bo2", "Bo1", "Bo0"]
    assert await listed(state=board.TROUBLE) == ["Ann"]
    assert await listed(words="bo1") == ["Bo1"]
    assert len(await listed(kind="appointment_reminder", channel="sms")) == 10
    assert await listed(kind="test_message") == []
    assert await listed(client_id=desk.visit.client_id) == ["Ann"]
    assert not board.Filter().anything
    assert board.Filter(kind="letter").anything


async def test_what_leaves_next_is_counted_by_hour_and_what_is_overdue_now(
    engine: Engine,
) -> None:
    desk = await ten(engine)
    first = desk.visit.starts_at  # when the first of the five is due, and the others hourly
    now = first - timedelta(hours=22)
    found = await seen(desk, board.flow, now)
    assert [tuple(h) for h in found.leaving] == [
        (first, "sms", 1),
        (first + timedelta(hours=1), "sms", 1),
    ]
    late = (await seen(desk, board.flow, first + timedelta(hours=1, minutes=5))).leaving
    assert [h.messages for h in late] == [2, 1, 1, 1]
    assert late[0].hour == first + timedelta(hours=1)


async def test_days_are_local_and_tell_what_came_of_them(engine: Engine) -> None:
    desk = await ten(engine)
    found = await seen(desk, board.days, engine.now + DAY, NEW_YORK, days=3)
    sunday = engine.now.astimezone(NEW_YORK).date()
    assert [tuple(each) for each in found] == [
        (sunday, "failed", 1),
        (sunday, "sent", 4),
        (sunday + DAY, "planned", 5),
    ]


async def test_the_last_hour_is_told_by_its_results(engine: Engine) -> None:
    desk = await ten(engine)
    assert (await seen(desk, board.flow, engine.now)).last_hour == {"failed": 1, "sent": 4}
    assert (await seen(desk, board.flow, engine.now + timedelta(hours=2))).last_hour == {}


async def test_a_rule_has_a_past_and_a_future_of_a_week(engine: Engine) -> None:
    desk = await ten(engine)
    (forecast,) = (await seen(desk, board.forecast, engine.now)).values()
    assert forecast == board.Forecast(left=4, will=5)
    assert await seen(desk, board.forecast, engine.now + timedelta(days=30)) == {}


async def test_what_needs_somebody_comes_with_what_mends_it(engine: Engine) -> None:
    desk = await ten(engine)
    client = await off_thread(make_client)(
        desk.practice, "Cy", phone=None, email=None, assigned_channel="sms"
    )
    visit = await off_thread(make_appointment)(
        desk.practice, client, at=engine.now + timedelta(hours=30), now=engine.now
    )
    late = await off_thread(make_appointment)(
        desk.practice, at=engine.now + timedelta(hours=3), now=engine.now
    )
    await engine.plan()
    await off_thread(_trouble)(desk)

    found = await seen(desk, board.needs, engine.now)

    assert [(need.code, str(need.mend or "")) for need in found.rows] == [
        ("line", "Look at the line"),
        ("failed", "Try again"),
        ("held", "Add a number or address"),
        ("unheard", ""),
    ]
    assert (found.total, found.more) == (4, False)
    assert found.rows[1].sentence == "The message did not arrive. Filtered."
    assert found.rows[2].client_id == visit.client_id
    assert found.rows[3].appointment_id == late.id
    assert found.rows[3].at == late.starts_at
    assert (await seen(desk, board.needs, engine.now, 1)).rows == found.rows[:1]

    with_visits = await seen(desk, board.needs, engine.now, also=[visit.id])
    assert with_visits.rows == found.rows
    assert with_visits.heard == await seen(desk, why.will_hear_of, [visit.id], engine.now)


def _trouble(desk: Desk) -> None:
    with acting_for(desk.practice.id):
        line = lines.lines_of(desk.practice.id).filter(channel="email").get().line
        Line.objects.filter(id=line.id).update(trouble="The password is wrong.")


async def test_a_visit_that_no_rule_speaks_of_needs_somebody(engine: Engine) -> None:
    desk = await planned_desk(engine)
    await off_thread(_other_type)(desk)
    await off_thread(make_appointment)(
        desk.practice, at=engine.now + timedelta(hours=40), now=engine.now, type="Vaccination"
    )
    await engine.plan()
    (need,) = (await seen(desk, board.needs, engine.now)).rows
    assert (need.code, need.mend) == ("unheard", why.Mend("add_rule"))
    assert need.sentence == "Ann will not hear from us. No rule speaks of this visit."


def _other_type(desk: Desk) -> None:
    with acting_for(desk.practice.id):
        Rule.objects.update(types=[desk.visit.type_id])


async def test_a_cancelled_visit_needs_nobody(engine: Engine) -> None:
    desk = await planned_desk(engine)
    visit = await off_thread(make_appointment)(
        desk.practice, at=engine.now + timedelta(hours=4), now=engine.now
    )
    await off_thread(booking.cancel)(desk.practice.id, visit.id, SYSTEM, now=engine.now)
    await engine.plan()
    assert (await seen(desk, board.needs, engine.now)).rows == []


async def test_nobody_elses_messages_are_seen(engine: Engine) -> None:
    await ten(engine)
    other = await planned_desk(engine)
    assert await seen(other, board.counts) == {"planned": 1}
    assert len(await seen(other, lambda p: list(board.messages(p)))) == 1


async def test_each_costs_the_same_however_many(engine: Engine) -> None:
    desk = await planned_desk(engine)
    asked: list[Callable[..., Any]] = [
        board.counts,
        lambda p: list(board.messages(p)[:50]),
        lambda p: board.flow(p, engine.now),
        lambda p: board.days(p, engine.now, NEW_YORK),
        lambda p: board.forecast(p, engine.now),
        lambda p: board.needs(p, engine.now),
    ]

    def statements() -> list[int]:
        found = []
        with acting_for(desk.practice.id):
            for read in asked:
                with CaptureQueriesContext(connection) as queries:
                    read(desk.practice.id)
                found.append(len(queries))
        return found

    few = await off_thread(statements)()
    for _ in range(9):
        await off_thread(make_appointment)(desk.practice)
    await engine.plan()
    assert await off_thread(statements)() == few
    assert few == [1, 1, 1, 1, 1, few[-1]]
    assert few[-1] <= 4
