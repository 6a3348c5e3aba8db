"""Who signs in at the demo's practice, and by what password: made once, and kept beside the token.

Nothing here is real, and still the password is this installation's own: somebody may show the demo
to others on their network.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password

from carepost.appointments.models import Practitioner
from carepost.practice import members, settings, tokens
from carepost.practice.audit import SYSTEM
from carepost.practice.models import Member, Role, User

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from carepost.config.demo.setting import Setting

DOMAIN = "riverside.example.com"
OWNER = f"owner@{DOMAIN}"
_WORDS = (
    "amber", "birch", "canoe", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper",
    "kelp", "lagoon", "maple", "nectar", "otter", "pebble", "quartz", "reed", "sedge", "tern",
    "umber", "violet", "willow", "yarrow", "zephyr", "brook", "cedar", "dune", "egret", "fern",
    "gorge", "heath",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A member; `practitioner`: their number among those who see clients."""

    email: str
    name: str
    role: Role
    practitioner: int | None = None


STAFF = (
    Person(OWNER, "Maya Rivera", Role.OWNER, 0),
    Person(f"tom.albright@{DOMAIN}", "Tom Albright", Role.PRACTITIONER, 1),
    Person(f"front.desk@{DOMAIN}", "Kim Sandoval", Role.FRONT_DESK),
    Person(f"billing@{DOMAIN}", "Noor El-Amin", Role.BILLER),
)


def open_the_door(home: Path, setting: Setting) -> str:
    """Make the members, let them in by one password, and give it. Acting for the practice."""
    practice_id = setting.practice_id
    there = {m.user.email: m for m in Member.objects.select_related("user")}
    for person in STAFF:
        member = there.get(person.email) or members.add(
            practice_id, SYSTEM, email=person.email, role=person.role, name=person.name
        )
        if not member.name:
            members.change(practice_id, member.id, SYSTEM, name=person.name)
        if person.practitioner is not None:
            sees = Practitioner.objects.filter(id=setting.practitioners[person.practitioner])
            sees.filter(member=None).update(member=member.id)
    path = home / "demo.password"
    if not path.exists():
        password = "-".join(secrets.choice(_WORDS) for _ in range(5))
        # The hash is slow by design: one is made for all of them.
        hashed = make_password(password)
        User.objects.filter(email__in=[p.email for p in STAFF]).update(password=hashed)
        settings.change(practice_id, SYSTEM, mfa_required="nobody", idle_minutes=60)
        _keep(path, password)
    return path.read_text().strip()


def token(home: Path, practice_id: UUID) -> str:
    """The demo's token, kept so that a second start can print it again."""
    path = home / "demo.token"
    if not path.exists():
        owner = Member.objects.filter(practice_id=practice_id, role=Role.OWNER).earliest(
            "created_at"
        )
        _, made = tokens.issue(practice_id, owner.id, "Demo", [tokens.EVERYTHING], SYSTEM)
        _keep(path, made)
    return path.read_text().strip()


def _keep(path: Path, secret: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
