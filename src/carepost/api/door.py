"""The one way into the API. Each view is wrapped once, and never runs outside.

1. The token says who asks (401), the rate how often (429), the scope whether they may (403).
2. The body is read, so much of it and no more (413, 415).
3. A transaction begins that sees that practice alone.
4. A key that was sent before gets the answer that was given then.
5. ninja checks the input and runs the view; its answer is complete before the transaction ends.
6. An answer that is a problem undoes the transaction, and goes out all the same.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.http import HttpResponse
from ninja.decorators import decorate_view

from carepost.api import bearer, body, idempotency, rate, refusals
from carepost.api.call import Call
from carepost.api.problems import ProblemRaised
from carepost.ground import clock
from carepost.practice import tenancy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

View = TypeVar("View", bound="Callable[..., Any]")

SCOPES: set[str] = set()
"""Every scope that some endpoint asks for."""


def needs(
    scope: str,
    *,
    most: int = body.LIMIT,
    types: tuple[str, ...] = body.JSON,
    own_transactions: bool = False,
) -> Callable[[View], View]:
    """Lead a view's requests through the door. Goes directly under ninja's own decorator.

    `scope` is what the token must have, empty for none; `most` bytes and media `types` are what it
    takes. A view with `own_transactions` commits step by step, and must be safe to repeat: it
    takes no Idempotency-Key.
    """
    if scope:
        SCOPES.add(scope)

    def wrap(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def enter(request: HttpRequest, **path: Any) -> HttpResponse:
            try:
                call = _admit(request, scope)
                content = b""
                if request.method in ("POST", "PATCH", "PUT"):
                    content = body.read(request, most=most, types=types)
                request.call = call  # type: ignore[attr-defined]
                if own_transactions:
                    response = run(request, **path)
                else:
                    response = _within(call, request, content, lambda: run(request, **path))
            except Exception as error:
                response = refusals.answer(request, error)
            response["Cache-Control"] = "no-store"
            return response

        return enter

    def decorate(view: View) -> View:
        view.needs_scope = scope  # type: ignore[attr-defined]
        return decorate_view(wrap)(view)

    return decorate


def _admit(request: HttpRequest, scope: str) -> Call:
    now = clock.now()
    who = bearer.recognise(request, now)
    rate.limit(who.token_id, now)
    if scope and not who.may(scope):
        raise ProblemRaised(
            403, f"This token lacks the scope {scope}. Ask an owner for one that has it."
        )
    return Call(who, now)


def _within(
    call: Call, request: HttpRequest, content: bytes, run: Callable[[], HttpResponse]
) -> HttpResponse:
    key = idempotency.key_of(request) if request.method in ("POST", "PATCH") else ""
    try:
        with tenancy.acting_for(call.practice_id):
            claim: idempotency.Claim | HttpResponse | None = None
            if key:
                digest = idempotency.digest_of(request, content)
                claim = idempotency.claim(call.practice_id, key, digest, call.now)
                if isinstance(claim, HttpResponse):
                    return claim
            response = run()
            if response.status_code >= 400:
                raise _Undone(response)
            if isinstance(claim, idempotency.Claim):
                claim.keep(response)
            return response
    except _Undone as undone:
        return undone.response


class _Undone(Exception):
    """Carries a problem out of the transaction that it undoes."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response
