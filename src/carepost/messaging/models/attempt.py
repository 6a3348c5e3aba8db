"""One hand-over of a message to a carrier, while it is open, and what was heard of it later."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import Isolated, PracticeChild, SamePractice, keys, within


class Attempt(PracticeChild):
    """A hand-over: on disk, with its text, before the carrier is called.

    `sealed` is what was rendered for it, under the client's key. Only what the carrier said of it
    may be written later (config/prepare.py grants no more).

    `outcome` is empty while open; afterwards a `carrier.Outcome`.
    """

    message = within("messaging.Message")
    number = models.PositiveSmallIntegerField()
    line = within("messaging.PracticeLine")
    address = models.CharField(max_length=254)
    sealed = models.BinaryField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, blank=True)
    carrier_ref = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = keys(
            SamePractice(field="message", name="attempt_message"),
            SamePractice(field="line", name="attempt_line"),
        )
        indexes = [
            models.Index(fields=["message"], name="attempt_by_message"),
            models.Index(fields=["practice", "address", "-at"], name="attempt_to_address"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class InFlight(PracticeChild):
    """An attempt that is open or in doubt: at most one per line and address.

    `uncertain_since` is null while it is being handed over; `looks` counts the times the carrier
    was asked, `look_at` is when to ask next.
    """

    id = models.UUIDField(primary_key=True)  # the attempt's
    message = within("messaging.Message")
    line = models.ForeignKey(
        # The practice's use of the line, on the message, is the key that counts.
        "messaging.Line",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    address = models.CharField(max_length=254)
    since = models.DateTimeField()
    lease_until = models.DateTimeField()
    uncertain_since = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        # Nothing points to a flight, so it needs no key (practice, id) to be pointed to by.
        constraints = [
            Isolated(name="%(class)s_isolated"),
            SamePractice(field="message", name="inflight_message"),
            models.UniqueConstraint(fields=["line", "address"], name="inflight_one_per_address"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Receipt(PracticeChild):
    """A carrier's word on an attempt, stored before it is acted on. `applied_at` null: not yet."""

    attempt = within("messaging.Attempt")
    at = models.DateTimeField(default=clock.now)
    event = models.CharField(max_length=12)
    carrier_ref = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=500, blank=True)
    blame = models.CharField(max_length=10, blank=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = keys(SamePractice(field="attempt", name="receipt_attempt"))
        indexes = [
            models.Index(
                fields=["at", "id"],
                condition=models.Q(applied_at__isnull=True),
                name="receipt_unread",
            ),
            models.Index(fields=["attempt"], name="receipt_by_attempt"),
        ]

    def __str__(self) -> str:
        return str(self.id)
