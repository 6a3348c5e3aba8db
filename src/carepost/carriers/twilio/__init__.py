"""SMS by Twilio's Messages API: sending, asking what was sent, and its signed status callbacks."""

from __future__ import annotations

from carepost.carriers.twilio.carrier import TwilioCarrier

__all__ = ["TwilioCarrier"]
