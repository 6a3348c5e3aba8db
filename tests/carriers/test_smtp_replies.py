"""What a mail server's replies mean (RFC 5321, RFC 3463)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepost.carriers.smtp.replies import Reply, Step, meaning_of
from carepost.messaging.carrier import Blame, Outcome

REFUSED = Outcome.REFUSED

# As postfix, Exim, Gmail and Exchange Online print them in their public documentation.
SAID = [
    (Step.RECIPIENT, "550 5.1.1 <a@b>: Recipient address rejected: User unknown", Blame.ADDRESS),
    (Step.RECIPIENT, "550-5.1.1 The email account you tried to reach is gone.", Blame.ADDRESS),
    (Step.RECIPIENT, "550 Unrouteable address", Blame.ADDRESS),
    (Step.RECIPIENT, "552 5.2.2 Mailbox full", Blame.ADDRESS),
    (Step.RECIPIENT, "554 5.7.1 <a@b>: Relay access denied", Blame.LINE),
    (Step.RECIPIENT, "550 5.7.64 TenantAttribution; Relay Access Denied", Blame.LINE),
    (Step.RECIPIENT, "550 5.7.1 Recipient not authorized, IP is on a block list", Blame.ADDRESS),
    (Step.RECIPIENT, "530 5.7.0 Authentication Required", Blame.LINE),
    (Step.SENDER, "530 5.7.1 Client was not authenticated", Blame.LINE),
    (Step.SENDER, "553 5.7.1 <x@y>: Sender address rejected: not owned by user desk", Blame.LINE),
    (Step.SENDER, "552 5.3.4 Message size exceeds fixed limit", Blame.MESSAGE),
    (Step.SENDER, "552 Message size exceeds maximum permitted", Blame.MESSAGE),
    (Step.RECIPIENT, "550 5.1.8 <x@y>: Sender address rejected: Domain not found", Blame.LINE),
    (Step.LOG_IN, "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", Blame.LINE),
    (Step.LOG_IN, "534-5.7.9 Application-specific password required.", Blame.LINE),
    (Step.GREETING, "554 5.7.1 No SMTP service here", Blame.LINE),
    (Step.END, "554 5.7.1 Message rejected as spam", Blame.MESSAGE),
    (Step.END, "552 5.2.3 Message exceeds local size limit", Blame.MESSAGE),
    (Step.END, "550 5.1.1 User unknown", Blame.ADDRESS),
    (Step.END, "552 5.2.2 Over quota", Blame.ADDRESS),
    (Step.END, "550 5.7.8 credentials expired", Blame.LINE),
    (Step.DATA, "554 5.5.1 Error: no valid recipients", Blame.MESSAGE),
]  # fmt: skip


def reply(line: str) -> Reply:
    return Reply(int(line[:3]), (line[4:],))


@pytest.mark.parametrize(("step", "line", "blame"), SAID)
def test_a_refusal_reaches_whoever_can_mend_it(step: Step, line: str, blame: Blame) -> None:
    assert meaning_of(reply(line), step) == (REFUSED, blame)


@given(st.integers(400, 499), st.sampled_from(Step), st.text(max_size=30))
def test_class_4_is_asked_again_wherever_it_is_said(code: int, step: Step, text: str) -> None:
    assert meaning_of(Reply(code, (text,)), step) == (Outcome.LATER, None)


@given(st.integers(500, 599), st.sampled_from(Step), st.text(max_size=30))
def test_class_5_is_a_refusal_and_names_somebody(code: int, step: Step, text: str) -> None:
    outcome, blame = meaning_of(Reply(code, (text,)), step)
    assert outcome is REFUSED
    assert blame in (Blame.LINE, Blame.ADDRESS, Blame.MESSAGE)


@given(st.integers(200, 399), st.sampled_from(Step))
def test_nonsense_is_in_doubt_only_after_the_end_of_the_mail(code: int, step: Step) -> None:
    wanted = Outcome.UNCERTAIN if step is Step.END else Outcome.LATER
    assert meaning_of(Reply(code, ()), step) == (wanted, None)


def test_an_enhanced_code_of_another_class_than_the_reply_is_not_believed() -> None:
    assert reply("550 2.1.5 fine").enhanced == ""
    assert reply("550 5.1.1 gone").enhanced == "5.1.1"
    assert reply("550 5.1.1x gone").enhanced == ""
    assert Reply(550, ()).enhanced == ""


@pytest.mark.parametrize(
    ("line", "queue_id"),
    [
        ("250 2.0.0 Ok: queued as 4XyZ1k2Q3Rz", "4XyZ1k2Q3Rz"),
        ("250 2.0.0 Ok, Queued as 7C1A0", "7C1A0"),
        ("250 OK id=1rKxYz-0001AB-2C", ""),
    ],
)
def test_the_servers_own_name_for_the_mail_is_read(line: str, queue_id: str) -> None:
    assert reply(line).queue_id == queue_id
