"""That a worker lives."""

from __future__ import annotations

from django.db import models


class WorkerBeat(models.Model):
    """One worker process and when it was last heard of. Holds no practice's data."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="workerbeat_newest")]

    def __str__(self) -> str:
        return str(self.id)
