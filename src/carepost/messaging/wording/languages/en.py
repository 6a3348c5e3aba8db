"""English. Dates and clocks by country after Unicode CLDR, with no point after "am".

A time that ended in a point would double the one that ends its sentence.
"""

from __future__ import annotations

from carepost.messaging.wording.languages.table import Language, Style

_SHORT_DATE = (
    "{weekday_short}, {month_short} {day}",
    "{weekday_short}, {month_short} {day}, {year}",
)
_LONG_DATE = ("{weekday} {day} {month}", "{weekday} {day} {month} {year}")

ENGLISH = Language(
    code="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    weekdays_short=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    months_short=(
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    today="today",
    tomorrow="tomorrow",
    near="{near}, {date}",
    and_="and",
    with_person="{time} with {person}",
    at_place="{time} at {place}",
    zone_city="{time} {city} time",
    unsubscribe="You get this email because you have a visit with us. To stop these emails: {url}",
    styles={
        "": Style(*_LONG_DATE),
        "US": Style(*_SHORT_DATE, half_days=("AM", "PM")),
        "CA": Style(*_SHORT_DATE, half_days=("am", "pm")),
        "AU": Style(*_LONG_DATE, half_days=("am", "pm")),
        "NZ": Style(*_LONG_DATE, half_days=("am", "pm")),
    },
    zones={
        "America/New_York": "Eastern",
        "America/Detroit": "Eastern",
        "America/Toronto": "Eastern",
        "America/Chicago": "Central",
        "America/Winnipeg": "Central",
        "America/Denver": "Mountain",
        "America/Edmonton": "Mountain",
        "America/Phoenix": "Arizona",
        "America/Los_Angeles": "Pacific",
        "America/Vancouver": "Pacific",
        "America/Halifax": "Atlantic",
        "America/St_Johns": "Newfoundland",
        "America/Anchorage": "Alaska",
        "Pacific/Honolulu": "Hawaii",
        "Europe/London": "UK",
        "Europe/Dublin": "Irish",
        "Pacific/Auckland": "New Zealand",
        "UTC": "UTC",
        "Etc/UTC": "UTC",
    },
)
