"""The switches for trouble of the text carrier, and the API that sets them."""

from __future__ import annotations

import time

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.sandbox.trouble import Chance, Trouble, TroubleError, changed, switched_on


async def test_a_slow_carrier_makes_every_request_wait(desk):
    await desk.trouble(slow_ms=150)
    began = time.monotonic()
    status, _ = await desk.send()
    assert status == 201
    assert time.monotonic() - began >= 0.15


async def test_a_busy_carrier_refuses_with_429_and_says_when_to_come_back(desk):
    await desk.trouble(refuse_429=1, retry_after_s=7)
    status, body, headers = await desk.call(
        "POST", f"/2010-04-01/Accounts/{desk.sandbox.options.account_sid}/Messages.json", data={}
    )
    assert (status, body["code"], headers["Retry-After"]) == (429, 20429, "7")
    assert await desk.accepted() == []


async def test_a_breaking_carrier_has_taken_half_of_what_it_answers_with_500(desk):
    await desk.trouble(error_500=1, seed=3)
    answers = [await desk.send(Body=f"n{n}") for n in range(40)]
    assert {(status, body["code"]) for status, body in answers} == {(500, 20500)}
    assert 8 <= len(await desk.accepted()) <= 32


async def test_a_cut_line_has_taken_the_text_and_answers_nothing(desk):
    await desk.trouble(cut=1)
    for body in ("one", "two"):
        with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
            await desk.send(Body=body)
    assert [each["body"] for each in await desk.accepted()] == ["one", "two"]


async def test_a_fraction_hits_about_that_many(desk):
    await desk.trouble(refuse_429=0.25, seed=11)
    statuses = [(await desk.send())[0] for _ in range(120)]
    assert 15 <= statuses.count(429) <= 45
    assert statuses.count(201) == 120 - statuses.count(429)


async def test_an_opted_out_number_is_refused(desk):
    await desk.trouble(opted_out=["+12025550133"])
    assert (await desk.send(To="+12025550133"))[1]["code"] == 21610
    assert (await desk.send(To="+12025550134"))[0] == 201


async def test_switches_stay_until_they_are_all_put_off(desk):
    await desk.trouble(cut=0.5)
    await desk.trouble(list_lag_s=3)
    _, body, _ = await desk.call("GET", "/sandbox/trouble")
    assert (body["cut"], body["list_lag_s"], body["slow_ms"]) == (0.5, 3.0, 0.0)
    _, body, _ = await desk.call("DELETE", "/sandbox/trouble")
    assert body == Trouble().as_json()


@pytest.mark.parametrize(
    "given_json",
    [
        '{"cutt": 1}',
        '{"cut": 2}',
        '{"cut": "1"}',
        '{"cut": true}',
        '{"slow_ms": -1}',
        '{"unreachable": "+1"}',
        '{"unreachable": [1]}',
        '{"receipts_twice": 1}',
        '{"seed": 1.5}',
        "[1]",
        "nonsense",
    ],
)
async def test_a_wrong_switch_changes_nothing_and_says_so(desk, given_json):
    status, body, _ = await desk.call(
        "POST", "/sandbox/trouble", data=given_json, headers={"Content-Type": "application/json"}
    )
    assert status == 400
    assert body["error"]
    assert desk.sandbox.exchange.trouble == Trouble()


async def test_a_reset_forgets_texts_mails_and_troubles(desk):
    await desk.send()
    await desk.trouble(cut=1)
    status, _, _ = await desk.call("POST", "/sandbox/reset")
    assert status == 200
    assert await desk.accepted() == []
    assert desk.sandbox.exchange.trouble == Trouble()


@given(
    st.dictionaries(
        st.sampled_from(sorted(Trouble().as_json())),
        st.none() | st.booleans() | st.floats() | st.integers() | st.lists(st.text()),
    )
)
def test_any_values_are_taken_or_refused_by_name(given_values):
    try:
        trouble = changed(Trouble(), given_values)
    except TroubleError:
        return
    assert changed(Trouble(), trouble.as_json()) == trouble
    assert set(switched_on(trouble)) <= set(given_values)


@given(st.integers(), st.floats(0, 1))
def test_the_same_seed_has_the_same_luck(seed, fraction):
    one, other = Chance(seed), Chance(seed)
    assert [one.hits(fraction) for _ in range(20)] == [other.hits(fraction) for _ in range(20)]
