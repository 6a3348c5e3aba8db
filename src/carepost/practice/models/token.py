"""API tokens: hashed, scoped, expiring, revocable."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class ApiToken(PracticeRow):
    """One token of a member. Only its SHA-256 is kept; the token is shown once, when made."""

    member = within("practice.Member")
    name = models.CharField(max_length=80)
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = keys(SamePractice(field="member", name="apitoken_member"))

    def __str__(self) -> str:
        return str(self.id)
