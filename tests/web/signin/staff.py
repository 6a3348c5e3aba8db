"""Members who can sign in, and browsers that do."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from django.test import Client as Browser

from carepost.practice.models import AuditEntry, Member, Role, User
from carepost.practice.tenancy import acting_for

if TYPE_CHECKING:
    from django.http import HttpResponse

    from carepost.practice.models import Practice

PASSWORD = "four words of the sea"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
_number = count(1)


def make_member(
    *practices: Practice, role: str = Role.FRONT_DESK, email: str = "", password: str = PASSWORD
) -> User:
    """Someone who is a member of these practices."""
    user = User(email=email or f"person{next(_number)}@practice.test")
    user.set_password(password)
    user.save()
    for practice in practices:
        with acting_for(practice.id):
            Member.objects.create(practice_id=practice.id, user=user, role=role, name="Rosa Weiss")
    return user


def make_browser(address: str = "192.0.2.1") -> Browser:
    return Browser(REMOTE_ADDR=address, HTTP_USER_AGENT=FIREFOX)


def sign_in(browser: Browser, user: User, password: str = PASSWORD) -> HttpResponse:
    """Give address and password; follows nothing."""
    return browser.post("/sign-in/", {"login": user.email, "password": password})


def signed_in(user: User, address: str = "192.0.2.1") -> Browser:
    """A browser in which someone is signed in by password."""
    browser = make_browser(address)
    assert sign_in(browser, user).status_code == 302
    return browser


def is_in(browser: Browser) -> bool:
    """Whether the first page opens."""
    return browser.get("/").status_code == 200


def trail(practice: Practice, action: str = "") -> list[dict[str, Any]]:
    """The audit entries of a practice, oldest first: all, or of one action."""
    with acting_for(practice.id):
        rows = AuditEntry.objects.order_by("at", "id").values("action", "actor_kind", "detail")
        return [row for row in rows if action in ("", row["action"])]
