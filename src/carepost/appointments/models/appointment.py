"""A visit: when (local time, zone and instant), who, where, and what has become of it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class VisitStatus(models.TextChoices):
    BOOKED = "booked", "Booked"
    CONFIRMED = "confirmed", "Confirmed"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Did not come"
    DONE = "done", "Done"


class TstzRange(models.Func):
    function = "TSTZRANGE"
    output_field = models.Field()


class Appointment(PracticeRow):
    """One visit of one client.

    `local_date`, `local_time` and `zone` are what was agreed; `starts_at` is the instant they mean
    today, recomputed when the rules of the zone change. `sequence` grows with each change that a
    client must be told of (RFC 5545 SEQUENCE): a moved visit is another thing to be reminded of.
    `scheduled_at` is when it was given this time; steps whose moment lay before are not sent.
    `arrived_at`: the client came, and waits or is seen; no status, for it changes none.
    `status_before`: what it was until it was cancelled, marked or moved; an undo gives it back.
    """

    client = within("people.Client")
    type = within("appointments.AppointmentType")
    practitioner = within("appointments.Practitioner")
    place = within("appointments.Place", null=True)
    series = within("appointments.Series", null=True)
    occurrence = models.PositiveSmallIntegerField(null=True)  # its number in the series, from 1
    local_date = models.DateField()
    local_time = models.TimeField()
    zone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(
        max_length=10, choices=VisitStatus.choices, default=VisitStatus.BOOKED
    )
    status_before = models.CharField(max_length=10, blank=True, default="", db_default="")
    arrived_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)
    scheduled_at = models.DateTimeField(default=clock.now)
    exclusive = models.BooleanField(default=True)
    overlaps = models.BooleanField(default=False)  # an import brought it so; shown, never refused
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    # What the source said last (start:minutes:status:digest); only what differs from it counts.
    imported_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys(
            SamePractice(field="client", name="appointment_client"),
            SamePractice(field="type", name="appointment_type"),
            SamePractice(field="practitioner", name="appointment_practitioner"),
            SamePractice(field="place", name="appointment_place"),
            SamePractice(field="series", name="appointment_series"),
            models.UniqueConstraint(
                fields=["practice", "series", "occurrence"],
                condition=models.Q(series__isnull=False),
                name="appointment_occurrence_once",
            ),
            models.UniqueConstraint(
                fields=["practice", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="appointment_imported_once",
            ),
            models.CheckConstraint(
                name="appointment_ends_after_start",
                condition=models.Q(ends_at__gt=models.F("starts_at")),
            ),
            ExclusionConstraint(
                name="appointment_no_double_booking",
                expressions=[
                    ("practice", RangeOperators.EQUAL),
                    ("practitioner", RangeOperators.EQUAL),
                    (TstzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(exclusive=True, status__in=["booked", "confirmed"]),
            ),
        )
        indexes = [
            models.Index(fields=["practice", "starts_at"], name="appointment_by_start"),
            models.Index(fields=["practice", "client", "starts_at"], name="appointment_of_client"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AppointmentChange(PracticeRow):
    """One change of a visit that clients may have to be told of. Only `tell` ever changes.

    `tell` is False where whoever made the change said not to, then or before the client was told
    (`telling.hush`, with an audit entry of its own), and for first imports.
    """

    appointment = within("appointments.Appointment")
    sequence = models.PositiveIntegerField()
    what = models.CharField(max_length=10)  # booked, moved, cancelled
    at = models.DateTimeField()
    tell = models.BooleanField(default=True)
    starts_at = models.DateTimeField()  # after the change
    local_date = models.DateField()
    local_time = models.TimeField()
    zone = models.CharField(max_length=64)
    place = within("appointments.Place", null=True)
    active = models.BooleanField()  # after the change

    class Meta:
        constraints = keys(
            SamePractice(field="appointment", name="appointmentchange_appointment"),
            SamePractice(field="place", name="appointmentchange_place"),
            models.UniqueConstraint(
                fields=["practice", "appointment", "sequence"], name="appointmentchange_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
