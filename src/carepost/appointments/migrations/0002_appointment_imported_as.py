"""What the source said of a visit when it was last imported; a constant default, so no rewrite."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="imported_as",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
