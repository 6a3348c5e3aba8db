"""The API as a whole: which resources there are, and its OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import NinjaAPI

from carepost.api import openapi, refusals, resources
from carepost.api.bearer import BearerAuth
from carepost.api.body import JsonParser, JsonRenderer

if TYPE_CHECKING:
    from ninja.operation import Operation


class Site(NinjaAPI):
    """ninja's API, whose OpenAPI also tells of problems, scopes and keys."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        return openapi.complete(super().get_openapi_schema(**kwargs), self)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        module = operation.view_func.__module__.rpartition(".")[2]
        return f"{module}_{operation.view_func.__name__}"


api = Site(
    title="Carepost",
    version="1",
    description="Everything a person can do on a page of Carepost, a program can do here.",
    docs_url=None,
    urls_namespace="api",
    auth=BearerAuth(),
    parser=JsonParser(),
    renderer=JsonRenderer(),
)
refusals.install(api)
for _router in resources.ROUTERS:
    api.add_router("", _router)
