"""What a password must be (RULES E1): 12 characters, not a common one, not like the address."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from carepost.practice.models import User

_FEWEST = 6  # different characters
_RUNS = "01234567890123456789 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm"
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def check(password: str, user: User, field: str = "password") -> None:
    """Raises Refused, with what is wrong, for a password that may not be."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field) from None


class Guessable:
    """A validator of Django's kind: refuses what is long and still guessed soon.

    Lists of common passwords hold few of 12 characters, since people lengthen a short one: by
    saying it twice, by another common one, by digits and signs at its ends.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raises ValidationError."""
        plain = password.lower()
        if len(set(plain)) < _FEWEST or _is_run(plain) or _is_common(_EDGES.sub("", plain)):
            raise ValidationError(
                _("This is easily guessed: a common word made longer, or keys in a row."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """What it asks for."""
        return _("Not a common word made longer, and not keys in a row.")


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _is_run(plain: str) -> bool:
    """Keys in a row, forwards or back, all through."""
    pairs = ["".join(pair) for pair in pairwise(plain)]
    steps = sum(pair in _RUNS or pair[::-1] in _RUNS for pair in pairs)
    return steps >= (len(plain) - 1) * 0.8


def _is_common(core: str) -> bool:
    """Nothing, one common password, or two of them side by side."""
    if not core or core in _common():
        return True
    return any(core[:i] in _common() and core[i:] in _common() for i in range(3, len(core) - 2))
