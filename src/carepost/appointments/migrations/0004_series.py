"""Visits that repeat."""

import django.db.models.deletion
from django.db import migrations, models

import carepost.ground.clock
import carepost.ground.ids
import carepost.practice.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0003_visit_day"),
        ("people", "0001_initial"),
        ("practice", "0002_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="occurrence",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=carepost.ground.ids.fresh,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("rule", models.CharField(max_length=120)),
                ("local_date", models.DateField()),
                ("local_time", models.TimeField()),
                ("zone", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=carepost.ground.clock.now)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.client",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="appointment",
            name="series",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="appointments.series",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=carepost.practice.tenancy.SamePractice(
                field="series", name="appointment_series"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("series__isnull", False)),
                fields=("practice", "series", "occurrence"),
                name="appointment_occurrence_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(
                fields=("practice", "id"), name="series_of_practice"
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=carepost.practice.tenancy.Isolated(name="series_isolated"),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=carepost.practice.tenancy.SamePractice(field="client", name="series_client"),
        ),
    ]
