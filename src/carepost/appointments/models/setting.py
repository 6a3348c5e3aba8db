"""Who sees clients, where, and for what."""

from __future__ import annotations

from django.db import models

from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


def once_by_name(table: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["practice", "name"], name=f"{table}_name_once")


class Entry(PracticeRow):
    """What visits name. Not `active`: kept with its visits, and not taken for new ones."""

    active = models.BooleanField(default=True, db_default=True)

    class Meta:
        abstract = True


class Practitioner(Entry):
    """A person who sees clients; `member` where that person also signs in."""

    name = models.CharField(max_length=120)
    member = within("practice.Member", null=True)

    class Meta:
        constraints = keys(
            once_by_name("practitioner"),
            SamePractice(field="member", name="practitioner_member"),
            models.UniqueConstraint(fields=["practice", "member"], name="practitioner_member_once"),
        )

    def __str__(self) -> str:
        return self.name


class Place(Entry):
    """Where visits happen (FHIR Location). Empty zone: the practice's."""

    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = keys(once_by_name("place"))

    def __str__(self) -> str:
        return self.name


class AppointmentType(Entry):
    """What a visit is for. Its name never leaves the practice (RULES B1)."""

    name = models.CharField(max_length=120)
    minutes = models.PositiveSmallIntegerField(default=30)
    allows_double_booking = models.BooleanField(default=False)

    class Meta:
        constraints = keys(once_by_name("appointmenttype"))

    def __str__(self) -> str:
        return self.name
