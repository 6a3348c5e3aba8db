"""The page that lists the API, made from its OpenAPI. Served by ourselves: nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from carepost.api.site import api

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, or one field of a body."""

    name: str
    type: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path, in words."""

    method: str
    path: str
    summary: str
    words: str
    scope: str
    parameters: list[Field]
    body: list[Field]
    body_words: str
    status: str
    answer: list[Field]


def page(request: HttpRequest) -> HttpResponse:
    """Every endpoint, by what it is about."""
    schema = api.get_openapi_schema()
    groups: dict[str, list[Endpoint]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            groups.setdefault(tag, []).append(_endpoint(method, path, operation, schema))
    answer = render(request, "api/docs.html", {"groups": groups, "info": schema["info"]})
    answer["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )
    return answer


def _endpoint(
    method: str, path: str, operation: dict[str, Any], schema: dict[str, Any]
) -> Endpoint:
    body = _body(operation.get("requestBody", {}), schema)
    status, answer = _answer(operation["responses"], schema)
    return Endpoint(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=_plain(operation.get("description", "")),
        scope=operation["x-scope"],
        parameters=[
            Field(each["name"], _type(each["schema"], schema), each.get("required", False))
            for each in operation.get("parameters", [])
        ],
        body=_fields(body, schema),
        body_words=_plain(body.get("description", "")),
        status=status,
        answer=_fields(answer, schema),
    )


def _plain(words: str) -> str:
    """Docstrings mark names by backticks; a page does without."""
    return words.replace("`", "")


def _body(request_body: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    content = request_body.get("content", {}).get("application/json", {})
    return _resolved(content.get("schema", {}), schema)


def _answer(responses: dict[Any, Any], schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    status, response = next(iter(responses.items()))
    content = response.get("content", {}).get("application/json", {})
    return str(status), _resolved(content.get("schema", {}), schema)


def _fields(body: dict[str, Any], schema: dict[str, Any]) -> list[Field]:
    needed = body.get("required", [])
    return [
        Field(name, _type(each, schema), name in needed)
        for name, each in body.get("properties", {}).items()
    ]


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        found: dict[str, Any] = schema["components"]["schemas"].get(name, {})
        return found
    return part


def _type(part: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in part:
        return _type(_resolved(part, schema), schema)
    if "anyOf" in part:
        return " or ".join(_type(each, schema) for each in part["anyOf"])
    if "enum" in part:
        return " | ".join(str(each) for each in part["enum"])
    if "const" in part:
        return str(part["const"])
    if part.get("type") == "array":
        return f"list of {_type(part.get('items', {}), schema)}"
    if part.get("type") == "object" and "properties" in part:
        return "{" + ", ".join(part["properties"]) + "}"
    return str(part.get("format") or part.get("type") or "any")
