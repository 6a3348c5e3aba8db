"""A practice with one of each, and browsers of its members, signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from django.test import Client as Browser

from carepost.ground import clock
from carepost.practice.models import Member, Role, User
from carepost.practice.tenancy import acting_for
from carepost.web.frame import CHOSEN
from carepost.web.signin import standing

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.practice.models import Practice

_number = count(1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser_of(practice: Practice, role: str = Role.OWNER, name: str = "Rosa Weiss") -> Browser:
    """A browser in which a fresh member with this role is signed in."""
    with acting_for(practice.id):
        user = User.objects.create(email=f"member{next(_number)}@practice.test")
        Member.objects.create(practice_id=practice.id, user=user, role=role, name=name)
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    session = browser.session
    session[CHOSEN] = str(practice.id)
    session[standing.HAS_FACTOR] = True  # owners must have one (RULES E1)
    session.save()
    return browser


@dataclass
class World:
    """A practice and the ids of one thing of each kind, by the name that URLs give it."""

    practice: Practice
    ids: dict[str, UUID] = field(default_factory=dict)


def in_days(days: float) -> object:
    """A moment so many days from now."""
    return clock.now() + timedelta(days=days)
