"""Who works at a practice. A user signs in; a member is that user at one practice."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from carepost.ground import clock, ids
from carepost.practice.tenancy import PracticeRow, keys


class User(AbstractBaseUser):
    """A person who signs in, at one practice or several. No practice's row: it precedes them."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    email = models.EmailField(unique=True)

    objects = BaseUserManager["User"]()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return str(self.id)


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    PRACTITIONER = "practitioner", "Practitioner"
    FRONT_DESK = "front_desk", "Front desk"
    BILLER = "biller", "Biller"


class Member(PracticeRow):
    """A user at a practice, in a role."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys(
            models.UniqueConstraint(fields=["practice", "user"], name="member_once"),
        )

    def __str__(self) -> str:
        return str(self.id)
