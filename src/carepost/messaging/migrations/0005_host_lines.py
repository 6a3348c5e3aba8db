"""Who acts for a practice sees the host's lines and changes its own alone.

A worker acts for the practices of its batch, and must still let a host's line wait when the carrier
says so: by two doors that write just that, and only of lines which one of those practices uses.
The host makes and changes its lines while it acts for nobody, as the installation starts.
"""

from django.db import migrations

MINE = (
    "\"owner_id\" = ANY ((SELECT string_to_array(current_setting('carepost.practices', true), "
    "',')::uuid[])::uuid[])"
)
NOBODY = "coalesce(current_setting('carepost.practices', true), '') = ''"

# A database that is new has these by now, for 0001 reads them from the model.
POLICIES = f"""
DROP POLICY line_isolated ON messaging_line;
DROP POLICY IF EXISTS line_isolated_seen ON messaging_line;
DROP POLICY IF EXISTS line_isolated_host ON messaging_line;
CREATE POLICY line_isolated ON messaging_line USING ({MINE}) WITH CHECK ({MINE});
CREATE POLICY line_isolated_seen ON messaging_line FOR SELECT USING ("owner_id" IS NULL);
CREATE POLICY line_isolated_host ON messaging_line
  USING ("owner_id" IS NULL AND {NOBODY}) WITH CHECK ("owner_id" IS NULL AND {NOBODY});
"""

DOORS = """
CREATE FUNCTION door_pause_lines(p_lines uuid[], p_until timestamptz[], p_words text[])
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE messaging_line l
  SET paused_until = greatest(coalesce(l.paused_until, v.until), v.until), trouble = v.words
  FROM unnest(p_lines, p_until, p_words) AS v(id, until, words)
  WHERE l.id = v.id AND EXISTS (
    SELECT FROM messaging_practiceline u WHERE u.line_id = l.id
    AND u.practice_id = ANY (string_to_array(current_setting('carepost.practices', true), ',')::uuid[]))
$$;

-- A line that works again says nothing of its trouble. Until when it waits is left as it is.
CREATE FUNCTION door_ease_lines(p_lines uuid[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE messaging_line l SET trouble = ''
  WHERE l.id = ANY (p_lines) AND l.trouble <> '' AND EXISTS (
    SELECT FROM messaging_practiceline u WHERE u.line_id = l.id
    AND u.practice_id = ANY (string_to_array(current_setting('carepost.practices', true), ',')::uuid[]))
$$;
"""

UNDO = f"""
DROP FUNCTION door_pause_lines(uuid[], timestamptz[], text[]), door_ease_lines(uuid[]);
DROP POLICY line_isolated ON messaging_line;
DROP POLICY line_isolated_seen ON messaging_line;
DROP POLICY line_isolated_host ON messaging_line;
CREATE POLICY line_isolated ON messaging_line
  USING ("owner_id" IS NULL OR {MINE}) WITH CHECK ("owner_id" IS NULL OR {MINE});
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_line_of_practice")]
    operations = [migrations.RunSQL(POLICIES + DOORS, UNDO)]
