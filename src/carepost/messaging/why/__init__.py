"""WHY: what made a message, what the gates said, what came of it; and why somebody hears nothing.

- `story(practice_id, message_id, now)`: a message's whole story in sentences, and what mends it;
  or of a `Record` that was `read`, `told(record)`.
- `will_hear_of(practice_id, appointment_ids, now)` and `will_hear(practice_id, client_ids, now)`:
  whether people will hear from us, for as many visits or clients as a list shows.
- `why_nothing(practice_id, client_id, appointment_id, now)`: the same of one visit, rule by rule.
"""

from carepost.messaging.why.hearing import Hearing, why_nothing, will_hear, will_hear_of
from carepost.messaging.why.mending import Mend
from carepost.messaging.why.record import Record, read
from carepost.messaging.why.story import Story, story, told
from carepost.messaging.why.telling import StoryLine

__all__ = [
    "Hearing",
    "Mend",
    "Record",
    "Story",
    "StoryLine",
    "read",
    "story",
    "told",
    "why_nothing",
    "will_hear",
    "will_hear_of",
]
