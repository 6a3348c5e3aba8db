"""Those of allauth's pages that we have: no signing up, no changing of addresses."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path, re_path

urlpatterns = [
    path("", account.login, name="account_login"),
    path("out", account.logout, name="account_logout"),
    path("inactive", account.account_inactive, name="account_inactive"),
    path("again", account.reauthenticate, name="account_reauthenticate"),
    path("password", account.password_change, name="account_change_password"),
    path("forgot", account.password_reset, name="account_reset_password"),
    path("forgot/sent", account.password_reset_done, name="account_reset_password_done"),
    path(
        "forgot/done",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^forgot/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("steps/", include("allauth.mfa.urls")),
]
