"""A visit's day: arrival, what an undo gives back, what is out of use; where each change left it."""

import django.db.models.deletion
from django.db import migrations, models

import carepost.practice.tenancy

# Until now no visit's place changed but by an import, of which nobody was told.
PLACES = """
UPDATE appointments_appointmentchange c SET place_id = a.place_id
FROM appointments_appointment a
WHERE a.id = c.appointment_id AND a.place_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0002_appointment_imported_as"),
        ("practice", "0002_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="arrived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="appointment",
            name="status_before",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="appointmentchange",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="appointments.place",
            ),
        ),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="appointmenttype",
            name="active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="place",
            name="active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="practitioner",
            name="active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddConstraint(
            model_name="appointmentchange",
            constraint=carepost.practice.tenancy.SamePractice(
                field="place", name="appointmentchange_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="practitioner",
            constraint=models.UniqueConstraint(
                fields=("practice", "member"), name="practitioner_member_once"
            ),
        ),
    ]
