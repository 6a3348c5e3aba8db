"""A rehearsal on a real PostgreSQL: it changes nothing, and what it says then happens."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from carepost.appointments import booking
from carepost.ground import ids
from carepost.messaging import outbox, rules, templates
from carepost.messaging.rehearsal import (
    ChangedRule,
    NewRule,
    NewSettings,
    NewTemplate,
    Proposal,
    RemovedRule,
    rehearse,
)
from carepost.messaging.rules import Timing
from carepost.people import consent
from carepost.practice import settings
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import Conflict, NotFound, Refused
from tests.builders import NOW, make_appointment, make_client, make_practice
from tests.messaging.engine import Engine
from tests.messaging.outbound.test_engine import make_rule, messages, ready_practice
from tests.messaging.rehearsal.outboxes import rehearsed, waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from carepost.config.database import Database
    from carepost.messaging.models import Rule
    from carepost.practice.models import Practice

REMINDER = "appointment_reminder"
A_DAY, TWO_DAYS = Timing("before", days=1), Timing("before", days=2)


def a_fortnight(practice: Practice) -> None:
    """People of all sorts, with visits by day and by night over a month."""
    for n in range(12):
        client = make_client(
            practice,
            f"Person{n}",
            phone=None if n % 5 == 4 else "",
            timezone="Asia/Kathmandu" if n % 4 == 3 else "",
            language="es" if n % 3 == 2 else "",
            assigned_channel=("sms", "email", "")[n % 3] if n % 5 != 4 else "email",
        )
        for m in range(3):
            at = NOW + timedelta(days=1 + 3 * n % 17 + m * (n % 3), hours=(5 * n + 7 * m) % 24)
            visit = make_appointment(practice, client, at=at, type=("Check-up", "Physio")[n % 2])
            if (n + m) % 6 == 0:
                booking.confirm(practice.id, visit.id, SYSTEM, now=NOW)
        if n in (0, 8):
            address = client_address(practice, client.id)
            consent.withdraw(
                practice.id, client.id, SYSTEM, channel="sms", address=address, how="spoken",
                now=NOW,
            )  # fmt: skip


def client_address(practice: Practice, client_id: UUID) -> str:
    """The number a person is reached by."""
    from carepost.people.models import ContactPoint
    from carepost.practice.tenancy import acting_for

    with acting_for(practice.id):
        points = ContactPoint.objects.filter(client_id=client_id, system="phone")
        return str(points.values_list("value", flat=True)[0])


@pytest.fixture
async def engine(clean_database: Database) -> Any:
    made = await Engine.connect(clean_database, NOW)
    yield made
    await made.db.close()


CHANGES: dict[str, Callable[[Rule], tuple[Proposal, Callable[[Practice], Any]]]] = {
    "a new rule": lambda rule: (
        NewRule(REMINDER, TWO_DAYS, channel="email", types=["Physio"]),
        lambda p: rules.add_rule(
            p.id, SYSTEM, kind=REMINDER, when="before", days=2, channel="email",
            types=["Physio"], now=NOW,
        ),
    ),
    "a rule a little later than the other": lambda rule: (
        NewRule(REMINDER, Timing("before", seconds=23 * 3600 + 1800), body="Soon"),
        lambda p: rules.add_rule(
            p.id, SYSTEM, kind=REMINDER, when="before", seconds=23 * 3600 + 1800, body="Soon",
            now=NOW,
        ),
    ),
    "another time": lambda rule: (
        ChangedRule(rule.id, Timing("before", days=2, at_time=time(2, 30))),
        lambda p: rules.change_rule(
            p.id, rule.id, SYSTEM, now=NOW, timing=Timing("before", days=2, at_time=time(2, 30))
        ),
    ),
    "another method, for some": lambda rule: (
        ChangedRule(rule.id, None, {"channel": "email", "types": ["Check-up"]}),
        lambda p: rules.change_rule(
            p.id, rule.id, SYSTEM, now=NOW, channel="email", types=["Check-up"]
        ),
    ),
    "off": lambda rule: (
        ChangedRule(rule.id, None, {"active": False}),
        lambda p: rules.change_rule(p.id, rule.id, SYSTEM, now=NOW, active=False),
    ),
    "removed": lambda rule: (
        RemovedRule(rule.id),
        lambda p: rules.remove_rule(p.id, rule.id, SYSTEM),
    ),
    "words": lambda rule: (
        NewTemplate(REMINDER, "en", "Hi", channel="sms"),
        lambda p: templates.save(
            p.id, SYSTEM, kind=REMINDER, channel="sms", language="en", body="Hi"
        ),
    ),
    "settings": lambda rule: (
        NewSettings({"quiet_hours": (time(12), time(17)), "timezone": "Asia/Kolkata"}),
        lambda p: settings.change(
            p.id, SYSTEM, quiet_hours=(time(12), time(17)), timezone="Asia/Kolkata"
        ),
    ),
    "messaging off, consent asked for": lambda rule: (
        NewSettings({"messaging_enabled": False, "opt_in_required": True}),
        lambda p: settings.change(p.id, SYSTEM, messaging_enabled=False, opt_in_required=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("planned_before", [True, False], ids=["planned", "not yet planned"])
@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_rehearsed_is_what_is_planned(
    engine: Engine, change: str, planned_before: bool
) -> None:
    practice = await sync_to_async(ready_practice)()
    rule = await sync_to_async(make_rule)(practice)
    await sync_to_async(a_fortnight)(practice)
    if planned_before:
        await engine.plan()
    proposal, make = CHANGES[change](rule)

    expected = await sync_to_async(rehearsed)(practice.id, proposal, NOW)
    made = await sync_to_async(make)(practice)
    await engine.plan()

    new = made.id if isinstance(proposal, NewRule) else None
    assert await sync_to_async(waiting)(practice.id, NOW, new) == expected
    assert expected or change in ("off", "removed")


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_a_rehearsal_changes_nothing(change: str) -> None:
    practice = ready_practice()
    rule = make_rule(practice)
    a_fortnight(practice)
    proposal, _ = CHANGES[change](rule)

    with connection.cursor() as cursor:
        counters = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        cursor.execute(counters)
        before = cursor.fetchone()
        rehearse(practice.id, proposal, NOW)
        cursor.execute(counters)
        assert cursor.fetchone() == before


async def test_a_visit_beyond_reach_counts_where_its_message_was_moved_near(
    engine: Engine,
) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    rule = await sync_to_async(make_rule)(practice)
    client = await sync_to_async(make_client)(practice)
    for days in (5, 60, 61):
        at = NOW + timedelta(days=days)
        await sync_to_async(make_appointment)(practice, client, at=at)
    await engine.plan()
    _, moved, _ = await sync_to_async(messages)(practice)
    soon = NOW + timedelta(days=3)
    await sync_to_async(outbox.move)(practice.id, moved.id, SYSTEM, soon, NOW)
    await engine.plan()

    found = await sync_to_async(rehearse)(practice.id, RemovedRule(rule.id), NOW)
    assert (found.without.going, found.with_.going) == (2, 0)
    assert found.affected[0].at == soon


async def test_a_change_is_told_of_however_far_its_visit(engine: Engine) -> None:
    practice = await sync_to_async(ready_practice)(quiet_hours=None)
    client = await sync_to_async(make_client)(practice)
    for days in (5, 60):
        at = NOW + timedelta(days=days)
        await sync_to_async(make_appointment)(practice, client, at=at)
    notice = await sync_to_async(make_rule)(
        practice, kind="appointment_notice", when="change", days=0, seconds=180, types=[ids.fresh()]
    )
    await engine.plan()

    told = ChangedRule(notice.id, None, {"types": []})
    found = await sync_to_async(rehearsed)(practice.id, told, NOW)
    assert len(found) == 2
    await sync_to_async(rules.change_rule)(practice.id, notice.id, SYSTEM, now=NOW, types=[])
    await engine.plan()
    assert found == await sync_to_async(waiting)(practice.id, NOW)


@pytest.mark.django_db
class TestWhatIsTold:
    def test_a_new_rule_gains_messages_with_their_day_and_reason(self) -> None:
        practice = ready_practice(quiet_hours=None)
        visit = make_appointment(practice, at=NOW + timedelta(days=5))
        make_appointment(practice, at=NOW + timedelta(days=40))

        found = rehearse(practice.id, NewRule(REMINDER, A_DAY), NOW)

        (one,) = found.affected
        assert (one.change, one.why, one.channel) == ("gains", "new_rule", "sms")
        assert (one.visit_ids, one.client_id) == ((visit.id,), visit.client_id)
        assert (one.before, one.rule_id) == (None, None)
        assert one.after
        assert (one.after.at, one.after.code) == (visit.starts_at - timedelta(days=1), "")
        assert [tuple(c) for c in found.counts] == [("gains", REMINDER, "sms", 1)]
        assert [(d.day.day, d.without, d.with_) for d in found.days] == [(6, 0, 1)]
        assert (found.without.going, found.with_.going) == (0, 1)
        assert (found.without.segments, found.with_.segments) == (0, 1)
        assert not found.with_.estimated

    def test_a_message_about_a_visit_far_ahead_is_found_by_the_lead_of_the_change(self) -> None:
        practice = ready_practice()
        make_appointment(practice, at=NOW + timedelta(days=60))
        month = NewRule(REMINDER, Timing("before", days=50))
        assert rehearse(practice.id, month, NOW).count("gains") == 1

    def test_a_rule_at_another_time_moves_what_it_sends(self) -> None:
        practice = ready_practice(quiet_hours=None)
        rule = make_rule(practice)
        visit = make_appointment(practice, at=NOW + timedelta(days=4))

        (one,) = rehearse(practice.id, ChangedRule(rule.id, TWO_DAYS), NOW).affected

        assert (one.change, one.why) == ("moves", "rule_time")
        assert one.before
        assert one.after
        assert one.after.at - one.before.at == -timedelta(days=1)
        assert one.before.at == visit.starts_at - timedelta(days=1)

    def test_a_changed_rule_speaks_of_nothing_past(self) -> None:
        practice = ready_practice(quiet_hours=None)
        rule = make_rule(practice)
        make_appointment(practice, at=NOW + timedelta(days=2))
        changed = ChangedRule(rule.id, Timing("before", days=3))
        (one,) = rehearse(practice.id, changed, NOW).affected
        assert (one.change, one.why) == ("loses", "time_passed")
        assert "passed" in one.sentence

    def test_a_rule_that_ends_loses_what_it_sends_and_makes_way(self) -> None:
        practice = ready_practice(quiet_hours=None)
        make_rule(practice, days=0, seconds=25 * 3600 - 1800)
        later = make_rule(practice)
        make_appointment(practice)

        found = rehearse(practice.id, RemovedRule(later.id), NOW)

        assert [(a.change, a.why) for a in found.affected] == [
            ("gains", "gives_way_no_more"),
            ("loses", "rule_off"),
        ]

    def test_switching_messaging_on_releases_what_the_gates_would_hold(self) -> None:
        practice = ready_practice()
        make_rule(practice)
        make_appointment(practice)
        settings.change(practice.id, SYSTEM, messaging_enabled=False)

        found = rehearse(practice.id, NewSettings({"messaging_enabled": True}), NOW)

        (one,) = found.affected
        assert (one.change, one.why) == ("released", "messaging_off")
        assert found.without.not_going == {"messaging_off": 1}
        assert found.with_.not_going == {}

    def test_whom_consent_would_hold_and_whom_a_stop_holds_already(self) -> None:
        practice = ready_practice()
        make_rule(practice)
        asked, stopped = make_appointment(practice), make_appointment(practice)
        consent.stop(
            practice.id, SYSTEM, channel="sms", how="reply", now=NOW,
            address=client_address(practice, stopped.client_id),
        )  # fmt: skip

        found = rehearse(practice.id, NewSettings({"opt_in_required": True}), NOW)

        (one,) = found.affected
        assert (one.client_id, one.change, one.why) == (asked.client_id, "held", "no_consent")
        assert found.without.not_going == {"stopped": 1}
        assert found.with_.not_going == {"stopped": 1, "no_consent": 1}

    def test_hours_move_what_lies_in_them(self) -> None:
        practice = ready_practice(quiet_hours=None)
        make_rule(practice)
        visit = make_appointment(practice, at=NOW + timedelta(days=4))
        noon = NewSettings({"quiet_hours": (time(9), time(16))})
        (one,) = rehearse(practice.id, noon, NOW).affected
        assert (one.change, one.why) == ("moves", "hours")
        assert one.after
        # 10:00 the day before becomes a quarter to nine.
        assert one.after.at == visit.starts_at - timedelta(days=1, hours=1, minutes=15)

    def test_new_words_change_their_segments(self) -> None:
        practice = ready_practice()
        make_rule(practice)
        make_appointment(practice)
        make_appointment(practice, make_client(practice, language="es"))
        long = NewTemplate(REMINDER, "en", "ж" * 75, channel="sms")

        found = rehearse(practice.id, long, NOW)

        # The Spanish reader had Carepost's own Spanish words; the practice's language comes first.
        assert [a.change for a in found.affected] == ["words", "words"]
        assert (found.without.segments, found.with_.segments) == (2, 4)

    def test_the_same_words_again_change_nothing(self) -> None:
        practice = ready_practice()
        make_rule(practice)
        make_appointment(practice)
        words = {"kind": REMINDER, "language": "en", "body": "Hi {{ client.first_name }}"}
        templates.save(practice.id, SYSTEM, **words)
        assert rehearse(practice.id, NewTemplate(**words), NOW).affected == ()

    def test_the_list_is_paged_in_due_order_and_may_be_of_one_change(self) -> None:
        practice = ready_practice()
        a_fortnight(practice)
        asked = NewRule(REMINDER, A_DAY)
        whole = rehearse(practice.id, asked, NOW)
        assert whole.more is None
        assert len(whole.affected) > 10
        assert [a.at for a in whole.affected] == sorted(a.at for a in whole.affected)

        paged, after = [], None
        while True:
            page = rehearse(practice.id, asked, NOW, first=4, after=after)
            assert page.counts == whole.counts
            paged += page.affected
            after = page.more
            if after is None:
                break
        assert paged == list(whole.affected)
        assert rehearse(practice.id, asked, NOW, only="moves").affected == ()

    def test_progress_goes_to_the_end(self) -> None:
        practice = ready_practice()
        make_appointment(practice)
        told: list[tuple[int, int]] = []
        rehearse(practice.id, NewRule(REMINDER, A_DAY), NOW, lambda *p: told.append(p))
        assert told == [(0, 1), (1, 1)]


@pytest.mark.django_db
def test_what_the_change_would_refuse_is_refused() -> None:
    practice, other = make_practice(), ready_practice()
    theirs = make_rule(other)

    def refused(proposal: Proposal, error: type[Exception] = Refused) -> None:
        with pytest.raises(error):
            rehearse(practice.id, proposal, NOW)

    refused(NewRule("letter", A_DAY))
    refused(NewRule(REMINDER, Timing("before")))
    refused(NewRule(REMINDER, A_DAY, types=["Nothing"]))
    refused(NewRule(REMINDER, A_DAY, subject="S"))
    refused(NewRule(REMINDER, A_DAY, body="{{ nothing }}"), templates.PartRefused)
    refused(ChangedRule(theirs.id, TWO_DAYS), NotFound)
    refused(RemovedRule(theirs.id), NotFound)
    refused(NewTemplate(REMINDER, "English", "Hi"))
    refused(NewTemplate(REMINDER, "en", "Hi", rule_id=theirs.id), NotFound)
    refused(NewSettings({"timezone": "Nowhere"}))
    refused(NewSettings({"name": "Other"}))
    refused(NewSettings({"messaging_enabled": True}), Conflict)  # there is no line
