"""Audit entries as sentences: who did what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from carepost.practice.models import ApiToken, Member

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from carepost.practice.models import AuditEntry

VERBS: dict[str, str] = {
    "client.read": _("looked at clients"), "client.add": _("added a client"),
    "client.change": _("changed a client"), "client.archive": _("archived a client"),
    "client.restore": _("brought a client back"), "contact.add": _("added a contact"),
    "contact.change": _("changed a contact"), "contact.read": _("looked at contacts"),
    "contact_point.add": _("added a number or address"),
    "contact_point.remove": _("took a number or address out of use"),
    "contact_point.change": _("changed a number or address"),
    "consent.give": _("wrote a consent down"), "consent.withdraw": _("wrote a withdrawal down"),
    "stop.make": _("stopped messages to an address"), "stop.lift": _("lifted a stop"),
    "appointment.read": _("looked at visits"), "appointment.book": _("booked a visit"),
    "appointment.move": _("moved a visit"), "appointment.cancel": _("cancelled a visit"),
    "appointment.confirm": _("confirmed a visit"),
    "appointment.lengthen": _("changed a visit's length"),
    "appointment.reopen": _("reopened a visit"), "appointment.mark": _("marked a visit"),
    "appointment.change": _("changed a visit"),
    "appointment.hush": _("chose not to tell of a change"),
    "message.read": _("looked at messages"), "message.send_now": _("sent a message at once"),
    "message.cancel": _("cancelled a message"), "message.retry": _("tried a message again"),
    "message.edit": _("edited a message"), "message.move": _("moved a message"),
    "message.decide": _("decided on a message"), "message.test": _("sent a test"),
    "rule.add": _("made a rule"), "rule.change": _("changed a rule"),
    "rule.remove": _("ended a rule"),
    "template.save": _("saved a template"), "settings.change": _("changed the settings"),
    "line.add": _("added a line"), "line.change": _("changed a line"),
    "member.add": _("added a member"), "member.change": _("changed a member"),
    "invite.send": _("invited someone"), "invite.resend": _("sent an invite again"),
    "invite.revoke": _("took an invite back"), "invite.accept": _("accepted an invite"),
    "token.issue": _("made an API token"), "token.revoke": _("ended an API token"),
    "type.add": _("added a type of visit"), "type.change": _("changed a type of visit"),
    "practitioner.add": _("added a practitioner"),
    "practitioner.change": _("changed a practitioner"),
    "place.add": _("added a place"), "place.change": _("changed a place"),
    "import.check": _("tried a file"), "import.apply": _("imported a file"),
    "import.undo": _("undid an import"), "practice.found": _("made the practice"),
    "audit.export": _("exported the audit trail"), "sign_in": _("signed in"),
    "sign_in.failed": _("failed to sign in"), "sign_out": _("signed out"),
    "callback.forged": _("sent a forged callback"),
}  # fmt: skip

SORTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "looks": (_("Looks"), ("client.read", "contact.read", "appointment.read", "message.read")),
    "people": (_("People"), tuple(v for v in VERBS if v.split(".")[0] in
                                  {"client", "contact", "contact_point", "consent", "stop"}
                                  and not v.endswith(".read"))),
    "visits": (_("Visits"), tuple(v for v in VERBS if v.startswith(("appointment.", "import."))
                                  and not v.endswith(".read"))),
    "messages": (_("Messages and rules"), tuple(v for v in VERBS if v.startswith(
        ("message.", "rule.", "template.")) and not v.endswith(".read"))),
    "settings": (_("Settings and sign-in"), tuple(v for v in VERBS if v.startswith(
        ("settings.", "line.", "member.", "invite.", "token.", "type.", "practitioner.", "place.",
         "practice.", "audit.", "sign_", "callback.")))),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry as a person reads it. `count`: of how many at once."""

    at: datetime
    who: str
    did: str
    count: int
    client_id: UUID | None


def of_sort(sort: str) -> tuple[str, ...]:
    """The actions of a sort."""
    return SORTS[sort][1]


def names_of(entries: Iterable[AuditEntry]) -> dict[UUID, str]:
    """The names of the members and tokens that acted, in two statements."""
    ids = {e.actor_id for e in entries if e.actor_id}
    members = Member.objects.filter(id__in=ids).values_list("id", "name", "user__email")
    tokens = ApiToken.objects.filter(id__in=ids).values_list("id", "name")
    return {id_: name or email for id_, name, email in members} | {
        id_: gettext("the token “%(name)s”") % {"name": name} for id_, name in tokens
    }


def told(entry: AuditEntry, names: dict[UUID, str]) -> Deed:
    """An entry as a sentence's parts."""
    who = names.get(entry.actor_id) if entry.actor_id else None
    if who is None:
        who = gettext("Carepost") if entry.actor_kind == "system" else gettext("Somebody unknown")
    client = entry.subject_id if entry.subject_kind == "client" else None
    verb = gettext(VERBS[entry.action]) if entry.action in VERBS else gettext("did something else")
    return Deed(entry.at, who, verb, len(entry.detail.get("ids", [])), client)
