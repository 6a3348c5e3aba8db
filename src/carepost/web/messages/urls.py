"""The URLs of messages: scheduled and sent, and why."""

from __future__ import annotations

from django.urls import path

from carepost.web.messages import acts, list, month, story, words

app_name = "messages"
urlpatterns = [
    path("", list.messages, name="list"),
    path("export", list.export, name="export"),
    path("month", month.month, name="month"),
    path("<uuid:message_id>", story.why, name="why"),
    path("<uuid:message_id>/send-now", acts.send_now, name="send_now"),
    path("<uuid:message_id>/cancel", acts.cancel, name="cancel"),
    path("<uuid:message_id>/restore", acts.restore, name="restore"),
    path("<uuid:message_id>/retry", acts.retry, name="retry"),
    path("<uuid:message_id>/retry/<slug:channel>", acts.retry_by, name="retry_by"),
    path("<uuid:message_id>/decide", acts.decide, name="decide"),
    path("<uuid:message_id>/words", words.words, name="words"),
    path("<uuid:message_id>/time", words.time, name="time"),
]
