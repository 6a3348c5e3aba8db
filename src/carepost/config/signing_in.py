"""Django's and allauth's settings for signing in (RULES E1); `settings.py` takes them in.

Accounts come by invite, by `carepost practice create` or by the demo: there is no signing up.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from carepost.config.environment import ENVIRONMENT, Misconfigured

_SECURE = ENVIRONMENT.base_url.startswith("https://")

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [  # options of many types
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "carepost.practice.passwords.Guessable"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
]

# A session ends after 12 hours and when its member was away for long: web/signin/watch.py ends it.
SESSION_COOKIE_NAME = "carepost_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _SECURE
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "carepost_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _SECURE
CSRF_FAILURE_VIEW = "carepost.web.signin.turned_away.stale"
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.base_url]

# Tries are counted in the database, so that all processes and hosts count the same ones. A cache
# per process would multiply every limit by their number and forget at each restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "practice_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

ACCOUNT_ADAPTER = "carepost.web.signin.accounts.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Whoever has an account came by a link that was sent to the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end by themselves: Django's hash
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers are sent nothing
ACCOUNT_RATE_LIMITS = {
    # `key` is address and account together (web/signin/accounts.py): wrong passwords lock out
    # whoever tries them, and nobody else.
    "login": "30/m/ip",
    "login_failed": "20/10m/ip,5/5m/key",
    "reset_password": "10/h/ip,3/h/key",
}
ACCOUNT_FORMS = {
    "login": "carepost.web.signin.forms.SignInForm",
    "change_password": "carepost.web.signin.forms.ChangePasswordForm",
    "reset_password": "carepost.web.signin.forms.ResetPasswordForm",
    "reset_password_from_key": "carepost.web.signin.forms.NewPasswordForm",
    "reauthenticate": "carepost.web.signin.forms.ConfirmPasswordForm",
}

MFA_ADAPTER = "carepost.web.signin.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Carepost"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s: telephones' clocks are not exact
MFA_FORMS = {
    "authenticate": "carepost.web.signin.forms.CodeForm",
    "reauthenticate": "carepost.web.signin.forms.ConfirmCodeForm",
    "activate_totp": "carepost.web.signin.forms.ActivateAppForm",
    "add_webauthn": "carepost.web.signin.forms.AddPasskeyForm",
    "edit_webauthn": "carepost.web.signin.forms.NamePasskeyForm",
}
# Browsers offer passkeys on https and on localhost; fido2 asks for https unless told otherwise.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE

# Letters about accounts: the mail server that `CAREPOST_EMAIL_URL` names; where it names none, they
# are not sent, and pages show the link instead (web/signin/post.py).
try:
    _MAIL = ENVIRONMENT.mail_line
except Misconfigured:  # said by whatever serves, which makes lines of it
    _MAIL = None
_ACCOUNT = _MAIL.settings if _MAIL else {}
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL else 'dummy'}.EmailBackend"
EMAIL_HOST = _ACCOUNT.get("host", "")
EMAIL_PORT = int(_ACCOUNT.get("port", 25))
EMAIL_HOST_USER = _ACCOUNT.get("username", "")
EMAIL_HOST_PASSWORD = _ACCOUNT.get("password", "")
EMAIL_USE_TLS = _ACCOUNT.get("tls") == "starttls"
EMAIL_USE_SSL = _ACCOUNT.get("tls") == "implicit"
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = (_MAIL.address if _MAIL else "") or (
    f"carepost@{urlsplit(ENVIRONMENT.base_url).hostname or 'localhost'}"
)
CAREPOST_SENDS_LETTERS = _MAIL is not None
