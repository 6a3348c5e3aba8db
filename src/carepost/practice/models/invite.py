"""Asking someone in: invites of a practice, and links by which a user gets a way to sign in."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.models.member import Role, User
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class Invite(PracticeRow):
    """One person asked to become a member. Only the SHA-256 of the link's token is kept.

    It is open until it is accepted, revoked, or past `expires_at`.
    """

    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    digest = models.BinaryField(unique=True)
    by = within("practice.Member", null=True)  # null: the command line
    member = within("practice.Member", null=True)  # who it made
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = keys(
            SamePractice(field="by", name="invite_by"),
            SamePractice(field="member", name="invite_member"),
            models.UniqueConstraint(
                fields=["practice", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invite_open_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class AccessLink(models.Model):
    """A link, good once, by which a user chooses a password.

    `restores`: the second factor is taken away with it (RULES E11). No practice's row: a user
    precedes them.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    restores = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link for {self.user_id}"
