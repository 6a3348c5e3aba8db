"""The audit trail: what was done, by whom."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Instant, Short, Shown
from carepost.practice.models import AuditEntry

router = Router(tags=["Audit"])


class EntryShown(Shown):
    """`detail` holds ids, field names and codes, never content."""

    id: UUID
    at: Instant
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID | None
    detail: dict[str, Any]


class AuditPaging(paging.Paging):
    action: Annotated[Short, "as client.read"] = ""
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    after: Instant | None = None
    before: Instant | None = None


def _shown(row: AuditEntry) -> EntryShown:
    names = EntryShown.model_fields
    return EntryShown.model_construct(**{name: getattr(row, name) for name in names})


@router.get("/audit", response=paging.Page[EntryShown])
@needs("audit:read")
def list_audit(
    request: ApiRequest, page: Annotated[AuditPaging, Query()]
) -> paging.Page[EntryShown]:
    """Entries, the newest first."""
    asked = {
        "action": page.action or None,
        "actor_id": page.actor_id,
        "subject_id": page.subject_id,
        "at__gte": page.after,
        "at__lt": page.before,
    }
    rows = AuditEntry.objects.filter(
        **{name: value for name, value in asked.items() if value is not None}
    )
    found, cursor = paging.cut(request, rows, ("-at",), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)
