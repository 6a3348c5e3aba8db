"""What several walks do, as a person does it: by the words on the screen."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from playwright.sync_api import TimeoutError

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.e2e.walks.house import House

PASSWORD = "four words of the sea"
COLUMNS = ("Appointment ID", "Date", "Time", "Minutes", "First name", "Last name", "Mobile phone",
           "Appointment type", "Practitioner")  # fmt: skip


def has_a_finger(page: Page) -> None:
    """Give the browser's machine a reader of fingers, with a finger on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def go_in(page: Page, link: str) -> None:
    """From the link that the command printed to the first page."""
    has_a_finger(page)
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Keep this password and go in").click()
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("link", name="I have kept them; go on").click()
    page.get_by_role("navigation").first.wait_for()
    page.wait_for_load_state("load")  # its scripts have begun


def press_until(page: Page, keys: str, shown: Locator) -> None:
    """Press keys, one after the other, again while the page is not listening yet."""
    for _ in range(6):
        for key in keys.split():
            page.keyboard.press(key)
        with suppress(TimeoutError):
            shown.wait_for(timeout=2_500)
            return
    raise AssertionError(f"{keys} does nothing")


def visits_file(*rows: tuple[str, datetime, str, str, str]) -> dict[str, object]:
    """A file to bring: of each visit its id, local time, first and last name, mobile phone."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for id_, at, first, last, phone in rows:
        writer.writerow(
            [id_, f"{at:%m/%d/%Y}", f"{at:%I:%M:%S %p}", "30", first, last, phone, "Check-up",
             "Dr Lind"]
        )  # fmt: skip
    return {"name": "visits.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}


def in_a_day(house: House, seconds: float = 0) -> datetime:
    """On the practice's clocks, a day and so many seconds from now."""
    at = datetime.now(ZoneInfo(house.zone)) + timedelta(days=1, seconds=seconds)
    return at.replace(microsecond=0, tzinfo=None)


def ask(house: House, token: str, path: str, **body: Any) -> Any:
    """POST to the API, as a practice's other program does (`Any`: JSON)."""
    request = urllib.request.Request(  # noqa: S310 -- the house's own address
        f"{house.url}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.loads(answer.read())


def a_visit(house: House, token: str, first: str, last: str, **of_client: Any) -> str:
    """A client with a visit in five days; gives the client's id."""
    client = ask(house, token, "/clients", first_name=first, last_name=last, **of_client)
    at = in_a_day(house) + timedelta(days=4)
    ask(
        house, token, "/appointments", client_id=client["id"], type="Check-up",
        practitioner=f"Dr {last}", starts_at=at.replace(tzinfo=ZoneInfo(house.zone)).isoformat(),
    )  # fmt: skip
    return str(client["id"])
