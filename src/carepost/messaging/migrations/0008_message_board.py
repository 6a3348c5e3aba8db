"""Indexes for what staff see of the outbox: by state, and by time with what pictures count.

Made while the table is in use: nothing waits for them.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0007_staff_acts")]
    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["practice", "-due_at", "-id"],
                include=["status", "channel", "kind", "rule"],
                name="message_by_time",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["practice", "status", "-due_at", "-id"], name="message_by_status"
            ),
        ),
        RemoveIndexConcurrently(model_name="message", name="message_list"),
    ]
