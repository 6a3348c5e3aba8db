"""The one door to a message's row for people: what members and tokens do about a message.

Each act locks the row, so that it happens wholly before or wholly after arming, and writes its
audit entry in the same transaction. What cannot be done is a `Conflict` that says why and what
could be done instead.
"""

from carepost.messaging.outbox.again import decide, retry
from carepost.messaging.outbox.another_way import retry_by
from carepost.messaging.outbox.calling_off import UNDO, cancel, restore
from carepost.messaging.outbox.test_message import say_test
from carepost.messaging.outbox.timing import move, send_now
from carepost.messaging.outbox.words import Said, edit_words, reset_words, words_of, words_of_row

__all__ = [
    "UNDO",
    "Said",
    "cancel",
    "decide",
    "edit_words",
    "move",
    "reset_words",
    "restore",
    "retry",
    "retry_by",
    "say_test",
    "send_now",
    "words_of",
    "words_of_row",
]
