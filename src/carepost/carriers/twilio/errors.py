"""Twilio's error codes: what each means for the message, whom it concerns, what staff should do.

Source: RULES D3; twilio.com/docs/api/errors/<code>, one page a code. Read while this was written:
21601, 21606, 21608, 21611, 21635, 21659 to 21661, 30001 to 30003 and 63038; the others are from
general knowledge of that dictionary, and a page that says otherwise is right. A code stands both in
the answer to a request and in the `ErrorCode` of a status callback; there only `blame` and `words`
count, for the message has been taken already.
"""

from __future__ import annotations

from dataclasses import dataclass

from carepost.messaging.carrier import Blame, Outcome


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code means. `wait`: seconds to leave the line alone, where Twilio names none."""

    outcome: Outcome
    blame: Blame | None
    words: str
    wait: float | None = None


def _refused(blame: Blame, words: str) -> Meaning:
    return Meaning(Outcome.REFUSED, blame, words)


def _later(words: str, wait: float) -> Meaning:
    return Meaning(Outcome.LATER, None, words, wait)


_ADDRESS, _LINE, _MESSAGE = Blame.ADDRESS, Blame.LINE, Blame.MESSAGE

_NOT_A_NUMBER = "This is not a valid phone number. Check it with the client and correct it."
_NO_SMS = "This number cannot receive texts (a landline, perhaps). Ask the client for a mobile one."
_NOT_OURS = (
    "Twilio does not know the number we send from as one of this account. "
    "The owner should check the line's number under Settings, Lines."
)
_LOG_IN = (
    "Twilio did not accept the account's SID and token. "
    "The owner should enter them again under Settings, Lines."
)
_REGISTER = (
    "US carriers block texts from numbers that are not registered. The owner should finish the "
    "registration (A2P 10DLC, or toll-free verification) at Twilio."
)
_UNREACHED = (
    "The phone could not be reached: switched off, without service, or unable to take texts. "
    "Reach the client in another way."
)

MEANINGS: dict[str, Meaning] = {
    # The account, and what it may do
    "20003": _refused(_LINE, _LOG_IN),
    "20005": _refused(_LINE, "The Twilio account is not active. The owner should see to it there."),
    "20006": _refused(_LINE, "Twilio denies access. The owner should check the account's rights."),
    "20008": _refused(_LINE, "These are Twilio's test credentials. Enter the live ones."),
    "20403": _refused(_LINE, "Twilio denies access. The owner should check the account's rights."),
    "20404": _refused(_LINE, "Twilio does not know this account. Check its SID in Settings."),
    "21602": _refused(_MESSAGE, "The message has no text. Write one and send it again."),
    "21603": _refused(_LINE, "The line has no number to send from. Enter one in Settings, Lines."),
    "21604": _refused(_ADDRESS, "The message has no phone number to go to. Enter the client's."),
    "21605": _refused(_MESSAGE, "The text is too long for Twilio. Shorten it."),
    "21609": _refused(
        _LINE,
        "Twilio cannot call this installation back at its web address. "
        "The administrator should check CAREPOST_BASE_URL.",
    ),
    # The number we send to
    "21211": _refused(_ADDRESS, _NOT_A_NUMBER),
    "21214": _refused(_ADDRESS, "This number cannot be reached. Check it with the client."),
    "21217": _refused(_ADDRESS, _NOT_A_NUMBER),
    "21265": _refused(_ADDRESS, "This is a short code, not a client's number. Correct it."),
    "21266": _refused(_ADDRESS, "This is the number we send from. Enter the client's own number."),
    "21401": _refused(_ADDRESS, _NOT_A_NUMBER),
    "21407": _refused(_ADDRESS, _NO_SMS),
    "21408": _refused(
        _ADDRESS,
        "Texts to this country are switched off at Twilio. The owner can allow the country there, "
        "under Messaging, Geo permissions.",
    ),
    "21608": _refused(
        _ADDRESS,
        "A Twilio trial account only texts numbers verified there. "
        "The owner should upgrade the account, or verify this number.",
    ),
    "21610": _refused(
        Blame.STOPPED,
        "This person told the carrier to stop our texts. They must text START to our number "
        "before we may write again; until then use another way.",
    ),
    "21612": _refused(
        _ADDRESS, "Twilio has no way from our number to this one. Use another line or another way."
    ),
    "21614": _refused(_ADDRESS, _NO_SMS),
    "21635": _refused(_ADDRESS, _NO_SMS),
    # The number we send from
    "21212": _refused(_LINE, _NOT_OURS),
    "21601": _refused(_LINE, _NOT_OURS),
    "21606": _refused(_LINE, _NOT_OURS),
    "21659": _refused(_LINE, _NOT_OURS),
    "21660": _refused(_LINE, _NOT_OURS),
    "21661": _refused(
        _LINE, "The number we send from cannot send texts. Choose another one in Settings, Lines."
    ),
    "21701": _refused(_LINE, "Twilio does not know the line's messaging service. Check its SID."),
    "21703": _refused(_LINE, "The messaging service has no number to send from. Add one there."),
    "21704": _refused(_LINE, "The messaging service has no number to send from. Add one there."),
    # The text
    "21616": _refused(_MESSAGE, "Twilio could not match a sender to this message."),
    "21617": _refused(_MESSAGE, "The text is longer than 1,600 characters. Shorten it."),
    "21619": _refused(_MESSAGE, "The message has no text. Write one and send it again."),
    "21620": _refused(_MESSAGE, "Twilio could not fetch an attachment. Send it without."),
    # Too much at once
    "14107": _later("Too many texts at once; we try again shortly.", 1.0),
    "20429": _later("Too many texts at once; we try again shortly.", 1.0),
    "21611": _later("Twilio's queue for our number is full; we try again in a minute.", 60.0),
    "30001": _later("Twilio's queue for our number is full; we try again in a minute.", 60.0),
    "30022": _later("The carrier's limit for our number is reached; we try again soon.", 60.0),
    "30023": _later("The carrier's limit for today is reached; we try again later.", 3600.0),
    "63038": _later(
        "Twilio's limit of texts a day is reached; we try again later. "
        "The owner can ask Twilio for a higher one.",
        3600.0,
    ),
    # What became of it on its way
    "30002": _refused(
        _LINE,
        "Twilio suspended the account, perhaps for lack of funds. "
        "The owner should sign in at Twilio and settle it.",
    ),
    "30003": _refused(_ADDRESS, _UNREACHED),
    "30004": _refused(
        _ADDRESS, "The carrier blocks texts to this number. Reach the client in another way."
    ),
    "30005": _refused(_ADDRESS, "This number is not in use. Check it with the client."),
    "30006": _refused(_ADDRESS, _NO_SMS),
    "30007": _refused(
        _MESSAGE,
        "The carrier filtered this text as unwanted. Reword it, without links or words that look "
        "like advertising; the owner should check the number's registration.",
    ),
    "30008": _refused(
        _ADDRESS,
        "The carrier did not deliver it, and does not say why. Reach the client in another way.",
    ),
    "30009": _refused(_MESSAGE, "A part of the message was lost on its way. Send it again."),
    "30010": _refused(_LINE, "The text costs more than the price limit set at Twilio. Raise it."),
    "30019": _refused(_MESSAGE, "The message is too large for the carrier. Shorten it."),
    "30032": _refused(_LINE, _REGISTER),
    "30034": _refused(_LINE, _REGISTER),
    "30035": _refused(_LINE, _REGISTER),
    "30036": _refused(_MESSAGE, "It was not delivered in time, and Twilio gave up."),
    "30410": _refused(_ADDRESS, "The carrier did not answer in time. Reach the client otherwise."),
    "30450": _refused(_MESSAGE, "Twilio blocked this text as unwanted. Reword it."),
    "30453": _refused(_MESSAGE, "Twilio blocked this text as unwanted. Reword it."),
    "30454": _refused(
        _ADDRESS, "Twilio lets this account send no more texts to this number today."
    ),
    "30485": _refused(_ADDRESS, _UNREACHED),
    "30500": _refused(_ADDRESS, "Twilio failed to send it. Reach the client in another way."),
}


def meaning_of(code: str, status: int) -> Meaning:
    """What a refusal means: `code` is Twilio's ("" if it gave none), `status` the HTTP status.

    A code we do not know is read by its HTTP status alone.
    """
    known = MEANINGS.get(code)
    if status == 429 and (known is None or known.outcome is not Outcome.LATER):
        return MEANINGS["20429"]
    if known is not None:
        return known
    if status == 401:
        return MEANINGS["20003"]
    if status in (403, 404):
        return MEANINGS["20403" if status == 403 else "20404"]
    return Meaning(Outcome.REFUSED, Blame.MESSAGE, "")
