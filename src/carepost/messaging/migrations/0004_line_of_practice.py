"""A practice may use its own lines and the host's, never another practice's.

A foreign key cannot say "or the host's", so a trigger does. It runs as whoever writes the row, under
row-level security, where another practice's line is not even there.
"""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION practiceline_own_or_host() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM messaging_line l
  WHERE l.id = NEW.line_id AND (l.owner_id IS NULL OR l.owner_id = NEW.practice_id);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a practice uses its own lines and the host''s'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER practiceline_own_or_host AFTER INSERT OR UPDATE ON messaging_practiceline
  FOR EACH ROW EXECUTE FUNCTION practiceline_own_or_host();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_door_known_refs")]
    operations = [
        migrations.RunSQL(
            TRIGGER,
            "DROP TRIGGER practiceline_own_or_host ON messaging_practiceline;"
            "DROP FUNCTION practiceline_own_or_host()",
        )
    ]
