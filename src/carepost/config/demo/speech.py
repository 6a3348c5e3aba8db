"""What the demo's messages of the past said: composed and sealed as the engine does it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from carepost.ground import sealing
from carepost.messaging.models import Template
from carepost.messaging.outbound.compose import About, compose
from carepost.messaging.wording.moments import Visit as Spoken
from carepost.people.models import Client
from carepost.practice import keys
from carepost.practice.models import Practice

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.config.demo.diary import Kept, Stand
    from carepost.config.demo.setting import Setting
    from carepost.messaging.facts import Person
    from carepost.messaging.outbound.wanted import Wanted


class Speech:
    """Knows the practice, its templates, and its clients' names and keys."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._practice = Practice.objects.get(id=setting.practice_id)
        self._words = {
            id_: (subject, body)
            for id_, subject, body in Template.objects.values_list("id", "subject", "body")
        }
        self._clients = {
            id_: (name, bytes(sealed))
            for id_, name, sealed in Client.objects.values_list("id", "first_name", "sealed_key")
        }

    def sealed(self, about: About, at: datetime, client: UUID, attempt: UUID) -> bytes:
        """The words of an attempt, under its client's key."""
        words = compose(about, at)
        said = orjson.dumps({"subject": words.subject, "text": words.text})
        key = keys.client_key(self._practice, self._clients[client][1])
        return sealing.seal(key, said, attempt.bytes)

    def about(self, person: Person, kept: Kept, stand: Stand, want: Wanted) -> About:
        """What a message may speak of: a visit as it stood."""
        template = self._words.get(want.template_id) if want.template_id else None
        practice, visit = self._practice, kept.visit
        spoken = Spoken(
            local=datetime.combine(stand.day, stand.clock),
            zone=visit.zone,
            place=self.setting.place_names[visit.place],
            practitioner=self.setting.practitioner_names[visit.practitioner],
        )
        return About(
            kind=want.kind,
            what=want.what,
            channel=want.channel,
            language=person.client.language or practice.language,
            country=practice.country,
            practice_name=practice.name,
            practice_phone=practice.phone,
            first_name=self._clients[want.client_id][0],
            visits=(spoken,),
            was=want.was,
            subject=template[0] if template else None,
            body=template[1] if template else None,
        )
