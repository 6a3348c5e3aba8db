"""A practice: one clinic, the tenant."""

from __future__ import annotations

from datetime import time

from django.db import models

from carepost.ground import clock, ids
from carepost.practice.tenancy import Isolated


class MfaRequired(models.TextChoices):
    """Who must have a second factor, or a passkey, to come in (RULES E1)."""

    NOBODY = "nobody", "Nobody"
    OWNERS = "owners", "Owners"
    ALL = "all", "Everyone"


class Practice(models.Model):
    """One clinic and its settings.

    Nothing is sent between `quiet_from` and `quiet_to`, in the recipient's zone (RULES C1); both
    null: no such hours at all. `sealed_key` is the key that wraps its clients' keys.
    """

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)  # E.164, what clients call
    email = models.EmailField(blank=True)  # where its mail is sent from, if its line names no other
    timezone = models.CharField(max_length=64)
    country = models.CharField(max_length=2, default="US")  # ISO 3166-1: how numbers are read
    language = models.CharField(max_length=8, default="en")
    date_order = models.CharField(max_length=3, default="MDY")  # how its files write dates
    sealed_key = models.BinaryField()
    messaging_enabled = models.BooleanField(default=False)
    opt_in_required = models.BooleanField(default=False)
    quiet_from = models.TimeField(null=True, default=time(21))
    quiet_to = models.TimeField(null=True, default=time(8))
    mfa_required = models.CharField(
        max_length=8,
        choices=MfaRequired.choices,
        default=MfaRequired.OWNERS,
        db_default=MfaRequired.OWNERS,
    )
    # How long a member may be away before they sign in again.
    idle_minutes = models.SmallIntegerField(default=15, db_default=15)
    # Members who are practitioners see no other clients than their own (`appointments.own`).
    own_clients_only = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            Isolated(name="practice_isolated"),
            models.CheckConstraint(
                name="practice_quiet_both",
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
            ),
            models.CheckConstraint(
                name="practice_idle_minutes",
                condition=models.Q(idle_minutes__gte=5, idle_minutes__lte=60),
            ),
        ]

    def __str__(self) -> str:
        return self.name
