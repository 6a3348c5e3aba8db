"""The calendar in a real browser: booked, dragged, lengthened, refused, cancelled, told or not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import expect

from carepost.appointments.models import Appointment
from carepost.ground import clock
from carepost.messaging import rules
from carepost.messaging.models import Message
from carepost.practice.audit import SYSTEM
from carepost.practice.tenancy import acting_for
from tests.builders import make_appointment, make_client, make_line, make_practice
from tests.e2e.planner import plan
from tests.web.desk import browser_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from carepost.config.database import Database
    from carepost.people.models import Client
    from carepost.practice.models import Practice

ZONE = ZoneInfo("America/New_York")
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def practice(address: str) -> Practice:
    made = make_practice(messaging_enabled=True, quiet_hours=None)
    make_line(made)
    rules.add_rule(
        made.id, SYSTEM, kind="appointment_notice", when="change",
        now=clock.now() - timedelta(days=1),
    )  # fmt: skip
    return made


@pytest.fixture
def desk(page: Page, address: str, practice: Practice) -> Page:
    """A page of somebody of the practice who is signed in."""
    name = settings.SESSION_COOKIE_NAME
    key = browser_of(practice).cookies[name].value
    page.context.add_cookies([{"name": name, "value": key, "url": address}])
    page.set_viewport_size(WIDE)
    page.set_default_timeout(10_000)
    return page


def at(hour: int, minute: int = 0, *, days: int = 2) -> datetime:
    """A time on the practice's clocks, the day after tomorrow."""
    day = clock.now().astimezone(ZONE).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def visit_of(practice: Practice, client: Client, hour: int, **others: object) -> Appointment:
    others.setdefault("practitioner", "Dr Ito")
    return make_appointment(practice, client, at=at(hour), now=clock.now(), **others)


def now_is(practice: Practice, visit: Appointment) -> Appointment:
    with acting_for(practice.id):
        return Appointment.objects.get(id=visit.id)


def open_day(page: Page, address: str) -> None:
    day = at(12).astimezone(ZONE).date().isoformat()
    page.goto(f"{address}/calendar/?view=day&day={day}")
    page.locator(".ec-body").wait_for()


def on_grid(page: Page, name: str) -> Locator:
    return page.locator(".ec-event:not(.ec-ghost)").filter(has_text=name)


def drag(page: Page, what: Locator, *, down: float = 0, right: float = 0, by: str = "") -> None:
    """Take hold of something by its middle, or of `by` within, and let go further on."""
    box = (what.locator(by) if by else what).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2, steps=6)
    page.mouse.move(x + right, y + down, steps=6)
    page.mouse.up()


def hour_height(page: Page) -> float:
    box = page.locator(".ec-slot").first.bounding_box()
    assert box
    return 96.0


def test_a_visit_is_dragged_to_another_hour_and_undone(
    desk: Page, address: str, practice: Practice, complaints: list[str]
) -> None:
    ann = make_client(practice, "Ann", "Lee")
    visit = visit_of(practice, ann, 10)
    open_day(desk, address)

    drag(desk, on_grid(desk, "Ann Lee"), down=hour_height(desk))

    expect(desk.locator("#strip")).to_contain_text("Ann Lee: visit moved.")
    expect(desk.locator("#strip")).to_contain_text("will be told in")
    assert now_is(practice, visit).starts_at == at(11)
    desk.locator("#strip").get_by_role("button", name="Undo").click()
    expect(on_grid(desk, "Ann Lee")).to_contain_text("10:00")
    assert now_is(practice, visit).starts_at == at(10)
    assert complaints == []


def test_a_visit_is_dragged_to_another_practitioner(
    desk: Page, address: str, practice: Practice
) -> None:
    ann = make_client(practice, "Ann", "Lee")
    visit = visit_of(practice, ann, 10)
    other = visit_of(practice, make_client(practice, "Bo"), 15, practitioner="Dr Ode")
    open_day(desk, address)
    width = desk.locator(".ec-body .ec-day").first.bounding_box()
    assert width

    drag(desk, on_grid(desk, "Ann Lee"), right=width["width"])

    expect(desk.locator("#strip")).to_contain_text("now with Dr Ode")
    moved = now_is(practice, visit)
    assert (moved.practitioner_id, moved.starts_at) == (other.practitioner_id, at(10))


def test_an_edge_is_dragged_to_lengthen(desk: Page, address: str, practice: Practice) -> None:
    visit = visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    open_day(desk, address)
    on_grid(desk, "Ann Lee").hover()

    drag(desk, on_grid(desk, "Ann Lee"), by=".ec-resizer", down=hour_height(desk) / 2)

    expect(desk.locator("#strip")).to_contain_text("now 60 minutes")
    assert now_is(practice, visit).ends_at - visit.starts_at == timedelta(hours=1)


def test_where_there_is_no_room_the_visit_snaps_back_and_it_is_said_why(
    desk: Page, address: str, practice: Practice
) -> None:
    visit = visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    visit_of(practice, make_client(practice, "Bo", "Neu"), 11)
    open_day(desk, address)

    drag(desk, on_grid(desk, "Ann Lee"), down=hour_height(desk))

    expect(desk.locator("#toasts")).to_contain_text("another visit at that time")
    expect(on_grid(desk, "Ann Lee")).to_contain_text("10:00")
    assert now_is(practice, visit).starts_at == at(10)


