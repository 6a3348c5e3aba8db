"""django-post_office: what a Django project adds for queued mail, with its own batches and forks.

Its command `send_queued_mail` is meant for cron, once a minute; here its sending function is called
over and over by a warm process, so that it never waits for a minute to pass. Bodies are rendered
when a mail is sent (`render_on_delivery`), as every contestant of this job does.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import psycopg

from contestant import Contestant, Setup

if TYPE_CHECKING:
    from datetime import datetime

    from processes import Child

_QUEUED = 2  # post_office.models.STATUS
_IDLE_SECONDS = 0.02

SUBJECT = "Your visit on {{ appointment.date }}"
TEXT = """Hello {{ client.first_name }},

this is a reminder of your visit with {{ appointment.practitioner }} at {{ practice.name }}
on {{ appointment.date }} at {{ appointment.time }}.

Please call {{ practice.phone }} if you cannot come.
"""
HTML = """<!doctype html><html><body><p>Hello {{ client.first_name }},</p>
<p>this is a reminder of your visit with <b>{{ appointment.practitioner }}</b> at
{{ practice.name }} on {{ appointment.date }} at {{ appointment.time }}.</p>
<p>Please call {{ practice.phone }} if you cannot come.</p></body></html>
"""
_CONTEXT = """{"appointment": {"date": "24 November", "time": "10:30", "practitioner": "Dr. Shaw"},
"practice": {"name": "Hill Street Practice", "phone": "+1 202 555 0100"}}"""


class PostOffice(Contestant):
    """django-post_office."""

    name = "post_office"
    job = "email"
    seeding_rate = 10_000

    @classmethod
    def setups(cls, latency: float) -> list[Setup]:
        """With one process and with two; `in_flight` is its threads a process."""
        return [Setup(2, 1, 1000), Setup(2, 2, 1000), Setup(1, 1, 1000)]

    def fresh(self) -> None:
        """Its tables, by its own migrations; they are made once and then emptied."""
        migrate = self.children.start_python(
            "peers.post_office", "migrate", environment=self._environment()
        )
        migrate.wait_for("ready")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("truncate post_office_email, post_office_emailtemplate cascade")
            connection.execute(
                "insert into post_office_emailtemplate (id, name, description, created,"
                " last_updated, subject, content, html_content, language)"
                " values (1, 'reminder', '', now(), now(), %s, %s, %s, '')",
                [SUBJECT, TEXT, HTML],
            )

    def start_workers(self) -> list[Child]:
        """One process, which forks as many as its setup says for every batch."""
        worker = self.children.start_python(
            "peers.post_office", "work", environment=self._environment()
        )
        worker.wait_for("ready")
        return [worker]

    def seed(self, n: int, due_at: datetime) -> None:
        """Rows as `mail.send_many(render_on_delivery=True)` writes them."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                'insert into post_office_email (from_email, "to", cc, bcc, subject, message,'
                " html_message, status, priority, created, last_updated, scheduled_time,"
                " message_id, template_id, context, backend_alias)"
                " select 'practice@practice.example', 'ann' || g || '@client.example', '', '', '',"
                " '', '', %(queued)s, 1, now(), now(), %(due_at)s,"
                " '<' || g || '@practice.example>', 1,"
                " jsonb_build_object('client', jsonb_build_object('first_name', 'Ann' || g))"
                " || %(context)s::jsonb, ''"
                " from generate_series(1, %(n)s) g",
                {"queued": _QUEUED, "due_at": due_at, "context": _CONTEXT, "n": n},
            )
            connection.execute("analyze post_office_email")

    @property
    def any_left(self) -> str:
        """Sent is status 0."""
        return "select exists (select from post_office_email where status <> 0)"

    def _environment(self) -> dict[str, str]:
        server = psycopg.conninfo.conninfo_to_dict(self.database.superuser)
        return {
            "BENCH_DB_HOST": str(server["host"]),
            "BENCH_DB_PORT": str(server["port"]),
            "BENCH_DB_PASSWORD": str(server["password"]),
            "BENCH_SMTP_PORT": str(self.carrier.port),
            "BENCH_PROCESSES": str(self.setup.workers),
            "BENCH_THREADS": str(self.setup.in_flight),
            "BENCH_BATCH": str(self.setup.batch),
        }


def _settings() -> dict[str, Any]:  # Django's settings are of many types
    get = os.environ.__getitem__
    return {
        "INSTALLED_APPS": ["post_office"],
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "peers",
                "USER": "postgres",
                "HOST": get("BENCH_DB_HOST"),
                "PORT": get("BENCH_DB_PORT"),
                "PASSWORD": get("BENCH_DB_PASSWORD"),
            }
        },
        "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": int(get("BENCH_SMTP_PORT")),
        "USE_TZ": True,
        "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
        "LOGGING_CONFIG": None,
        "POST_OFFICE": {
            "BATCH_SIZE": int(get("BENCH_BATCH")),
            "THREADS_PER_PROCESS": int(get("BENCH_THREADS")),
            "LOG_LEVEL": 1,  # a row for each failure, none for each success: its quicker choice
            "MESSAGE_ID_ENABLED": True,
            "MESSAGE_ID_FQDN": "practice.example",
        },
    }


def main(command: str) -> None:
    """`migrate`, or `work` until ended."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(**_settings())
    django.setup()
    if command == "migrate":
        call_command("migrate", verbosity=0)
        print("ready", flush=True)
        return

    import logging

    from django.db import connection
    from post_office.mail import send_queued

    logging.getLogger("post_office").setLevel(logging.ERROR)
    processes = int(os.environ["BENCH_PROCESSES"])
    send_queued(processes=processes)  # warm: what is imported late is imported now
    print("ready", flush=True)
    while True:
        sent_any = any(send_queued(processes=processes))
        if processes > 1:
            connection.close()  # its forks have closed the shared socket; its own command does this
        if not sent_any:
            time.sleep(_IDLE_SECONDS)


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
