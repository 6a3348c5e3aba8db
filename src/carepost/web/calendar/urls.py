"""The URLs of the calendar pages."""

from __future__ import annotations

from django.urls import path

from carepost.web.calendar import acts, book, change, events, printed, visit, week

app_name = "calendar"
urlpatterns = [
    path("", week.week, name="week"),
    path("events", events.events, name="events"),
    path("book", book.book, name="book"),
    path("people", book.people, name="people"),
    path("print", printed.day, name="print"),
    path("<uuid:appointment_id>", visit.visit, name="visit"),
    path("<uuid:appointment_id>/telling", visit.telling, name="telling"),
    path("<uuid:appointment_id>/tell/<slug:how>", acts.tell, name="tell"),
    path("<uuid:appointment_id>/move", change.move, name="move"),
    path("<uuid:appointment_id>/put", acts.put, name="put"),
    path("<uuid:appointment_id>/confirm", acts.confirm, name="confirm"),
    path("<uuid:appointment_id>/unconfirm", acts.unconfirm, name="unconfirm"),
    path("<uuid:appointment_id>/cancel", acts.cancel, name="cancel"),
    path("<uuid:appointment_id>/reopen", acts.reopen, name="reopen"),
    path("<uuid:appointment_id>/mark/<slug:status>", acts.mark, name="mark"),
    path("<uuid:appointment_id>/unmark/<slug:status>", acts.unmark, name="unmark"),
]
