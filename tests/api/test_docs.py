"""The page that lists the API, and its OpenAPI."""

from __future__ import annotations

import re

from django.test import Client

from carepost.api.site import api


def test_the_page_lists_every_endpoint_and_fetches_nothing_from_elsewhere() -> None:
    response = Client().get("/api/v1/docs")
    assert response.status_code == 200
    page = response.content.decode()
    for path in api.get_openapi_schema(path_prefix="/api/v1/")["paths"]:
        assert f"<code>{path}</code>" in page
    assert "clients:write" in page
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert [link for link in links if "//" in link] == []
    assert "<script" not in page
    assert " style=" not in page
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    for link in links:
        if link.startswith("/static"):
            assert Client().get(link).status_code == 200


def test_the_openapi_tells_of_scopes_keys_and_problems() -> None:
    schema = Client().get("/api/v1/openapi.json").json()
    post = schema["paths"]["/api/v1/clients"]["post"]
    assert post["x-scope"] == "clients:write"
    assert post["security"] == [{"BearerAuth": []}]
    assert {"Idempotency-Key"} == {p["name"] for p in post["parameters"]}
    assert set(post["responses"]) == {"201", "4XX", "5XX"}
    assert "application/problem+json" in post["responses"]["4XX"]["content"]


def test_every_reference_in_the_openapi_leads_somewhere() -> None:
    schema = Client().get("/api/v1/openapi.json")
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', schema.content.decode()))
    assert names
    assert names <= set(schema.json()["components"]["schemas"])


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    names = [
        operation["operationId"] for methods in paths.values() for operation in methods.values()
    ]
    assert len(names) == len(set(names))
