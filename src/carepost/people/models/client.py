"""Clients, and contacts: everybody else a practice writes to."""

from __future__ import annotations

from django.db import models

from carepost.ground import clock
from carepost.practice.tenancy import PracticeRow, SamePractice, keys, within

CHANNELS = [("sms", "SMS"), ("voice", "Voice"), ("fax", "Fax"), ("email", "Email")]


class Person(PracticeRow):
    """What is true of anybody a practice writes to. Empty zone or language: the practice's."""

    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8, blank=True)
    assigned_channel = models.CharField(max_length=5, choices=CHANNELS, blank=True)
    source = models.CharField(max_length=40, blank=True)  # which program it was imported from
    external_id = models.CharField(max_length=120, blank=True)  # that program's own id
    sealed_key = models.BinaryField()  # seals what is said to and by this person
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)  # out of the lists; nothing new is said to them

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class Client(Person):
    """A person whom the practice treats."""

    birth_date = models.DateField(null=True)
    notes = models.TextField(blank=True, default="", db_default="")  # for staff alone

    class Meta:
        constraints = keys(
            models.UniqueConstraint(
                fields=["practice", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="client_imported_once",
            ),
        )
        indexes = [models.Index(fields=["practice", "last_name", "first_name"], name="client_name")]


class Contact(Person):
    """A provider, referrer, lab, parent or insurer; `client` where linked to one."""

    client = within("people.Client", null=True)
    relationship = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = keys(SamePractice(field="client", name="contact_client"))
