"""Members: who works at the practice."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Query, Router, Status

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Address, Flag, Given, Instant, Name, Shown
from carepost.practice import members
from carepost.practice.errors import NotFound
from carepost.practice.models import Member

router = Router(tags=["Members"])
RoleName = Literal["owner", "practitioner", "front_desk", "biller"]


class MemberGiven(Given):
    email: Address
    role: RoleName
    name: Name | None = None


class MemberChange(Given):
    role: RoleName | None = None
    name: Name | None = None
    active: Flag | None = None


class MemberShown(Shown):
    id: UUID
    email: str
    name: str
    role: str
    active: bool
    created_at: Instant


def _shown(row: Member) -> MemberShown:
    return MemberShown.model_construct(
        id=row.id,
        email=row.user.email,
        name=row.name,
        role=row.role,
        active=row.active,
        created_at=row.created_at,
    )


_WHOLE = Member.objects.select_related("user")


@router.get("/members", response=paging.Page[MemberShown])
@needs("members:read")
def list_members(
    request: ApiRequest, page: Annotated[paging.Paging, Query()]
) -> paging.Page[MemberShown]:
    """Members, oldest first."""
    found, cursor = paging.cut(request, _WHOLE.all(), (), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/members", response={201: MemberShown})
@needs("members:write")
def add_member(request: ApiRequest, member: MemberGiven) -> Status[MemberShown]:
    """Add a member by their email address."""
    call = request.call
    row = members.add(
        call.practice_id, call.actor, email=member.email, role=member.role, name=member.name or ""
    )
    return Status(201, _shown(_WHOLE.get(id=row.id)))


@router.get("/members/{member_id}", response=MemberShown)
@needs("members:read")
def get_member(request: ApiRequest, member_id: UUID) -> MemberShown:
    """One member."""
    row = _WHOLE.filter(id=member_id).first()
    if row is None:
        raise NotFound("There is no such member.")
    return _shown(row)


@router.patch("/members/{member_id}", response=MemberShown)
@needs("members:write")
def change_member(request: ApiRequest, member_id: UUID, change: MemberChange) -> MemberShown:
    """Change name or role, or end or resume the membership. One owner stays."""
    call = request.call
    members.change(call.practice_id, member_id, call.actor, **change.told())
    return _shown(_WHOLE.get(id=member_id))
