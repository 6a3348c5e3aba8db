"""A template filled with a real coming visit of the practice, and what it costs as an SMS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from carepost.appointments import own
from carepost.appointments.models import Appointment, AppointmentChange
from carepost.messaging import templates
from carepost.messaging.channels.email_html import html_of
from carepost.messaging.channels.sms import Segments, measure, plain
from carepost.messaging.kinds import KINDS
from carepost.messaging.outbound.compose import About, CannotCompose, compose
from carepost.messaging.templates import PartRefused
from carepost.messaging.wording import moments, samples
from carepost.messaging.wording.template import RenderFailed, TemplateRefused, compile_
from carepost.people.models import Client
from carepost.practice import tenancy
from carepost.practice.errors import NotFound
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person would read. `text` None: it cannot be filled in; `errors` say why.

    `visit_id` and `client_id` tell whose visit it is filled with; None: made-up facts.
    `sms` where it would leave by SMS: its cost, and `plain_segments` if `plain_text`, with the odd
    characters replaced, were sent instead.
    """

    channel: str
    language: str
    subject: str
    text: str | None
    html: str
    characters: int
    visit_id: UUID | None
    client_id: UUID | None
    errors: tuple[PartRefused, ...]
    sms: Segments | None
    plain_text: str = ""
    plain_segments: int = 0


def preview(
    practice_id: UUID,
    kind: str,
    what: str,
    channel: str,
    language: str,
    subject: str,
    body: str,
    now: datetime,
    own_of: UUID | None = None,
) -> Preview:
    """Fill a template with the next visit, as it would be said at `now`. Saves nothing.

    An empty `channel` is shown as SMS, an empty `what` of a notice as moved. What is wrong with
    the words is told in `errors`. `own_of`: a member, of whose own clients' visits the next one is
    taken. Raises `Refused` for a kind, what, channel or language that
    there is not, `NotFound` for a practice.
    """
    shown = channel or "sms"
    if shown == "sms":
        subject = ""
    errors = _errors(kind, what, channel, language, subject, body)
    said = what or ("moved" if "moved" in KINDS[kind].whats else "")
    with tenancy.acting_for(practice_id):
        practice = Practice.objects.filter(id=practice_id).first()
        if practice is None:
            raise NotFound("There is no such practice.")
        visit = _next_visit(practice_id, now, own_of)
        if visit is None:
            filled = _filled_by_samples(practice, kind, said, shown, language, subject, body)
        else:
            about = _about(practice, visit, kind, said, shown, language, subject, body)
            filled = _filled(about, now)
    title, text, html = filled
    is_sms = shown == "sms" and text is not None
    better = plain(text, letters=True) if is_sms and text else ""
    return Preview(
        channel=shown,
        language=language,
        subject=title,
        text=text,
        html=html,
        characters=len(text or ""),
        visit_id=visit.id if visit else None,
        client_id=visit.client_id if visit else None,
        errors=errors,
        sms=measure(text or "") if is_sms else None,
        plain_text=better,
        plain_segments=measure(better).segments,
    )


def _errors(
    kind: str, what: str, channel: str, language: str, subject: str, body: str
) -> tuple[PartRefused, ...]:
    """What saving would refuse, at most one error of each part."""
    found = []
    for part, words in (("subject", {"subject": subject, "body": "x"}), ("body", {"body": body})):
        given = {"subject": ""} | words
        try:
            templates.check(kind=kind, what=what, channel=channel, language=language, **given)
        except PartRefused as refusal:
            if refusal.part == part:
                found.append(refusal)
    return tuple(found)


def _next_visit(practice_id: UUID, now: datetime, own_of: UUID | None) -> Appointment | None:
    rows = Appointment.objects.filter(
        practice_id=practice_id, starts_at__gt=now, status__in=["booked", "confirmed"]
    )
    if own_of:
        rows = rows.filter(own.narrowed(practice_id, own_of, "client_id"))
    return rows.select_related("place", "practitioner").order_by("starts_at", "id").first()


def _about(
    practice: Practice,
    visit: Appointment,
    kind: str,
    what: str,
    channel: str,
    language: str,
    subject: str,
    body: str,
) -> About:
    name = Client.objects.values_list("first_name", flat=True).get(id=visit.client_id)
    return About(
        kind=kind,
        what=what,
        channel=channel,
        language=language,
        country=practice.country,
        practice_name=practice.name,
        practice_phone=practice.phone,
        first_name=name,
        visits=(
            moments.Visit(
                local=datetime.combine(visit.local_date, visit.local_time),
                zone=visit.zone,
                place=visit.place.name if visit.place else "",
                practitioner=visit.practitioner.name,
            ),
        ),
        was=_was(visit) if what == "moved" else None,
        subject=subject or None,
        body=body,
    )


def _was(visit: Appointment) -> tuple[str, str, str]:
    """When the visit was before it was moved; one that never was: a day earlier."""
    old = (
        AppointmentChange.objects.filter(appointment_id=visit.id, starts_at__lt=visit.starts_at)
        .order_by("-sequence")
        .first()
    )
    if old is not None:
        return str(old.local_date), old.local_time.isoformat(), old.zone
    earlier = visit.local_date - timedelta(days=1)
    return str(earlier), visit.local_time.isoformat(), visit.zone


def _filled(about: About, now: datetime) -> tuple[str, str | None, str]:
    try:
        words = compose(about, now)
    except (CannotCompose, TemplateRefused):
        return "", None, ""
    return words.subject, words.text, words.html


def _filled_by_samples(
    practice: Practice, kind: str, what: str, channel: str, language: str, subject: str, body: str
) -> tuple[str, str | None, str]:
    facts = samples.full(kind, language, practice.country, what or "moved")
    facts["practice"]["name"] = practice.name
    facts["practice"]["phone"] = practice.phone
    fields = KINDS[kind].fields
    try:
        text = compile_(body, fields).render(facts)
        title = compile_(subject, fields).render(facts).strip() if channel == "email" else ""
    except (TemplateRefused, RenderFailed):
        return "", None, ""
    html = html_of(text, lang=language, title=title) if channel == "email" else ""
    return title, text, html
