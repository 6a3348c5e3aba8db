"""What Twilio sends, whole.

CREATED and LISTED are the examples that Twilio publishes for the Messages resource
(twilio.com/docs/messaging/api/message-resource). The error bodies have the documented shape (code,
message, more_info, status); the callbacks have the documented fields
(twilio.com/docs/messaging/guides/track-outbound-message-status), put together here.
"""

from __future__ import annotations

CREATED = """
{
    "account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "api_version": "2010-04-01",
    "body": "O Slash: \\u00d8, PoP: \\ud83d\\udca9",
    "date_created": "Thu, 30 Jul 2015 20:12:31 +0000",
    "date_sent": "Thu, 30 Jul 2015 20:12:33 +0000",
    "date_updated": "Thu, 30 Jul 2015 20:12:33 +0000",
    "direction": "outbound-api",
    "error_code": null,
    "error_message": null,
    "from": "+14155552345",
    "messaging_service_sid": "MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "num_media": "0",
    "num_segments": "1",
    "price": "-0.00750",
    "price_unit": "USD",
    "sid": "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "status": "sent",
    "subresource_uris": {
        "media": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Media.json"
    },
    "to": "+14155552345",
    "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json"
}
"""  # noqa: E501

LISTED = """
{
    "end": 0,
    "first_page_uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json?PageSize=1&Page=0",
    "last_page_uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json?PageSize=1&Page=119771",
    "messages": [
        {
            "account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "api_version": "2010-04-01",
            "body": "O Slash: \\u00d8, PoP: \\ud83d\\udca9",
            "date_created": "Fri, 04 Sep 2015 22:54:39 +0000",
            "date_sent": "Fri, 04 Sep 2015 22:54:41 +0000",
            "date_updated": "Fri, 04 Sep 2015 22:54:41 +0000",
            "direction": "outbound-api",
            "error_code": null,
            "error_message": null,
            "from": "+14155552345",
            "messaging_service_sid": "MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "num_media": "0",
            "num_segments": "1",
            "price": "-0.00750",
            "price_unit": "USD",
            "sid": "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "status": "sent",
            "subresource_uris": {
                "media": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Media.json"
            },
            "to": "+14155552345",
            "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json"
        }
    ],
    "next_page_uri": null,
    "num_pages": 119772,
    "page": 0,
    "page_size": 1,
    "previous_page_uri": null,
    "start": 0,
    "total": 119772,
    "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json?PageSize=1&Page=0"
}
"""  # noqa: E501

INVALID_NUMBER = """
{
    "code": 21211,
    "message": "The 'To' number +1415555234 is not a valid phone number.",
    "more_info": "https://www.twilio.com/docs/errors/21211",
    "status": 400
}
"""

UNSUBSCRIBED = """
{
    "code": 21610,
    "message": "Attempt to send to unsubscribed recipient",
    "more_info": "https://www.twilio.com/docs/errors/21610",
    "status": 400
}
"""

AUTHENTICATE = """
{
    "code": 20003,
    "detail": "Your AccountSid or AuthToken was incorrect.",
    "message": "Authentication Error - invalid username",
    "more_info": "https://www.twilio.com/docs/errors/20003",
    "status": 401
}
"""

TOO_MANY = """
{
    "code": 20429,
    "message": "Too Many Requests",
    "more_info": "https://www.twilio.com/docs/errors/20429",
    "status": 429
}
"""

UNDELIVERED_CALLBACK = (
    b"ErrorCode=30003&SmsSid=SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&SmsStatus=undelivered"
    b"&MessageStatus=undelivered&To=%2B14155550199"
    b"&MessageSid=SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    b"&AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&From=%2B14155552345&ApiVersion=2010-04-01"
)

DELIVERED_CALLBACK = (
    b"SmsSid=SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&SmsStatus=delivered&MessageStatus=delivered"
    b"&To=%2B14155550199&MessageSid=SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    b"&AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&From=%2B14155552345&ApiVersion=2010-04-01"
    b"&RawDlrDoneDate=2603020901"
)
