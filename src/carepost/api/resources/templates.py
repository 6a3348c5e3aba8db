"""Templates: the words of a kind, per channel and language, in versions that never change."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status

from carepost.api import paging
from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import Channel, Given, Instant, Passage, Short, Shown
from carepost.messaging import templates
from carepost.messaging.models import Template
from carepost.practice.errors import NotFound

router = Router(tags=["Templates"])


class TemplateGiven(Given):
    """Liquid with the kind's merge fields. No rule: for all of the kind; no channel: for any."""

    kind: Short
    what: Short | None = None
    channel: Channel | None = None
    language: Short
    subject: Passage | None = None
    body: Passage
    rule_id: UUID | None = None


class TemplateShown(Shown):
    id: UUID
    rule_id: UUID | None
    kind: str
    what: str
    channel: str
    language: str
    version: int
    subject: str
    body: str
    created_at: Instant


class TemplatePaging(paging.Paging):
    kind: Short = ""
    channel: Channel | None = None
    language: Short = ""
    rule_id: UUID | None = None


def _shown(row: Template) -> TemplateShown:
    names = TemplateShown.model_fields
    return TemplateShown.model_construct(**{name: getattr(row, name) for name in names})


@router.get("/templates", response=paging.Page[TemplateShown])
@needs("rules:read")
def list_templates(
    request: ApiRequest, page: Annotated[TemplatePaging, Query()]
) -> paging.Page[TemplateShown]:
    """Versions, the newest first. Where there is none, Carepost's own words are used."""
    asked = {
        "kind": page.kind,
        "channel": page.channel,
        "language": page.language,
        "rule_id": page.rule_id,
    }
    rows = Template.objects.filter(**{name: value for name, value in asked.items() if value})
    found, cursor = paging.cut(request, rows, ("-created_at",), page)
    return paging.Page(items=[_shown(row) for row in found], next_cursor=cursor)


@router.post("/templates", response={201: TemplateShown})
@needs("rules:write")
def save_template(request: ApiRequest, template: TemplateGiven) -> Status[TemplateShown]:
    """Save the next version. One that would fail when sent is refused, with line and field."""
    call = request.call
    row = templates.save(
        call.practice_id,
        call.actor,
        rule_id=template.rule_id,
        kind=template.kind,
        what=template.what or "",
        channel=template.channel or "",
        language=template.language,
        subject=template.subject or "",
        body=template.body,
    )
    return Status(201, _shown(row))


@router.get("/templates/{template_id}", response=TemplateShown)
@needs("rules:read")
def get_template(request: ApiRequest, template_id: UUID) -> TemplateShown:
    """One version."""
    row = Template.objects.filter(id=template_id).first()
    if row is None:
        raise NotFound("There is no such template.")
    return _shown(row)
