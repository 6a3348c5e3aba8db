"""How allauth works here: nobody signs up, wrong passwords lock out only whoever tries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carepost.web import said
from carepost.web.signin import post, watch

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

NO_ADDRESS = "0.0.0.0"  # noqa: S104 -- of a client behind a socket file: nothing listens on it

SENTENCES = {
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is set."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator app is no longer asked for."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": _("You have new recovery codes. Keep them safe."),
    "usersessions/messages/sessions_logged_out.txt": _("Your other sessions are signed out."),
}
"""What is said of what allauth did; what is not here speaks for itself."""


class Accounts(DefaultAccountAdapter):
    """allauth's adapter for accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This email address and this password do not belong together. Check both, or choose a "
            "new password."
        ),
        "too_many_login_attempts": _(
            "That was tried too often. Wait five minutes, then try again."
        ),
        "rate_limited": _("That was tried too often. Wait five minutes, then try again."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: try the next."),
        "enter_current_password": _("This is not your present password."),
        "invalid_password_reset": _("This link was used or is too old. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts come by invite."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's address, as the web server tells it."""
        return get_client_ip(request) or NO_ADDRESS

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to show again that it is oneself: not within five minutes of signing in."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return required and not watch.began_lately(context.request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Address and account together: otherwise five wrong passwords from anywhere in the world
        # would lock a receptionist out of her morning (RULES E1). allauth has no other hook.
        login = str(credentials.get("email", "")).lower()
        return f"{self.get_client_ip(request)}:{login}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the letter: of our own address, never of the Host that a request names."""
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)
        return f"{settings.CAREPOST_BASE_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A letter about an account; whether there is one shows in neither answer nor time."""
        if template_prefix == "account/email/password_reset_key":
            post.send_later(post.password_reset(email, context["password_reset_url"]))
        else:
            post.send_later(post.account_changed(email, template_prefix.rpartition("/")[2]))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it as every page says things."""
        sentence = message or SENTENCES.get(message_template or "")
        if sentence:
            said.toast(request, str(sentence), kind="ill" if level >= 30 else "well")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's sign-in page."""
        return reverse("mfa_index")

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:  # type: ignore[override]
        """The ways to show again that it is oneself, in our words."""
        words = {
            "reauthenticate": gettext("Use your password"),
            "mfa_reauthenticate": gettext("Use a code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**way, "description": words[way["id"]]} for way in methods]
