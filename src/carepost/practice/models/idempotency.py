"""What was answered to a request with an `Idempotency-Key`, so that a repeat gets the same."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, keys


class IdempotentAnswer(PracticeRow):
    """The first answer to a key; kept a day. `sealed_body` is sealed: it may name a client."""

    key = models.CharField(max_length=255)
    request_digest = models.BinaryField()  # SHA-256 of method, path and body
    status = models.SmallIntegerField()
    sealed_body = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = keys(
            models.UniqueConstraint(fields=["practice", "key"], name="idempotency_once"),
        )

    def __str__(self) -> str:
        return str(self.id)
