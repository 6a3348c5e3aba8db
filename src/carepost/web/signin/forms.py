"""allauth's forms in our look and our words, and those of links."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from carepost.web.forms import Form

PASSWORD_HELP = _(
    "At least 12 characters, not a common password, and nothing like your address. "
    "Three or four words that only you would put together make a good one."
)


class Dressed(Form):
    """A form of allauth's, in our look. `labels`, `hints`: our words by field."""

    labels: dict[str, Any] = {}  # lazily translated texts
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: allauth's own
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)  # the label says it, and stays
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(Dressed, account.LoginForm):
    labels = {"login": _("Email address"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class ResetPasswordForm(Dressed, account.ResetPasswordForm):
    labels = {"email": _("Email address")}


class NewPasswordForm(Dressed, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("The same again")}
    hints = {"password1": PASSWORD_HELP}


class ChangePasswordForm(Dressed, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("The same again"),
    }
    hints = {"password1": PASSWORD_HELP}


class ConfirmPasswordForm(Dressed, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class _Code(Dressed):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "class": "form-control code",
        }


class _Once(_Code, mfa.BaseAuthenticateForm):
    """An app's code is good once (RFC 6238 5.2), for as long as it is good: three steps of 30 s.

    allauth remembers it for one.
    """

    def clean_code(self) -> str:
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            digest = hashlib.sha256(f"{self.user.pk} {code}".encode()).hexdigest()
            if not cache.add(f"code-used:{digest}", 1, timeout=120):
                raise forms.ValidationError(_("This code was used. Wait for the next one."))
        return code


class CodeForm(_Once, mfa.AuthenticateForm):
    labels = {"code": _("Code")}
    hints = {"code": _("The 6 digits that your app shows now, or one of your recovery codes.")}


class ConfirmCodeForm(_Once, mfa.ReauthenticateForm):
    labels = CodeForm.labels
    hints = CodeForm.hints


class ActivateAppForm(_Code, totp.ActivateTOTPForm):
    labels = {"code": _("Code")}
    hints = {"code": _("The 6 digits that your app shows now.")}


class AddPasskeyForm(Dressed, webauthn.AddWebAuthnForm):
    """Always a passkey that can sign in by itself: it asks for a finger, a face or a PIN."""

    labels = {"name": _("What shall we call it?")}
    hints = {"name": _("So that you can tell your passkeys apart.")}
    passwordless = forms.BooleanField(initial=True, required=False, widget=forms.HiddenInput)


class NamePasskeyForm(Dressed, webauthn.EditWebAuthnForm):
    labels = {"name": _("Name")}


class ChoosePasswordForm(Form):
    """A password, by a link."""

    password = forms.CharField(
        label=_("Password"),
        help_text=PASSWORD_HELP,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class JoinForm(Form):
    """A name, for who has an account."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As your colleagues see it."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class AcceptForm(JoinForm, ChoosePasswordForm):
    """Both, for who is new."""

    field_order = ["name", "password"]
