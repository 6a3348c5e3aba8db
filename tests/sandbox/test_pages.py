"""The table, the mailbox and the switches as a browser gets them."""

from __future__ import annotations

import asyncio
import re

import pytest

from carepost.sandbox.signature import signature

MAIL = (
    b"From: Elm <desk@elm.example>\r\nTo: ann@example.com\r\nSubject: <b>Tomorrow</b>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<p>Hello</p><script>alert(1)</script>\r\n"
)


async def test_an_empty_table_teaches_how_to_fill_it(desk):
    status, page, _ = await desk.call("GET", "/")
    assert status == 200
    assert "CAREPOST_TWILIO_API_BASE" in page
    assert desk.sandbox.base_url in page
    assert "0123456789abcdef" not in page
    status, page, _ = await desk.call("POST", "/sample")
    assert status == 200
    assert "+12025550101" in page
    assert "Your visit tomorrow at 9:30 AM" in page


@pytest.mark.parametrize("path", ["/", "/mail", "/trouble", "/phones/%2B12025550111"])
async def test_every_page_is_strict_and_self_contained(desk, path):
    await desk.send()
    status, page, headers = await desk.call("GET", path)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert page.count("http://") == page.count(desk.sandbox.base_url)


async def test_what_people_wrote_is_shown_and_never_run(desk):
    await desk.send(Body="<script>alert(1)</script> & 'so' \"on\"")
    for path in ("/", "/phones/%2B12025550111"):
        _, page, _ = await desk.call("GET", path)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
        assert "<script>alert" not in page
    _, page, _ = await desk.call("GET", "/?q=<script>alert(1)")
    assert "<script>alert" not in page


async def test_a_phone_shows_its_texts_with_their_state_in_words(desk):
    await desk.send(To="+12025550003", Body="first")
    await desk.send(To="+12025550003", Body="second")
    await asyncio.sleep(0.1)
    _, page, _ = await desk.call("GET", "/phones/%2B12025550003")
    assert page.index("first") < page.index("second")
    assert page.count("undelivered · 30003") == 2
    status, page, _ = await desk.call("GET", "/phones/%2B1999")
    assert status == 404
    assert "No text came to +1999" in page


async def test_the_table_finds_a_number_and_pages_through_many(desk):
    for n in range(12):
        await desk.send(To=f"+1202555{100 + n:04d}")
    _, page, _ = await desk.call("GET", "/")
    assert "1 to 9 of 12" in page
    _, page, _ = await desk.call("GET", "/?page=2")
    assert "10 to 12 of 12" in page
    _, page, _ = await desk.call("GET", "/?q=0107")
    assert page.count('class="phone"') == 1
    for nonsense in ("/?page=-1", "/?page=9999999999", "/?q=zzz&page=x", "/mail?page=0"):
        assert (await desk.call("GET", nonsense))[0] == 200


async def test_a_mail_is_read_in_a_frame_that_runs_and_fetches_nothing(desk):
    mail = await desk.sandbox.exchange.take_mail("desk@elm.example", ["ann@example.com"], MAIL)
    _, page, _ = await desk.call("GET", f"/mail/{mail.id}")
    assert "&lt;b&gt;Tomorrow&lt;/b&gt;" in page
    assert "alert(1)" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    _, frame, headers = await desk.call("GET", f"/mail/{mail.id}/html")
    assert "<p>Hello</p>" in frame
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    _, source, headers = await desk.call("GET", f"/mail/{mail.id}/source")
    assert source.encode() == MAIL
    assert headers["Content-Disposition"].startswith("attachment")


async def test_the_mailbox_finds_by_address_and_subject(desk):
    for n in range(35):
        content = MAIL.replace(b"Tomorrow", b"Visit %d." % n)
        await desk.sandbox.exchange.take_mail("", [f"client{n}@example.com"], content)
    _, page, _ = await desk.call("GET", "/mail?page=2")
    assert "31 to 35 of 35" in page
    _, page, _ = await desk.call("GET", "/mail?q=CLIENT7@example")
    assert page.count("<li>") == 1


async def test_an_unchanged_page_is_not_sent_twice(desk):
    _, _, headers = await desk.call("GET", "/mail")
    again = {"If-None-Match": headers["ETag"]}
    assert (await desk.call("GET", "/mail", headers=again))[0] == 304
    await desk.sandbox.exchange.take_mail("", ["a@example.com"], MAIL)
    assert (await desk.call("GET", "/mail", headers=again))[0] == 200


