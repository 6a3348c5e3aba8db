"""The URLs of the clients' pages."""

from __future__ import annotations

from django.urls import path

from carepost.web.clients import client, consents, edit, list, points

app_name = "clients"
urlpatterns = [
    path("", list.clients, name="list"),
    path("new", edit.new, name="new"),
    path("<uuid:client_id>/", client.overview, name="client"),
    path("<uuid:client_id>/visits", client.visits, name="visits"),
    path("<uuid:client_id>/messages", client.messages, name="messages"),
    path("<uuid:client_id>/contact", client.contact, name="contact"),
    path("<uuid:client_id>/edit", edit.edit, name="edit"),
    path("<uuid:client_id>/points/add", points.add, name="add_point"),
    path("<uuid:client_id>/points/<uuid:point_id>/remove", points.remove, name="remove_point"),
    path("<uuid:client_id>/points/<uuid:point_id>/restore", points.restore, name="restore_point"),
    path("<uuid:client_id>/points/<uuid:point_id>/consent", consents.consent, name="consent"),
    path("<uuid:client_id>/points/<uuid:point_id>/stop", consents.stop, name="stop"),
    path("<uuid:client_id>/points/<uuid:point_id>/lift", consents.lift, name="lift"),
]
