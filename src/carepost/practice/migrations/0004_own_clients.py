"""Whether members who are practitioners see their own clients alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0003_replan_in_order")]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="own_clients_only",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
