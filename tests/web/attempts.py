"""An attempt that a carrier may call back about, and the callback as Twilio would send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings

from carepost.carriers.twilio.signature import signature_of
from carepost.messaging import lines
from carepost.messaging.models import Attempt, Message
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_client, make_practice

if TYPE_CHECKING:
    from uuid import UUID

AUTH_TOKEN = "the token of this line's account"


@dataclass(frozen=True)
class Called:
    """One attempt and where its carrier calls back."""

    practice_id: UUID
    line_id: UUID
    attempt_id: UUID

    @property
    def path(self) -> str:
        return f"/hooks/twilio/{self.line_id}/{self.attempt_id}"


def make_attempt() -> Called:
    practice = make_practice()
    client = make_client(practice)
    with acting_for(practice.id):
        use = lines.add_line(
            practice.id,
            SYSTEM,
            channel="sms",
            carrier="twilio",
            address="+12025550198",
            settings={"account_sid": "AC1", "auth_token": AUTH_TOKEN},
        )
        ours = {"practice_id": practice.id}
        message = Message.objects.create(
            **ours,
            kind="appointment_reminder",
            channel="sms",
            status="planned",
            client=client,
            due_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )
        attempt = Attempt.objects.create(
            **ours,
            message=message,
            number=1,
            line=use,
            address="+12025550101",
            sealed=b"sealed",
            at=NOW,
        )
        return Called(practice.id, use.line_id, attempt.id)


def delivered(**others: str) -> dict[str, str]:
    """The form of a callback, as Twilio's guide on tracking status shows it."""
    form = {
        "SmsSid": "SM2xxxxxx",
        "SmsStatus": "delivered",
        "MessageStatus": "delivered",
        "To": "+12025550101",
        "MessageSid": "SM2xxxxxx",
        "AccountSid": "AC1",
        "From": "+12025550198",
        "ApiVersion": "2010-04-01",
    }
    return form | others


def signed(path: str, form: dict[str, str], token: str = AUTH_TOKEN) -> dict[str, str]:
    """The headers that Twilio sends with a form."""
    url = settings.CAREPOST_BASE_URL + path
    return {"X-Twilio-Signature": signature_of(token, url, form.items())}


def encoded(form: dict[str, str]) -> bytes:
    return urlencode(form).encode()
