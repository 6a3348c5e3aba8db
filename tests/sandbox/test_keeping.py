"""What is on disk before it is answered, what comes back after a restart, what is forgotten."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from base64 import b64encode

import orjson
import pytest

from carepost.sandbox.accepted import Accepted
from carepost.sandbox.journal import Journal
from carepost.sandbox.mail import Mail
from carepost.sandbox.text import Text


def make_text(number: int, to: str) -> Text:
    return Text(
        sid=f"SM{number}",
        to=to,
        sender="+1",
        service=None,
        body="x",
        callback=None,
        at=0,
        sent_at=0,
        final_at=0,
    )


async def test_everything_accepted_is_there_after_a_restart(start, tmp_path):
    state = tmp_path / "deep" / "state"
    desk = await start(state_file=state)
    await asyncio.gather(*(desk.send(Body=f"text {n} é😀\n") for n in range(50)))
    await desk.trouble(list_lag_s=2, unreachable=["+12025550122"])
    await desk.sandbox.exchange.take_mail(
        "a@b.example", ["c@d.example"], b"Subject: \xff\r\n\r\n\0"
    )
    before = await desk.accepted()
    await desk.sandbox.stop()
    again = await start(state_file=state)
    after = await again.accepted()
    for row in (*before, *after):
        del row["status"]  # which goes on with the time
    assert after == before
    assert len(after) == 50
    assert again.sandbox.exchange.trouble == desk.sandbox.exchange.trouble
    assert again.sandbox.exchange.accepted.mails[0].content == b"Subject: \xff\r\n\r\n\0"
    assert state.stat().st_mode & 0o077 == 0


async def test_a_line_that_a_crash_cut_short_is_dropped_and_what_follows_is_kept(start, tmp_path):
    state = tmp_path / "state"
    desk = await start(state_file=state)
    await desk.send(Body="whole")
    await desk.sandbox.stop()
    with state.open("ab") as file:
        file.write(b'{"kind":"text","sid":"SMhalf')
    again = await start(state_file=state)
    await again.send(Body="after")
    await again.sandbox.stop()
    third = await start(state_file=state)
    assert [each["body"] for each in await third.accepted()] == ["whole", "after"]


async def test_a_reset_empties_the_file(start, tmp_path):
    state = tmp_path / "state"
    desk = await start(state_file=state)
    await desk.send()
    await desk.call("POST", "/sandbox/reset")
    assert state.stat().st_size == 0
    await desk.send(Body="after")
    await desk.sandbox.stop()
    again = await start(state_file=state)
    assert [each["body"] for each in await again.accepted()] == ["after"]


async def test_those_who_wait_together_share_one_fsync(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    journal = Journal(tmp_path / "state")
    assert list(journal.open()) == []
    journal.start()
    await asyncio.gather(*(journal.write({"n": n}) for n in range(200)))
    await journal.stop()
    lines = (tmp_path / "state").read_bytes().splitlines()
    assert [orjson.loads(line)["n"] for line in lines] == list(range(200))
    assert len(synced) <= 3


async def test_a_full_disk_is_told_to_the_sender_and_nothing_is_accepted(
    start, tmp_path, monkeypatch
):
    state = tmp_path / "state"
    desk = await start(state_file=state)
    await desk.send(Body="before")

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        status, body = await desk.send(Body="lost")
    assert (status, body["code"]) == (500, 20500)
    assert (await desk.send(Body="after"))[0] == 201
    assert [each["body"] for each in await desk.accepted()] == ["before", "after"]
    assert state.read_bytes().count(b"lost") == 0


def test_a_sandbox_killed_with_9_has_everything_that_it_answered(tmp_path):
    state = tmp_path / "state"
    account = "AC" + "0" * 32
    command = [sys.executable, "-m", "carepost.sandbox", "--http-port", "0", "--smtp-port", "0"]
    command += ["--account-sid", account, "--auth-token", "t", "--state-file", str(state)]

    def started() -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        return process, found.group()

    signed_in = {"Authorization": "Basic " + b64encode(f"{account}:t".encode()).decode()}
    process, base = started()
    answered = []
    for n in range(20):
        request = urllib.request.Request(  # noqa: S310  loopback
            f"{base}/2010-04-01/Accounts/{account}/Messages.json",
            data=f"To=%2B1202555{100 + n:04d}&From=%2B12025550199&Body=n{n}".encode(),
            headers=signed_in,
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            answered.append(orjson.loads(answer.read())["sid"])
    process.send_signal(signal.SIGKILL)
    process.wait()
    process, base = started()
    try:
        with urllib.request.urlopen(f"{base}/sandbox/messages") as answer:  # noqa: S310
            kept = [row["sid"] for row in orjson.loads(answer.read())["messages"]]
        assert kept == answered
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_only_the_last_texts_are_kept_in_memory():
    accepted = Accepted(keep=10, keep_mail_bytes=100)
    for n in range(100):
        accepted.add_text(make_text(n, to=f"+{n % 3}"))
        assert len(accepted.texts) <= 11
    kept = accepted.texts
    assert kept[-1].sid == "SM99"
    assert all(accepted.text(text.sid) is text for text in kept)
    assert accepted.text("SM5") is None
    threads = [text for number in accepted.phones() for text in accepted.thread(number)]
    assert sorted(text.seq for text in threads) == [text.seq for text in kept]
    assert next(accepted.phones()) == kept[-1].to


@pytest.mark.parametrize("size", [1, 30, 500])
def test_mails_are_forgotten_by_number_and_by_size(size):
    accepted = Accepted(keep=10, keep_mail_bytes=100)
    for n in range(50):
        accepted.add_mail(
            Mail(id=str(n), sender="", recipients=[], content=b"x" * size, at=float(n))
        )
    assert accepted.mails[-1].id == "49"
    assert len(accepted.mails) <= max(1, min(11, 110 // size))
    assert accepted.mail("0") is None
    assert accepted.mail("49") is accepted.mails[-1]
