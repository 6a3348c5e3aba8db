"""Lines: the addresses we send from. Lanes: a line's queues, by urgency."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock, ids
from carepost.people.models.client import CHANNELS
from carepost.practice.tenancy import SETTING, VISIBLE, PracticeRow, _SqlConstraint, keys


class OwnOrHost(_SqlConstraint):
    """Row-level security for lines: a practice's own; and the host's, which all may use and see.

    A host's line is made and changed by whoever acts for no practice: the installation, at start.
    Workers let one wait by the door `door_pause_lines`.
    """

    def statement(self, model: type[models.Model]) -> str:
        table, mine = model._meta.db_table, f'"owner_id" = {VISIBLE}'
        host = f"\"owner_id\" IS NULL AND coalesce(current_setting('{SETTING}', true), '') = ''"
        return (
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; '
            f'CREATE POLICY "{self.name}" ON "{table}" USING ({mine}) WITH CHECK ({mine}); '
            f'CREATE POLICY "{self.name}_seen" ON "{table}" FOR SELECT '
            f'USING ("owner_id" IS NULL); '
            f'CREATE POLICY "{self.name}_host" ON "{table}" USING ({host}) WITH CHECK ({host})'
        )


class Line(models.Model):
    """A number or mailbox with its carrier account. No `owner`: of the host's pool.

    `sealed_settings` is the account, sealed by the key ring. An empty `address` (host's email):
    the practice's own. `rate`: hand-overs a second, null for no limit; `allowance` of them were
    left at `allowance_at`. A paused line waits until `paused_until`; `trouble` says why.
    """

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    owner = models.ForeignKey(
        "practice.Practice", null=True, on_delete=models.CASCADE, related_name="+"
    )
    channel = models.CharField(max_length=5, choices=CHANNELS)
    carrier = models.CharField(max_length=20)
    address = models.CharField(max_length=254, blank=True)
    sealed_settings = models.BinaryField()
    rate = models.FloatField(null=True)
    allowance = models.FloatField(default=0)
    allowance_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=500, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            OwnOrHost(name="line_isolated"),
            models.UniqueConstraint(
                fields=["owner", "channel", "carrier", "address"],
                name="line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="line_rate_positive",
                condition=models.Q(rate__isnull=True) | models.Q(rate__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class PracticeLine(PracticeRow):
    """That a practice uses a line: its own, or one of the host's. `rank` 1 is the default.

    `name` is what the practice calls it; empty: it goes by its address.
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=5, choices=CHANNELS)
    rank = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=60, blank=True, default="", db_default="")

    class Meta:
        constraints = keys(
            models.UniqueConstraint(fields=["practice", "line"], name="practiceline_once")
        )

    def __str__(self) -> str:
        return str(self.id)


class Lane(models.Model):
    """One queue of a line: `urgency` 0 for what is due by a person's calendar, 1 for broadcasts.

    Holds no practice's data: which line was served when.
    """

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="lanes")
    urgency = models.SmallIntegerField()
    served_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "urgency"], name="lane_once")]

    def __str__(self) -> str:
        return str(self.id)
