"""The URLs of the practice's settings."""

from __future__ import annotations

from django.urls import path

from carepost.web.settings import audit, catalogue, members, practice, tokens

app_name = "settings"
urlpatterns = [
    path("practice", practice.practice, name="practice"),
    path("sign-in", practice.signing_in, name="signing_in"),
    path("members", members.members, name="members"),
    path("members/invite", members.invite, name="invite"),
    path("members/<uuid:member_id>", members.member, name="member"),
    path("invites/<uuid:invite_id>/again", members.again, name="invite_again"),
    path("invites/<uuid:invite_id>/end", members.end, name="invite_end"),
    path("visits", catalogue.catalogue, name="catalogue"),
    path("visits/<slug:sort>/new", catalogue.new, name="catalogue_new"),
    path("visits/types/<uuid:type_id>", catalogue.one_type, name="type"),
    path(
        "visits/practitioners/<uuid:practitioner_id>", catalogue.practitioner, name="practitioner"
    ),
    path("visits/places/<uuid:place_id>", catalogue.place, name="place"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/new", tokens.new, name="token_new"),
    path("tokens/<uuid:token_id>/end", tokens.end, name="token_end"),
    path("audit", audit.trail, name="audit"),
    path("audit/export", audit.export, name="audit_export"),
]
