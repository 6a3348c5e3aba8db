"""SMS by Twilio's Messages API: sending, asking what was sent, and its signed status callbacks."""
