"""What a person or a program is told when there is no page, or a page breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client
from django.urls import path

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

pytestmark = pytest.mark.urls("tests.web.test_errors")


def breaks(request: HttpRequest) -> HttpResponse:
    raise LookupError("Ann Field, +12025550101")


def forbids(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspects(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


urlpatterns = [
    path("breaks", breaks),
    path("api/breaks", breaks),
    path("forbids", forbids),
    path("suspects", suspects),
]
handler400 = "carepost.web.errors.bad_request"
handler403 = "carepost.web.errors.forbidden"
handler404 = "carepost.web.errors.not_found"
handler500 = "carepost.web.errors.went_wrong"


def get(url: str) -> HttpResponse:
    return Client(raise_request_exception=False).get(url)


@pytest.mark.parametrize(
    ("url", "status", "title"),
    [
        ("/nothing", 404, "There is nothing here"),
        ("/forbids", 403, "This is not open to you"),
        ("/suspects", 400, "That could not be understood"),
        ("/breaks", 500, "Something went wrong on our side"),
    ],
)
def test_a_person_gets_a_page_with_a_way_on(url: str, status: int, title: str) -> None:
    answer = get(url)

    assert answer.status_code == status
    page = answer.content.decode()
    assert f"<h1>{title}</h1>" in page
    assert 'href="/"' in page


def test_a_program_gets_a_problem() -> None:
    answer = get("/api/nothing")

    assert (answer.status_code, answer["content-type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("url", ["/breaks", "/api/breaks"])
def test_a_break_is_logged_under_the_number_told_and_says_nothing_of_anybody(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = get(url).content.decode()

    number = page.partition("written down as ")[2][:8]
    assert len(number) == 8
    assert f"reference {number}" in caplog.text
    assert "builtins.LookupError" in caplog.text
    assert "in breaks" in caplog.text
    assert "Ann" not in caplog.text + page
