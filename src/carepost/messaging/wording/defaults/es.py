"""Default wording in Spanish (formal "usted"); to be read by a native speaker before it is used.

As in English. An SMS uses no á, í, ó or ú, which GSM lacks: each would make it two or three times
as dear. RULES A5: CANCELAR is not invited either.
"""

from __future__ import annotations

from carepost.messaging.wording.defaults.table import DefaultTemplate, Key

_WHEN_AND_WHERE = """\
Fecha: {{ appointment.date }}
Hora: {{ appointment.time }}
{%- if appointment.place %}
Lugar: {{ appointment.place }}
{%- endif %}"""

_GREETING = "Hola{% if client.first_name %}, {{ client.first_name }}{% endif %}:"

_SIGNED = """\
Un saludo,
{{ practice.name }}
{%- if practice.phone %}
{{ practice.phone }}
{%- endif %}"""

_SMS_WHERE = "{% if appointment.place %}, {{ appointment.place }}{% endif %}"

SPANISH: dict[Key, DefaultTemplate] = {
    ("appointment_reminder", "sms", ""): DefaultTemplate(
        "",
        "{{ practice.name }}: cita {{ appointment.date }}, {{ appointment.time }}"
        + _SMS_WHERE
        + ". {% if practice.phone %}¿No viene? Llame al {{ practice.phone }} y ceda su lugar."
        "{% else %}Si falta, otra persona pierde su lugar.{% endif %}"
        " Responda STOP para salir",
    ),
    ("appointment_reminder", "email", ""): DefaultTemplate(
        "Su cita en {{ practice.name }}",
        f"""\
{_GREETING}

Le recordamos su cita en {{{{ practice.name }}}}.

{_WHEN_AND_WHERE}

Si no puede venir, díganoslo en cuanto lo sepa
{{%- if practice.phone %}}: llame al {{{{ practice.phone }}}}{{% endif %}}. \
Hay personas que esperan una cita, y la que se pierde no la puede aprovechar ninguna de ellas.

{_SIGNED}""",
    ),
    ("appointment_notice", "sms", "booked"): DefaultTemplate(
        "",
        "{{ practice.name }}: cita reservada: {{ appointment.date }}, {{ appointment.time }}"
        + _SMS_WHERE
        + ".{% if practice.phone %} Para cambiarla, {{ practice.phone }}{% endif %}",
    ),
    ("appointment_notice", "sms", "moved"): DefaultTemplate(
        "",
        "{{ practice.name }}: su cita ({{ appointment.old_date }}, {{ appointment.old_time }})"
        " pasa a: {{ appointment.date }}, {{ appointment.time }}"
        + _SMS_WHERE
        + ".{% if practice.phone %} Tel. {{ practice.phone }}{% endif %}",
    ),
    ("appointment_notice", "sms", "cancelled"): DefaultTemplate(
        "",
        "{{ practice.name }}: su cita ({{ appointment.date }}, {{ appointment.time }})"
        " queda anulada."
        "{% if practice.phone %} Para pedir otra, {{ practice.phone }}{% endif %}",
    ),
    ("appointment_notice", "email", "booked"): DefaultTemplate(
        "Su cita en {{ practice.name }}",
        f"""\
{_GREETING}

Su cita en {{{{ practice.name }}}} está reservada.

{_WHEN_AND_WHERE}
{{%- if practice.phone %}}

Para cambiarla, llame al {{{{ practice.phone }}}}.
{{%- endif %}}

{_SIGNED}""",
    ),
    ("appointment_notice", "email", "moved"): DefaultTemplate(
        "Un cambio en su cita en {{ practice.name }}",
        f"""\
{_GREETING}

Su cita en {{{{ practice.name }}}} ha cambiado. Ahora es:

{_WHEN_AND_WHERE}

Antes era: {{{{ appointment.old_date }}}}, {{{{ appointment.old_time }}}}
{{%- if practice.phone %}}

Si la nueva hora no le conviene, llame al {{{{ practice.phone }}}} para cambiarla.
{{%- endif %}}

{_SIGNED}""",
    ),
    ("appointment_notice", "email", "cancelled"): DefaultTemplate(
        "Un cambio en su cita en {{ practice.name }}",
        f"""\
{_GREETING}

Su cita en {{{{ practice.name }}}} queda anulada. No tiene que venir.

Era: {{{{ appointment.date }}}}, {{{{ appointment.time }}}}
{{%- if practice.phone %}}

Para pedir otra, llame al {{{{ practice.phone }}}}.
{{%- endif %}}

{_SIGNED}""",
    ),
}
