"""Every URL. Each app names its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("carepost.api.urls")),
    path("sign-in/", include("carepost.web.signin.accounts_urls")),
    path("sign-in/", include("carepost.web.signin.urls")),
    path("", include("carepost.web.urls")),
]

handler400 = "carepost.web.errors.bad_request"
handler403 = "carepost.web.errors.forbidden"
handler404 = "carepost.web.errors.not_found"
handler500 = "carepost.web.errors.went_wrong"
handler429 = "carepost.web.signin.turned_away.too_often"  # allauth looks for it
