"""A file brought whose columns are called as nobody knows."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from carepost.appointments.models import Import
from carepost.practice.tenancy import acting_for
from tests.builders import make_practice
from tests.web.desk import browser_of

pytestmark = pytest.mark.django_db

FILE = b"Start,Client name,Mobile,Seen by\n2030-03-04 10:00,Ann Field,(202) 555-0101,Dr Shaw\n"


def _bring(browser, content: bytes = FILE, **said: str):
    file = SimpleUploadedFile("visits.csv", content, "text/csv")
    return browser.post("/imports/new", {"file": file, "source": "csv", **said})


def test_what_was_not_understood_is_asked_and_what_was_is_filled_in() -> None:
    page = _bring(browser_of(make_practice())).content.decode()

    assert "No column says the practitioner." in page
    assert re.search(r'<select[^>]*name="column-practitioner"', page)
    assert re.search(r'<option value="Client name" selected', page)


def test_a_column_that_was_named_is_read() -> None:
    practice = make_practice()
    named = {
        "column-start": "Start",
        "column-client_name": "Client name",
        "column-practitioner": "Seen by",
    }

    answer = _bring(browser_of(practice), **named)

    with acting_for(practice.id):
        row = Import.objects.get()
    assert answer.headers["Location"] == f"/imports/{row.id}/"
    assert (row.created, row.refused) == (1, 0)
    assert row.mapping["columns"]["practitioner"] == "Seen by"


def test_what_is_no_table_is_refused_without_asking_for_its_columns() -> None:
    page = _bring(browser_of(make_practice()), b"\x00\x01 nothing").content.decode()

    assert "column-" not in page
