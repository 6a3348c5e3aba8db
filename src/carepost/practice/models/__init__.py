"""The tenant, its people, and what it keeps about itself."""

from carepost.practice.models.audit import AuditEntry
from carepost.practice.models.idempotency import IdempotentAnswer
from carepost.practice.models.invite import AccessLink, Invite
from carepost.practice.models.member import Member, Role, User
from carepost.practice.models.practice import MfaRequired, Practice
from carepost.practice.models.replan import Replan
from carepost.practice.models.token import ApiToken

__all__ = [
    "AccessLink",
    "ApiToken",
    "AuditEntry",
    "IdempotentAnswer",
    "Invite",
    "Member",
    "MfaRequired",
    "Practice",
    "Replan",
    "Role",
    "User",
]