async def test_the_form_sets_switches_in_percent_and_lines(desk):
    form = {"cut": "5", "receipts_twice": "on", "unreachable": "+12025550122\r\n\r\n+12025550123"}
    status, page, _ = await desk.call("POST", "/trouble", data=form)
    assert status == 200
    assert "Saved" in page
    trouble = desk.sandbox.exchange.trouble
    assert (trouble.cut, trouble.receipts_twice) == (0.05, True)
    assert trouble.unreachable == {"+12025550122", "+12025550123"}
    status, page, _ = await desk.call("POST", "/trouble", data={"cut": "500"})
    assert status == 400
    assert "Nothing was changed" in page
    assert desk.sandbox.exchange.trouble == trouble
    await desk.call("POST", "/trouble", data={"calm": "1"})
    assert desk.sandbox.exchange.trouble.cut == 0


@pytest.mark.parametrize("path", ["/trouble", "/clear", "/sandbox/reset", "/sandbox/trouble"])
async def test_another_site_cannot_flip_switches(desk, path):
    await desk.send()
    foreign = {"Sec-Fetch-Site": "cross-site"}
    status, _, _ = await desk.call("POST", path, data={"calm": "1"}, headers=foreign)
    assert status == 403
    assert len(await desk.accepted()) == 1


PHONE = "/phones/%2B12025550111"


async def test_an_answer_is_posted_as_twilio_posts_and_signs_it(start, hook):
    desk = await start(answers_url=hook.url)
    await desk.send(From="+12025550199", Body="Reply 1 to confirm.")

    status, page, _ = await desk.call("POST", f"{PHONE}/answers", data={"body": " 1 ä\r\nok "})

    assert status == 200
    assert "Carepost took this answer" in page
    [(url, form, headers)] = hook.tries
    assert form["Body"] == "1 ä\nok"
    assert (form["From"], form["To"]) == ("+12025550111", "+12025550199")
    assert (form["AccountSid"], form["NumMedia"]) == (desk.sandbox.options.account_sid, "0")
    assert form["MessageSid"] == form["SmsSid"]
    assert form["MessageSid"].startswith("SM")
    assert headers["X-Twilio-Signature"] == signature(desk.sandbox.options.auth_token, url, form)


async def test_while_nobody_listens_an_answer_is_kept_and_the_phone_says_so(start, tmp_path):
    desk = await start(state_file=tmp_path / "state")
    await desk.send(Body="Reply 1 to confirm.")

    _, page, _ = await desk.call("POST", f"{PHONE}/answers", data={"body": "<b>1</b>"})

    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert page.index("Reply 1") < page.index("&lt;b&gt;1")
    assert "nobody listens to answers yet" in page
    await desk.sandbox.stop()
    again = await start(state_file=tmp_path / "state")
    _, page, _ = await again.call("GET", PHONE)
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    await again.call("POST", "/clear")
    _, page, _ = await again.call("GET", PHONE)
    assert "&lt;b&gt;" not in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "took this answer"),
        (404, "nobody listens to answers yet"),
        (500, "The address for answers said 500."),
    ],
)
async def test_what_our_side_says_to_an_answer_is_told_in_words(start, hook, status, words):
    desk = await start(answers_url=hook.url)
    hook.status = status
    await desk.send()

    _, page, _ = await desk.call("POST", f"{PHONE}/answers", data={"body": "1"})

    assert words in page


async def test_an_address_where_nothing_answers_is_no_error_of_the_page(start):
    desk = await start(answers_url="http://127.0.0.1:1/answers")
    await desk.send()

    status, page, _ = await desk.call("POST", f"{PHONE}/answers", data={"body": "1"})

    assert status == 200
    assert "Nothing answered at the address" in page


async def test_only_who_was_written_to_answers_and_only_to_who_wrote(desk):
    await desk.send()
    for path, form in (
        ("/phones/%2B1999/answers", {"body": "1"}),
        (f"{PHONE}/answers", {"body": "1", "to": "+12025550177"}),
    ):
        status, _, _ = await desk.call("POST", path, data=form)
        assert status == 404
    for body in ("  ", "x" * 1601):
        status, page, _ = await desk.call("POST", f"{PHONE}/answers", data={"body": body})
        assert status == 400
        assert 'role="alert"' in page
    assert desk.sandbox.exchange.accepted.answers("+12025550111") == ()


async def test_times_come_in_utc_and_say_so_until_the_browser_puts_its_own(desk):
    await desk.send()
    for path in ("/", PHONE):
        _, page, _ = await desk.call("GET", path)
        assert re.search(r'<time datetime="[^"]+\+00:00" data-form="short">\d\d:\d\d</time>', page)
        assert "<span data-zone>UTC</span>" in page
        assert 'src="/static/clock.js"' in page
    _, module, _ = await desk.call("GET", "/static/clock.js")
    assert "timeZone" in module
