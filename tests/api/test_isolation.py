"""A second practice's token sees nothing of the first, by any endpoint there is."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import models

from carepost.api.site import api
from carepost.practice import tokens
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Member
from carepost.practice.tenancy import acting_for
from tests.api.asking import Asker, a_practice
from tests.practice.one_of_each import make_practice_with_one_of_each

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

# Which table an id in a path is of, where its name does not say.
ROWS = {
    "client_id": "people_client",
    "contact_id": "people_contact",
    "point_id": "people_contactpoint",
    "stop_id": "people_stop",
    "appointment_id": "appointments_appointment",
    "type_id": "appointments_appointmenttype",
    "practitioner_id": "appointments_practitioner",
    "place_id": "appointments_place",
    "series_id": "appointments_series",
    "import_id": "appointments_import",
    "rule_id": "messaging_rule",
    "template_id": "messaging_template",
    "message_id": "messaging_message",
    "line_id": "messaging_practiceline",
    "member_id": "practice_member",
    "token_id": "practice_apitoken",
}
# A body that is in order, so that a refusal is for the id and not for the body.
BODIES: dict[str, Any] = {
    "consents": {"channel": "sms", "address": "+12125550142"},
    "stops": {"channel": "sms", "address": "+12125550142"},
    "move": {"starts_at": "2031-07-01T09:30:00Z"},
    "mark": {"mark": "done"},
    "unmark": {"mark": "done"},
    "hush": {"sequence": 0},
    "tell": {"sequence": 0},
    "words": {"body": "Hello"},
    "time": {"due_at": "2031-07-01T09:30:00Z"},
    "retry-by": {"channel": "email"},
    "decide": {"decision": "sent"},
    "pause": {"until": "2031-07-01T09:30:00Z"},
    "{line_id}": {"name": "Reception"},
}


def endpoints() -> Iterator[tuple[str, str]]:
    """Every method and path of the OpenAPI, the path below /api/v1."""
    for path, methods in api.get_openapi_schema(path_prefix="/").get("paths", {}).items():
        for method in methods:
            yield method.upper(), path


def rows_of(practice_id: uuid.UUID) -> dict[str, list[str]]:
    """The ids of all rows of a practice, by table."""
    with acting_for(practice_id):
        return {
            model._meta.db_table: [
                str(i) for i in model._default_manager.values_list("id", flat=True)
            ]
            for model in apps.get_models()
            if any(isinstance(f, models.UUIDField) and f.name == "id" for f in model._meta.fields)
            and any(f.name == "practice" for f in model._meta.fields)
        }


@pytest.fixture
def first(db: None) -> dict[str, list[str]]:
    """The rows of a practice with one of each, its tokens too."""
    practice = make_practice_with_one_of_each()
    with acting_for(practice.id):
        member = Member.objects.get()
    tokens.issue(practice.id, member.id, "Another", ["*"], SYSTEM)
    found = rows_of(practice.id)
    assert all(found[table] for table in ROWS.values())
    return found


def test_no_list_holds_a_row_of_the_first(first: dict[str, list[str]]) -> None:
    second = a_practice()
    theirs = {i for ids in first.values() for i in ids}
    lists = [path for method, path in endpoints() if method == "GET" and "{" not in path]
    assert len(lists) > 10
    for path in lists:
        answer = second.get(f"{path}?limit=500")
        assert answer.status == 200, path
        seen = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(answer.body)))
        assert not seen & theirs, path


def test_every_id_of_the_first_is_404_whatever_is_done_with_it(
    first: dict[str, list[str]],
) -> None:
    second = a_practice()
    tried = [(method, path) for method, path in endpoints() if "{" in path]
    assert len(tried) > 30
    for method, path in tried:
        (parameter,) = re.findall(r"{(\w+)}", path)
        for row in first[ROWS[parameter]]:
            body = BODIES.get(path.rpartition("/")[2], {}) if method in ("POST", "PATCH") else None
            answer = second.ask(method, path.replace(f"{{{parameter}}}", row), body)
            assert answer.status == 404, (method, path, answer)


def test_filters_by_an_id_of_the_first_find_nothing(first: dict[str, list[str]]) -> None:
    second = a_practice()
    for method, path in endpoints():
        if method != "GET" or "{" in path:
            continue
        for parameter, table in ROWS.items():
            answer = second.get(f"{path}?{parameter}={first[table][0]}")
            assert answer.status == 200, (path, parameter)
            assert first[table][0] not in str(answer.body)


def test_no_row_of_the_first_can_be_named_in_a_body(first: dict[str, list[str]]) -> None:
    second = a_practice()
    own = second.made("/clients", {"first_name": "Own"})["id"]
    visit = {
        "client_id": own,
        "type": "Check-up",
        "practitioner": "Dr Own",
        "starts_at": "2031-07-01T09:30:00Z",
    }
    point = {"system": "phone", "value": "+12125550177"}
    words = {"kind": "appointment_reminder", "language": "en", "body": "Hi"}
    rule = {"kind": "appointment_reminder", "offset": {"before": "P1D"}}
    tried = [
        ("/appointments", visit, "client_id", "people_client"),
        ("/appointments", visit, "type", "appointments_appointmenttype"),
        ("/appointments", visit, "practitioner", "appointments_practitioner"),
        ("/appointments", visit, "place", "appointments_place"),
        ("/contact-points", point, "client_id", "people_client"),
        ("/contact-points", point, "contact_id", "people_contact"),
        ("/contacts", {"first_name": "Lee"}, "client_id", "people_client"),
        ("/templates", words, "rule_id", "messaging_rule"),
    ]
    for path, body, field, table in tried:
        answer = second.post(path, body | {field: first[table][0]})
        assert answer.status == 404, (path, field, answer)
    for field in ("types", "practitioners", "places"):
        table = f"appointments_{'appointmenttype' if field == 'types' else field[:-1]}"
        answer = second.post("/rules", rule | {field: [first[table][0]]})
        assert answer.status == 422, (field, answer)


def test_the_walk_would_notice(first: dict[str, list[str]]) -> None:
    """With a token of the first practice itself, the same ids are found."""
    with acting_for(uuid.UUID(first_practice(first))):
        member = Member.objects.get()
    _, token = tokens.issue(member.practice_id, member.id, "Own", ["*"], SYSTEM)
    own = Asker(token)
    assert own.get(f"/clients/{first['people_client'][0]}").status == 200
    assert own.get(f"/messages/{first['messaging_message'][0]}").status == 200
    assert first["people_client"][0] in str(own.get("/clients").body)


def first_practice(first: dict[str, list[str]]) -> str:
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT practice_id FROM door_practices()")
        for (practice_id,) in cursor.fetchall():
            if set(rows_of(practice_id)["people_client"]) & set(first["people_client"]):
                return str(practice_id)
    raise AssertionError("the practice is gone")


def test_every_endpoint_asks_for_a_scope_and_for_a_token() -> None:
    nobody, nothing = Asker(""), a_practice()
    none = Asker(nothing.made("/tokens", {"name": "None", "scopes": ["audit:read"]})["token"])
    for method, path in endpoints():
        there = re.sub(r"{\w+}", str(uuid.uuid4()), path)
        assert nobody.ask(method, there, {}).status == 401, path
        if path not in ("/whoami", "/audit"):
            assert none.ask(method, there, {}).status == 403, path
