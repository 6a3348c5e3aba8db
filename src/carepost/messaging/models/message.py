"""One thing said to, or by, one recipient by one channel."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.messaging.status import WAITING, Status
from carepost.people.models.client import CHANNELS
from carepost.practice.tenancy import PracticeChild, PracticeRow, SamePractice, keys, within


class Message(PracticeRow):
    """A row of the outbox, visible weeks ahead; later, the record of what was said.

    `hold` and `drop` are codes (`messaging/reasons.py`). `due_at` is when it should go,
    `expires_at` when it no longer makes sense. `words_set` and `time_set`: a member chose them, and
    the planner leaves them alone. `trace` is the answers of the gates when it last met them.
    """

    kind = models.CharField(max_length=40)
    what = models.CharField(max_length=10, blank=True)
    channel = models.CharField(max_length=5, choices=CHANNELS)
    status = models.CharField(max_length=12, choices=[(s, s) for s in Status])
    hold = models.CharField(max_length=40, blank=True)
    drop = models.CharField(max_length=40, blank=True)
    rule = within("messaging.Rule", null=True)
    step = models.PositiveSmallIntegerField(default=1)
    client = within("people.Client", null=True)
    contact = within("people.Contact", null=True)
    contact_point = within("people.ContactPoint", null=True)
    address = models.CharField(max_length=254, blank=True)
    line = within("messaging.PracticeLine", null=True)
    lane = models.ForeignKey(
        "messaging.Lane", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    template = within("messaging.Template", null=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    words_set = models.BooleanField(default=False)
    time_set = models.BooleanField(default=False)
    sealed_words = models.BinaryField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    carrier_ref = models.CharField(max_length=80, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    error_words = models.CharField(max_length=500, blank=True)
    trace = models.JSONField(null=True)

    class Meta:
        constraints = keys(
            SamePractice(field="rule", name="message_rule"),
            SamePractice(field="client", name="message_client"),
            SamePractice(field="contact", name="message_contact"),
            SamePractice(field="contact_point", name="message_contact_point"),
            SamePractice(field="line", name="message_line"),
            SamePractice(field="template", name="message_template"),
        )
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"],
                condition=models.Q(status=Status.PLANNED),
                name="message_due",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status__in=sorted(WAITING)),
                name="message_expiring",
            ),
            models.Index(
                fields=["sent_at"],
                condition=models.Q(status=Status.SENT),
                name="message_awaiting_receipt",
            ),
            # What lists and pictures of a span of time ask for is in the index itself.
            models.Index(
                fields=["practice", "-due_at", "-id"],
                include=["status", "channel", "kind", "rule"],
                name="message_by_time",
            ),
            models.Index(fields=["practice", "status", "-due_at", "-id"], name="message_by_status"),
            models.Index(fields=["practice", "client", "-due_at"], name="message_of_client"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MessageAbout(PracticeChild):
    """That a message speaks of a visit, as it was at `sequence`, to a recipient.

    Unique, so a second message about the same thing is impossible. A merged message has several.
    """

    message = within("messaging.Message")
    rule = within("messaging.Rule")
    step = models.PositiveSmallIntegerField(default=1)
    appointment = within("appointments.Appointment")
    sequence = models.PositiveIntegerField()
    recipient_id = models.UUIDField()

    class Meta:
        constraints = keys(
            SamePractice(field="message", name="messageabout_message"),
            SamePractice(field="rule", name="messageabout_rule"),
            SamePractice(field="appointment", name="messageabout_appointment"),
            models.UniqueConstraint(
                fields=["practice", "rule", "step", "appointment", "sequence", "recipient_id"],
                name="messageabout_once",
            ),
        )
        indexes = [
            models.Index(fields=["message"], name="messageabout_by_message"),
            models.Index(fields=["practice", "appointment"], name="messageabout_visit"),
        ]

    def __str__(self) -> str:
        return str(self.id)
