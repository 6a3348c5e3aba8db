"""What a person agreed to, and what an address refused. Both gate; neither is ever rewritten."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from carepost.ground import clock
from carepost.people.models.client import CHANNELS
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class Consent(PracticeRow):
    """One giving or withdrawing of consent, with its evidence (RULES A8). The newest counts.

    Empty `kinds`: all kinds.
    """

    client = within("people.Client")
    channel = models.CharField(max_length=5, choices=CHANNELS)
    address = models.CharField(max_length=254)
    given = models.BooleanField()
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    at = models.DateTimeField(default=clock.now)
    how = models.CharField(max_length=40)  # api, spoken, paper, form, reply, import
    words = models.TextField(blank=True)  # exactly what the person was shown or told
    by_kind = models.CharField(max_length=12, blank=True)
    by_id = models.UUIDField(null=True)

    class Meta:
        constraints = keys(SamePractice(field="client", name="consent_client"))
        indexes = [
            models.Index(fields=["practice", "client", "channel", "-at"], name="consent_newest")
        ]

    def __str__(self) -> str:
        return str(self.id)


class Stop(PracticeRow):
    """An address that refused messages of a channel. `lifted_at` when it asked to hear again.

    Empty `kinds`: all kinds. `how`: api, reply, carrier (RULES A4), unsubscribe.
    """

    channel = models.CharField(max_length=5, choices=CHANNELS)
    address = models.CharField(max_length=254)
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    at = models.DateTimeField(default=clock.now)
    lifted_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=40)

    class Meta:
        constraints = keys()
        indexes = [
            models.Index(
                fields=["practice", "address", "channel"],
                condition=models.Q(lifted_at__isnull=True),
                name="stop_in_force",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
