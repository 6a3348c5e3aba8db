"""Input that nobody would write, for every operation: never a 500, always what the OpenAPI says.

schemathesis makes it from the OpenAPI, the same at every run; the program is called in-process.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from carepost.api.site import api
from carepost.appointments import imports
from carepost.appointments.models import Brought, Import
from carepost.ground import clock
from carepost.practice import tokens
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Member
from carepost.practice.tenancy import acting_for
from tests.api.test_isolation import ROWS, rows_of
from tests.practice.one_of_each import make_practice_with_one_of_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

    from carepost.config.database import Database

EXAMPLES = int(os.environ.get("CAREPOST_TEST_EXAMPLES", "10"))  # an operation: 700 requests in all
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method in methods
]


@pytest.fixture(scope="module")
def schema(database: Database) -> Iterator[schemathesis.schemas.BaseSchema]:
    # As Django's test client does: a request ends no connection that the test's own rows are in.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in signals:
        signal.connect(close_old_connections)


def make_practice() -> tuple[str, dict[str, list[str]]]:
    """A token of a practice that has one of each, and its rows by table."""
    practice_id = make_practice_with_one_of_each().id
    with acting_for(practice_id):
        member = Member.objects.get()
        # One that was really checked, so that it can be carried out.
        Brought.objects.all().delete()
        Import.objects.all().delete()
    content = b"first name,date,start,practitioner\nAnn,03/09/2027,09:30,Dr Shaw\n"
    imports.check(practice_id, SYSTEM, content=content, file_name="", source="csv", now=clock.now())
    _, token = tokens.issue(practice_id, member.id, "Fuzz", ["*"], SYSTEM)
    return token, rows_of(practice_id)


@pytest.mark.django_db
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_sent_is_answered_as_the_openapi_says(
    schema: schemathesis.schemas.BaseSchema,
    operation: str,
) -> None:
    token, rows = make_practice()
    method, path = operation.split(" ")
    # Ids are those of rows that are there, so that more than a 404 is met.
    known = {name: rows[table][0] for name, table in ROWS.items() if f"{{{name}}}" in path}

    def in_this(way: GenerationMode) -> st.SearchStrategy[Case]:
        return schema[path][method].as_strategy(way, path_parameters=known or None)

    @given(case=in_this(GenerationMode.POSITIVE) | in_this(GenerationMode.NEGATIVE))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers_as_it_says(case: Case) -> None:
        # In-process nothing unpacks what was packed for the way.
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    with override_settings(CAREPOST_API_RATE=0):
        answers_as_it_says()
