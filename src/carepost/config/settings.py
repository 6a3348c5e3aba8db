"""Django's settings. What an installation may change comes from `environment.py`."""

from __future__ import annotations

import zoneinfo

from carepost.config.database import Database
from carepost.config.environment import ENVIRONMENT
from carepost.config.signing_in import *  # noqa: F403 -- RULES E1 has a file of its own

# The pinned tzdata package, not whatever this machine's system has (RULES C3).
zoneinfo.reset_tzpath(to=())

KEY_RING = ENVIRONMENT.ring
SECRET_KEY = ENVIRONMENT.ring.derive("django").hex()
DEBUG = False
ALLOWED_HOSTS = [
    "*"
]  # the hosts that may be named are the proxy's business; no URL is built from Host
ROOT_URLCONF = "carepost.config.urls"
ASGI_APPLICATION = "carepost.config.asgi.application"

DATABASE = Database.of(ENVIRONMENT)
DATABASES = {"default": DATABASE.django("app"), "owner": DATABASE.django("owner")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "carepost.practice",
    "carepost.people",
    "carepost.appointments",
    "carepost.messaging",
    "carepost.carriers",
    "carepost.api",
    "carepost.web",
    "carepost.web.signin",
    # After web, whose templates stand for allauth's own.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
AUTH_USER_MODEL = "practice.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "carepost.web.compressing.Compressing",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "carepost.web.signin.watch.SessionWatch",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "carepost.web.surroundings.surroundings",
            ]
        },
    }
]
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 30 * 24 * 3600  # a page asks for them by a mark of their content

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True

APPEND_SLASH = False
SECURE_CONTENT_TYPE_NOSNIFF = True
# With "no-referrer" browsers send no Origin with a form, and the guard against forged ones asks for
# it. Client pages, which need none, say "no-referrer" themselves (RULES E8).
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own request log would carry URLs and exception texts; ours carries neither.
        "django.request": {"level": "CRITICAL"},
        "aiosmtpd": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # it names each passkey that is used
    },
}

CAREPOST_CARRIERS = {
    "twilio": "carepost.carriers.twilio.carrier.Twilio",
    "smtp": "carepost.carriers.smtp.carrier.Smtp",
}
"""Which adapter carries what. `messaging` knows no carrier by name: it reads this."""

CAREPOST_API_RATE = ENVIRONMENT.number("CAREPOST_API_RATE", 200)
CAREPOST_API_BURST = ENVIRONMENT.number("CAREPOST_API_BURST", 2000)
CAREPOST_LOOKUP_WAIT = ENVIRONMENT.number("CAREPOST_LOOKUP_WAIT", 30)
# Seconds that an attempt may stay open; adapters stop when it ends, so a short one is safe, and
# merely leaves more in doubt.
CAREPOST_LEASE = max(ENVIRONMENT.number("CAREPOST_LEASE", 60), 5)
CAREPOST_BASE_URL = ENVIRONMENT.base_url
