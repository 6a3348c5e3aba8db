"""Default wording in English.

RULES B1: practice, date, time, place and how to answer; no practitioner, no type of visit. B5: the
subject says less still. A5: the word CANCEL is never invited. PRODUCT: the cost of a missed visit
to others is said, kindly. An SMS fits one GSM segment with usual names (RULES D1).
"""

from __future__ import annotations

from carepost.messaging.wording.defaults.table import DefaultTemplate, Key

_WHEN_AND_WHERE = """\
Date: {{ appointment.date }}
Time: {{ appointment.time }}
{%- if appointment.place %}
Place: {{ appointment.place }}
{%- endif %}"""

_GREETING = "Hello{% if client.first_name %} {{ client.first_name }}{% endif %},"

_SIGNED = """\
Kind regards,
{{ practice.name }}
{%- if practice.phone %}
{{ practice.phone }}
{%- endif %}"""

_SMS_WHERE = "{% if appointment.place %}, {{ appointment.place }}{% endif %}"

ENGLISH: dict[Key, DefaultTemplate] = {
    ("appointment_reminder", "sms", ""): DefaultTemplate(
        "",
        "{{ practice.name }}: visit {{ appointment.date }}, {{ appointment.time }}"
        + _SMS_WHERE
        + ". {% if practice.phone %}Can't come? Call {{ practice.phone }} so someone else can."
        "{% else %}A missed visit is one that someone else needed.{% endif %}"
        " Reply STOP to opt out",
    ),
    ("appointment_reminder", "email", ""): DefaultTemplate(
        "Your visit at {{ practice.name }}",
        f"""\
{_GREETING}

This is a reminder of your visit at {{{{ practice.name }}}}.

{_WHEN_AND_WHERE}

If you cannot come, please tell us as soon as you know
{{%- if practice.phone %}}: call {{{{ practice.phone }}}}{{% endif %}}. \
Others are waiting for a visit, and one that is missed is one that none of them could have.

{_SIGNED}""",
    ),
    ("appointment_notice", "sms", "booked"): DefaultTemplate(
        "",
        "{{ practice.name }}: visit booked for {{ appointment.date }}, {{ appointment.time }}"
        + _SMS_WHERE
        + ".{% if practice.phone %} Call {{ practice.phone }} to change it.{% endif %}",
    ),
    ("appointment_notice", "sms", "moved"): DefaultTemplate(
        "",
        "{{ practice.name }}: visit moved from {{ appointment.old_date }}, "
        "{{ appointment.old_time }} to {{ appointment.date }}, {{ appointment.time }}"
        + _SMS_WHERE
        + ".{% if practice.phone %} Questions? Call {{ practice.phone }}{% endif %}",
    ),
    ("appointment_notice", "sms", "cancelled"): DefaultTemplate(
        "",
        "{{ practice.name }}: your visit ({{ appointment.date }}, {{ appointment.time }})"
        " is cancelled."
        "{% if practice.phone %} Call {{ practice.phone }} to book another.{% endif %}",
    ),
    ("appointment_notice", "email", "booked"): DefaultTemplate(
        "Your visit at {{ practice.name }}",
        f"""\
{_GREETING}

Your visit at {{{{ practice.name }}}} is booked.

{_WHEN_AND_WHERE}
{{%- if practice.phone %}}

Call {{{{ practice.phone }}}} to change it.
{{%- endif %}}

{_SIGNED}""",
    ),
    ("appointment_notice", "email", "moved"): DefaultTemplate(
        "A change to your visit at {{ practice.name }}",
        f"""\
{_GREETING}

Your visit at {{{{ practice.name }}}} has moved. It is now:

{_WHEN_AND_WHERE}

It was: {{{{ appointment.old_date }}}}, {{{{ appointment.old_time }}}}
{{%- if practice.phone %}}

If the new time does not suit you, call {{{{ practice.phone }}}} to change it.
{{%- endif %}}

{_SIGNED}""",
    ),
    ("appointment_notice", "email", "cancelled"): DefaultTemplate(
        "A change to your visit at {{ practice.name }}",
        f"""\
{_GREETING}

Your visit at {{{{ practice.name }}}} is cancelled. You need not come.

It was: {{{{ appointment.date }}}}, {{{{ appointment.time }}}}
{{%- if practice.phone %}}

Call {{{{ practice.phone }}}} to book another.
{{%- endif %}}

{_SIGNED}""",
    ),
}
