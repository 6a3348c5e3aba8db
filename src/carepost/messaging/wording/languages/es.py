"""Spanish. Dates and clocks by country after Unicode CLDR; to be read by a native.

"am" without points, as in English: a text goes on after it.
"""

from __future__ import annotations

from carepost.messaging.wording.languages.table import Language, Style

SPANISH = Language(
    code="es",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    weekdays_short=("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    months_short=(
        *("ene", "feb", "mar", "abr", "may", "jun"),
        *("jul", "ago", "sept", "oct", "nov", "dic"),
    ),
    today="hoy",
    tomorrow="mañana",
    near="{near}, {date}",
    and_="y",
    with_person="{time} con {person}",
    at_place="{time} en {place}",
    zone_city="{time}, hora de {city}",
    unsubscribe="Recibe este correo porque tiene una cita con nosotros. Para no recibir más: {url}",
    styles={
        "": Style("{weekday} {day} de {month}", "{weekday} {day} de {month} de {year}"),
        # Short in the US, where a text to a Spanish speaker is counted by the same 160 characters.
        "US": Style(
            "{weekday_short} {day} {month_short}",
            "{weekday_short} {day} {month_short} {year}",
            half_days=("am", "pm"),
        ),
    },
    zones={
        "America/New_York": "Nueva York",
        "America/Mexico_City": "Ciudad de México",
        "Europe/London": "Londres",
    },
)
