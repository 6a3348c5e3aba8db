"""What ninja's OpenAPI leaves out: problems, scopes, and the key that makes a repeat safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carepost.api import idempotency, problems

if TYPE_CHECKING:
    from ninja import NinjaAPI

_REF = "#/components/schemas/{model}"
_PROBLEM = {
    "description": "A problem (RFC 9457) that says what to do.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": False,
    "schema": {"type": "string", "maxLength": idempotency.LONGEST, "pattern": "^[!-~]*$"},
    "description": "Sent again within a day, the same request is done once.",
}


def complete(schema: dict[str, Any], api: NinjaAPI) -> dict[str, Any]:
    """The OpenAPI with what every endpoint has in common (`Any`: it is JSON)."""
    models = problems.Problem.model_json_schema(ref_template=_REF)
    parts = schema.setdefault("components", {}).setdefault("schemas", {})
    parts.update(models.pop("$defs", {}))
    parts["Problem"] = models
    scopes = _scopes(api)
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            operation["responses"]["4XX"] = _PROBLEM
            operation["responses"]["5XX"] = _PROBLEM
            scope = scopes[operation["operationId"]]
            operation["x-scope"] = scope
            if method in ("post", "patch"):
                operation["parameters"] = [*operation.get("parameters", []), _KEY]
    return schema


def _scopes(api: NinjaAPI) -> dict[str, str]:
    return {
        api.get_openapi_operation_id(operation): getattr(operation.view_func, "needs_scope", "")
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    }
