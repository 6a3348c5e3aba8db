"""What staff do: whoever called a message off may take that back, and a line has a name."""

from django.db import migrations, models

MOVES = """
CREATE OR REPLACE FUNCTION message_status_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status IN ('planned', 'held', 'received') THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a message cannot begin as %', NEW.status USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status = OLD.status OR NEW.status = ANY (CASE OLD.status
    WHEN 'planned' THEN ARRAY['sending', 'held', 'dropped', 'expired']
    WHEN 'held' THEN ARRAY['planned', 'dropped', 'expired']
    WHEN 'sending' THEN ARRAY['sent', 'planned', 'failed', 'uncertain', 'delivered', 'undelivered', 'expired']
    WHEN 'uncertain' THEN ARRAY['sent', 'delivered', 'undelivered', 'planned', 'needs_person']
    WHEN 'needs_person' THEN ARRAY['sent', 'planned', 'dropped', 'delivered', 'undelivered']
    WHEN 'sent' THEN ARRAY['delivered', 'undelivered', 'no_receipt']
    WHEN 'no_receipt' THEN ARRAY['delivered', 'undelivered']
    WHEN 'failed' THEN ARRAY['planned']
    WHEN 'undelivered' THEN ARRAY['planned']
    {dropped}ELSE ARRAY[]::text[] END)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a message cannot go from % to %', OLD.status, NEW.status
    USING ERRCODE = 'check_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_doors_by_index")]
    operations = [
        migrations.RunSQL(
            MOVES.format(dropped="WHEN 'dropped' THEN ARRAY['planned', 'held']\n    "),
            MOVES.format(dropped=""),
        ),
        migrations.AddField(
            model_name="practiceline",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
    ]
