"""The people a practice treats, those it writes to otherwise, and how to reach them."""

from carepost.people.models.client import Client, Contact
from carepost.people.models.consent import Consent, Stop
from carepost.people.models.contact_point import ContactPoint, System

__all__ = ["Client", "Consent", "Contact", "ContactPoint", "Stop", "System"]
