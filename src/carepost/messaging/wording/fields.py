"""Which merge fields each kind of message has."""

from __future__ import annotations

VISIT = frozenset(
    {
        "client.first_name",
        "practice.name",
        "practice.phone",
        "appointment.date",
        "appointment.time",
        "appointment.place",
        "appointment.practitioner",
    }
)
# A moved visit tells old and new; `notice.what` is booked, moved or cancelled.
NOTICE = VISIT | {"appointment.old_date", "appointment.old_time", "notice.what"}

# What a practice or visit may lack: a text must read well with these empty.
OPTIONAL = frozenset({"practice.phone", "appointment.place", "appointment.practitioner"})

BY_KIND = {"appointment_reminder": VISIT, "appointment_notice": NOTICE}