def test_a_click_opens_the_drawer_and_the_visit_is_cancelled_and_that_undone(
    desk: Page, address: str, practice: Practice, complaints: list[str]
) -> None:
    visit = visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    open_day(desk, address)
    drawer = desk.locator("#drawer")

    on_grid(desk, "Ann Lee").click()
    drawer.get_by_role("button", name="Cancel visit").click()

    expect(drawer).to_contain_text("Visit cancelled.")
    expect(on_grid(desk, "Ann Lee")).to_have_count(0)
    assert now_is(practice, visit).status == "cancelled"
    drawer.get_by_role("button", name="Undo").click()
    expect(on_grid(desk, "Ann Lee")).to_have_count(1)
    assert now_is(practice, visit).status == "booked"
    assert complaints == []


def test_an_empty_hour_is_clicked_and_a_visit_booked_there_for_somebody_found(
    desk: Page, address: str, practice: Practice, complaints: list[str]
) -> None:
    visit_of(practice, make_client(practice, "Bo", "Neu"), 15)
    make_client(practice, "Ann", "Lee")
    open_day(desk, address)
    drawer = desk.locator("#drawer")
    box = on_grid(desk, "Bo Neu").bounding_box()
    assert box

    desk.mouse.click(box["x"] + 60, box["y"] - 4 * hour_height(desk) + 4)  # 11:00
    expect(drawer.get_by_label("Time")).to_have_value("11:00")
    drawer.get_by_role("combobox", name="Client").press_sequentially("ann l")
    drawer.get_by_role("option", name="Ann Lee").wait_for()
    desk.keyboard.press("Enter")
    drawer.get_by_role("button", name="Book", exact=True).click()

    expect(drawer).to_contain_text("Visit booked.")
    expect(drawer).to_contain_text("Ann Lee will be told in")
    expect(on_grid(desk, "Ann Lee")).to_contain_text("11:00")
    assert complaints == []


def test_the_strip_tells_now_or_not_at_all(
    desk: Page, address: str, practice: Practice, clean_database: Database
) -> None:
    visit = visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    plan(clean_database, clock.now())
    desk.goto(f"{address}/calendar/{visit.id}")
    told = desk.locator(".telling")

    expect(told).to_contain_text(re.compile(r"will be told in [123]:\d\d"))
    told.get_by_role("button", name="Don't tell").click()
    expect(told).to_contain_text("Ann Lee will not be told.")
    told.get_by_role("button", name="Tell after all").click()
    expect(told).to_contain_text("will be told in")
    plan(clean_database, clock.now())
    told.get_by_role("button", name="Tell now").click()

    expect(told).to_contain_text("is being told")
    with acting_for(practice.id):
        assert Message.objects.exclude(status="dropped").get().due_at <= clock.now()


def test_by_keyboard_alone_one_goes_about_the_days_opens_a_visit_and_books_another(
    desk: Page, address: str, practice: Practice
) -> None:
    visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    make_client(practice, "Cy", "Day")
    open_day(desk, address)
    day = at(12).astimezone(ZONE).date()

    desk.keyboard.press("ArrowRight")
    desk.wait_for_url(re.compile((day + timedelta(days=1)).isoformat()))
    desk.keyboard.press("ArrowLeft")
    desk.wait_for_url(re.compile(day.isoformat()))
    on_grid(desk, "Ann Lee").wait_for()
    desk.locator("#calendar-day").focus()
    for _ in range(20):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.className") == "visit-link":
            break
    desk.keyboard.press("Enter")
    expect(desk.locator("#drawer")).to_contain_text("Ann Lee")
    desk.keyboard.press("Escape")
    expect(desk.locator("#drawer")).not_to_contain_text("Ann Lee")

    desk.keyboard.press("n")
    expect(desk.get_by_role("combobox", name="Client")).to_be_focused()
    desk.keyboard.type("cy da")
    desk.get_by_role("option", name="Cy Day").wait_for()
    desk.keyboard.press("Enter")
    desk.get_by_label("Time").fill("14:00")
    desk.keyboard.press("Enter")
    expect(desk.locator("#drawer")).to_contain_text("Visit booked.")
    desk.keyboard.press("Escape")
    desk.keyboard.press("t")
    desk.wait_for_url(re.compile(clock.now().astimezone(ZONE).date().isoformat()))


def test_on_a_phone_and_without_a_script_there_is_the_list(
    desk: Page, address: str, practice: Practice
) -> None:
    visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    desk.set_viewport_size({"width": 390, "height": 800})
    desk.goto(f"{address}/calendar/?view=day&day={at(12).astimezone(ZONE).date()}")

    expect(desk.locator("#agenda").get_by_role("link", name="Ann Lee")).to_be_visible()
    expect(desk.locator(".diary-grid")).to_be_hidden()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser_context_args(timezone_id="Asia/Tokyo")
def test_a_reader_elsewhere_sees_the_practices_times_and_is_told_so(
    desk: Page, address: str, practice: Practice
) -> None:
    visit = visit_of(practice, make_client(practice, "Ann", "Lee"), 10)
    open_day(desk, address)

    expect(on_grid(desk, "Ann Lee")).to_contain_text("10:00")
    expect(desk.locator("[data-zone-note]")).to_be_visible()
    drag(desk, on_grid(desk, "Ann Lee"), down=hour_height(desk))
    expect(desk.locator("#strip")).to_contain_text("visit moved")
    assert now_is(practice, visit).starts_at == at(11)
