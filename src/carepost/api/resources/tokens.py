"""API tokens: issued, listed, revoked."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from carepost.api import door, paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.problems import ProblemRaised
from carepost.api.values import FullName, Given, Instant, Short, Shown
from carepost.practice import tokens
from carepost.practice.errors import NotFound, Refused
from carepost.practice.models import ApiToken

router = Router(tags=["Tokens"])


class TokenGiven(Given):
    """`scopes` as clients:read, or * for all. No `expires_at`: good until revoked."""

    name: FullName
    scopes: Annotated[list[Short], Field(min_length=1, max_length=50)]
    expires_at: Instant | None = None


class TokenShown(Shown):
    id: UUID
    name: str
    member_id: UUID
    scopes: list[str]
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class TokenIssued(TokenShown):
    """`token` is told this once."""

    token: str


def _shown(row: ApiToken) -> TokenShown:
    names = TokenShown.model_fields
    return TokenShown.model_construct(**{name: getattr(row, name) for name in names})


@router.get("/tokens", response=paging.Page[TokenShown])
@needs("tokens:read")
def list_tokens(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[TokenShown]:
    """Tokens, oldest first; revoked ones too."""
    found, cursor = paging.cut(request, ApiToken.objects.all(), (), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/tokens", response={201: TokenIssued})
@needs("tokens:write")
def issue_token(request: ApiRequest, token: TokenGiven) -> Status[TokenIssued]:
    """Issue a token to the same member. It may do no more than the one that asks."""
    call = request.call
    _check_scopes(request, token.scopes)
    mine = ApiToken.objects.get(id=call.bearer.token_id)
    row, secret = tokens.issue(
        call.practice_id,
        mine.member_id,
        token.name,
        sorted(set(token.scopes)),
        call.actor,
        token.expires_at,
    )
    return Status(201, TokenIssued.model_construct(**_shown(row).model_dump(), token=secret))


@router.delete("/tokens/{token_id}", response={204: None})
@needs("tokens:write")
def revoke_token(request: ApiRequest, token_id: UUID) -> Status[None]:
    """End a token from now on."""
    call = request.call
    tokens.revoke(call.practice_id, token_id, call.actor, call.now)
    return Status(204, None)


@router.get("/tokens/{token_id}", response=TokenShown)
@needs("tokens:read")
def get_token(request: ApiRequest, token_id: UUID) -> TokenShown:
    """One token, but for the token itself."""
    row = ApiToken.objects.filter(id=token_id).first()
    if row is None:
        raise NotFound("There is no such token.")
    return _shown(row)


def _check_scopes(request: ApiRequest, scopes: list[str]) -> None:
    known = door.SCOPES | {tokens.EVERYTHING}
    for scope in scopes:
        if scope not in known:
            raise Refused(f"Scopes are: {', '.join(sorted(known))}.", "scopes")
        if not request.call.bearer.may(scope):
            raise ProblemRaised(403, "A token can only issue scopes that it has itself.")
