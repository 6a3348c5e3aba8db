"""Visits, and what they are made of."""

from carepost.appointments.models.appointment import Appointment, AppointmentChange, VisitStatus
from carepost.appointments.models.imports import Brought, Import
from carepost.appointments.models.series import Series
from carepost.appointments.models.setting import AppointmentType, Place, Practitioner

__all__ = [
    "Appointment",
    "AppointmentChange",
    "AppointmentType",
    "Brought",
    "Import",
    "Place",
    "Practitioner",
    "Series",
    "VisitStatus",
]
