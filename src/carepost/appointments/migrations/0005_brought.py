"""What an import made, so that it can be undone."""

import django.db.models.deletion
from django.db import migrations, models

import carepost.ground.ids
import carepost.practice.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0004_series"),
        ("practice", "0003_replan_in_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Brought",
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
                ("kind", models.CharField(max_length=6)),
                ("subject_id", models.UUIDField()),
                ("row", models.PositiveIntegerField(null=True)),
                (
                    "import_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="appointments.import",
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
            options={
                "indexes": [
                    models.Index(fields=["practice", "import_run", "kind", "id"], name="brought_by")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="brought_of_practice"),
                    carepost.practice.tenancy.Isolated(name="brought_isolated"),
                    carepost.practice.tenancy.SamePractice(
                        field="import_run", name="brought_import"
                    ),
                ],
            },
        ),
    ]
