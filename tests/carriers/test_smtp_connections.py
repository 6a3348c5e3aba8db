"""How connections to a mail server are kept: how many, how long, and what a closed one means."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from carepost.carriers.smtp.carrier import Smtp
from carepost.messaging.carrier import Channel, Letter, Outcome
from tests.carriers.contract import NOW
from tests.carriers.smtp_far_end import CUT, SILENCE, Say, server_that


def mail(seconds: float = 5) -> Letter:
    return Letter(
        attempt_id=uuid4(),
        channel=Channel.EMAIL,
        to="ann@family.example",
        text="Hello",
        deadline=NOW + timedelta(seconds=seconds),
        message_id=f"<{uuid4()}@sunnyside.example>",
    )


async def test_never_more_connections_than_allowed() -> None:
    carrier = Smtp()
    async with server_that(settings={"connections": "3"}) as end:
        answers = await asyncio.gather(
            *(carrier.hand_over(end.account, mail(), NOW) for _ in range(40))
        )
        await carrier.close()
    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    assert end.taken == 40
    assert end.connections == 3


async def test_sixteen_connections_unless_the_settings_say_otherwise() -> None:
    """Those that waited in vain for half their time sent nothing: no mail begins at the last
    moment only to end in doubt."""
    carrier = Smtp()
    async with server_that({"end": SILENCE}) as end:
        answers = await asyncio.gather(
            *(carrier.hand_over(end.account, mail(1), NOW) for _ in range(30))
        )
        await carrier.close()
    outcomes = [answer.outcome for answer in answers]
    assert outcomes.count(Outcome.UNCERTAIN) == 16
    assert outcomes.count(Outcome.NOT_SENT) == 14
    assert (end.connections, end.taken) == (16, 16)


async def test_a_connection_is_worn_out_after_so_many_mails() -> None:
    carrier = Smtp()
    async with server_that(settings={"mails_per_connection": "2"}) as end:
        for _ in range(5):
            answer = await carrier.hand_over(end.account, mail(), NOW)
            assert answer.outcome is Outcome.ACCEPTED
        assert end.connections == 3
        assert end.heard.count("QUIT") == 2
        await carrier.close()


async def test_an_idle_connection_is_closed_with_a_goodbye() -> None:
    carrier = Smtp(idle=0.05)
    async with server_that() as end:
        await carrier.hand_over(end.account, mail(), NOW)
        async with asyncio.timeout(2):
            while "QUIT" not in end.heard:
                await asyncio.sleep(0.01)
        await carrier.hand_over(end.account, mail(), NOW)
        await carrier.close()
    assert end.connections == 2


async def test_a_server_that_closed_an_idle_connection_costs_no_mail() -> None:
    """It says 421 unasked, as servers do, or just hangs up: the next mail goes on a new one."""
    for last_words in (b"", b"421 4.4.2 far.example Error: timeout exceeded\r\n"):
        carrier = Smtp()
        says: dict[str, Say] = {"end": b"250 2.0.0 Ok: queued as 1\r\n" + last_words}
        async with server_that(says) as end:
            for _ in range(3):
                answer = await carrier.hand_over(end.account, mail(), NOW)
                assert answer.outcome is Outcome.ACCEPTED
            await carrier.close()
        assert end.taken == 3


async def test_a_kept_connection_that_is_cut_before_the_mail_is_replaced_at_once() -> None:
    for trouble in (CUT, b"421 4.3.2 restarting\r\n"):
        carrier = Smtp()
        says: dict[str, Say] = {
            "MAIL": lambda n, trouble=trouble: trouble if n == 1 else b"250 Ok\r\n"  # type: ignore[misc]
        }
        async with server_that(says) as end:
            first = await carrier.hand_over(end.account, mail(), NOW)
            second = await carrier.hand_over(end.account, mail(), NOW)
            await carrier.close()
        assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
        assert end.taken == 2
        assert end.connections == 2


async def test_a_server_that_always_cuts_is_not_tried_for_ever() -> None:
    carrier = Smtp()
    says: dict[str, Say] = {"MAIL": lambda n: CUT if n else b"250 Ok\r\n"}
    async with server_that(says) as end:
        await carrier.hand_over(end.account, mail(), NOW)
        answer = await carrier.hand_over(end.account, mail(), NOW)
        await carrier.close()
    assert answer.outcome is Outcome.LATER
    assert end.connections == 2
    assert end.taken == 1


async def test_a_server_that_answers_nothing_at_all_was_sent_nothing() -> None:
    carrier = Smtp()
    async with server_that({"greeting": SILENCE}) as end:
        answer = await carrier.hand_over(end.account, mail(0.3), NOW)
        await carrier.close()
    assert answer.outcome is Outcome.NOT_SENT


async def test_lines_with_equal_settings_share_connections_and_others_do_not() -> None:
    carrier = Smtp()
    async with server_that() as one, server_that() as other:
        for end in (one, other, one):
            await carrier.hand_over(end.account, mail(), NOW)
        await carrier.close()
    assert (one.connections, other.connections) == (1, 1)


async def test_giving_up_while_waiting_for_a_turn_blocks_nobody() -> None:
    carrier = Smtp()
    slow: dict[str, Say] = {"end": lambda n: SILENCE if n == 0 else b"250 2.0.0 Ok\r\n"}
    async with server_that(slow, settings={"connections": "1"}) as end:
        first = asyncio.create_task(carrier.hand_over(end.account, mail(0.4), NOW))
        while not end.taken:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(carrier.hand_over(end.account, mail(), NOW))
        third = asyncio.create_task(carrier.hand_over(end.account, mail(), NOW))
        await asyncio.sleep(0.05)
        second.cancel()
        assert (await third).outcome is Outcome.ACCEPTED
        assert (await first).outcome is Outcome.UNCERTAIN
        await carrier.close()
