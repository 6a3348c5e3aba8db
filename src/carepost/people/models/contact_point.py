"""One way to reach a person (FHIR ContactPoint)."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within


class System(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    FAX = "fax", "Fax"


class ContactPoint(PracticeRow):
    """A number in E.164 or an email address, of a client or of a contact.

    `rank` orders those of one system, 1 preferred (FHIR). `invalid_since` is set when a carrier
    said for good that nobody is there.
    """

    client = within("people.Client", null=True)
    contact = within("people.Contact", null=True)
    system = models.CharField(max_length=5, choices=System.choices)
    value = models.CharField(max_length=254)
    use = models.CharField(max_length=10, blank=True)  # home, work, mobile
    rank = models.PositiveSmallIntegerField(default=1)
    invalid_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = keys(
            SamePractice(field="client", name="contactpoint_client"),
            SamePractice(field="contact", name="contactpoint_contact"),
            models.CheckConstraint(
                name="contactpoint_of_one",
                condition=models.Q(client__isnull=False, contact__isnull=True)
                | models.Q(client__isnull=True, contact__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["practice", "client", "system", "value"], name="contactpoint_client_once"
            ),
            models.UniqueConstraint(
                fields=["practice", "contact", "system", "value"], name="contactpoint_contact_once"
            ),
        )
        indexes = [models.Index(fields=["practice", "value"], name="contactpoint_value")]

    def __str__(self) -> str:
        return str(self.id)
