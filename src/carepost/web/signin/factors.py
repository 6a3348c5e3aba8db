"""Second factors and passkeys: what allauth keeps of them is sealed, and named in our words."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from carepost.practice import sign_in
from carepost.web.signin import browsers, standing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_ABOUT = b"second factor"


class Factors(DefaultMFAAdapter):
    """allauth's adapter for second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your practice asks for a second step. Add a passkey first, then remove this."
        ),
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: try the next."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret with the installation's newest key."""
        return b64encode(settings.KEY_RING.wrap(text.encode(), _ABOUT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again. Raises SealingError where no key of the ring can."""
        return settings.KEY_RING.unwrap(b64decode(encrypted_text), _ABOUT).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last factor of somebody whose practice asks for one."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=standing.FACTORS
        ).exclude(pk=authenticator.pk)
        if others.exists():
            return True
        held = sign_in.memberships(authenticator.user_id)
        return not any(m.active and m.needs_second_factor for m in held)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """A passkey's first name: the browser that made it."""
        return browsers.in_words(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """What the browser's own list of passkeys shows: the address."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}

    def _get_site_name(self) -> str:
        return "Carepost"
