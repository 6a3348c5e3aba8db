from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0002_sign_in")]
    operations = [
        migrations.AddIndex(
            model_name="replan",
            index=models.Index(fields=["touched_at", "id"], name="replan_in_order"),
        ),
    ]
