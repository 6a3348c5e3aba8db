"""Visits, and what they are made of."""

from carepost.appointments.models.appointment import Appointment, AppointmentChange, VisitStatus
from carepost.appointments.models.imports import Import
from carepost.appointments.models.setting import AppointmentType, Place, Practitioner

__all__ = [
    "Appointment",
    "AppointmentChange",
    "AppointmentType",
    "Import",
    "Place",
    "Practitioner",
    "VisitStatus",
]
