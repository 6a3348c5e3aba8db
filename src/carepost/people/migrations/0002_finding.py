"""Clients archived, notes on them, and found as one types.

Row-level security lets no index serve an operator that is not leakproof, and LIKE is none; so the
trigrams are asked by a door. It gives ids of the one practice acted for and of no other.
"""

from django.db import migrations, models

# A name as it is found: small letters, and each of its parts after a space.
NAME = r"translate(' ' || lower(first_name || ' ' || last_name), E'-\'\u2019', '   ')"

INDEXES = f"""
CREATE INDEX client_found_by_name ON people_client USING gin (({NAME}) gin_trgm_ops);
CREATE INDEX client_found_by_birth ON people_client (practice_id, birth_date)
  WHERE birth_date IS NOT NULL;
CREATE INDEX contactpoint_found_by_start ON people_contactpoint
  (practice_id, value text_pattern_ops);
CREATE INDEX contactpoint_found_by_part ON people_contactpoint USING gin (value gin_trgm_ops);
"""
NO_INDEXES = """
DROP INDEX client_found_by_name, client_found_by_birth, contactpoint_found_by_start,
  contactpoint_found_by_part;
"""

# The patterns are LIKE's: one of a name for each word, and where a word may be one, of a number or
# an address, or a birth date. Looked up are: whose name fits all words; and for each word that may
# be another thing, whom that thing fits, and the other words anyhow. Each way is planned anew by
# what it asks. Where only `p_most` are wanted, 2,000 whom a way finds are put in order, not more.
DOOR = (
    r"""
CREATE FUNCTION door_clients_found(
  p_names text[], p_values text[], p_born date[], p_archived boolean, p_most int)
RETURNS TABLE (client_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  mine uuid[] := string_to_array(current_setting('carepost.practices', true), ',')::uuid[];
  name text := $name$@NAME@$name$;
  head text := '(SELECT * FROM (SELECT id, last_name, first_name FROM people_client c'
    ' WHERE practice_id = $1';
  tail text;
  patterns text[];
  fits text[];
  others text;
  ways text;
BEGIN
  IF cardinality(mine) IS DISTINCT FROM 1 THEN
    RETURN;
  END IF;
  tail := CASE WHEN p_archived THEN ' AND archived_at IS NOT NULL'
               WHEN NOT p_archived THEN ' AND archived_at IS NULL' ELSE '' END
    || format(' LIMIT %L) few ORDER BY last_name, first_name, id LIMIT %L)',
      CASE WHEN p_most IS NOT NULL THEN 2000 END, p_most);
  ways := head;
  FOR i IN 1 .. cardinality(p_names) LOOP
    patterns[i] := format('%s LIKE %L', name, translate(lower(p_names[i]), E'-\'\u2019', '   '));
    ways := ways || ' AND ' || patterns[i];
    fits[i] := patterns[i];
    IF p_values[i] IS NOT NULL THEN
      fits[i] := fits[i] || format(' OR EXISTS (SELECT FROM people_contactpoint q'
        ' WHERE q.practice_id = $1 AND q.client_id = c.id AND q.use <> ''old'''
        ' AND q.value LIKE %L)', p_values[i]);
    END IF;
    IF p_born[i] IS NOT NULL THEN
      fits[i] := fits[i] || format(' OR birth_date = %L', p_born[i]);
    END IF;
  END LOOP;
  ways := ways || tail;
  FOR i IN 1 .. cardinality(p_names) LOOP
    others := '';
    FOR j IN 1 .. cardinality(p_names) LOOP
      IF j <> i THEN
        others := others || ' AND (' || fits[j] || ')';
      END IF;
    END LOOP;
    IF p_values[i] IS NOT NULL THEN
      ways := ways || ' UNION ' || head || format(' AND id IN (SELECT p.client_id'
        ' FROM people_contactpoint p WHERE p.practice_id = $1 AND p.client_id IS NOT NULL'
        ' AND p.use <> ''old'' AND p.value LIKE %L LIMIT %L)', p_values[i],
        CASE WHEN p_most IS NOT NULL THEN 2000 END)
        || others || tail;
    END IF;
    IF p_born[i] IS NOT NULL THEN
      ways := ways || ' UNION ' || head || format(' AND birth_date = %L', p_born[i])
        || others || tail;
    END IF;
  END LOOP;
  RETURN QUERY EXECUTE format(
    'SELECT id FROM (%s) way ORDER BY last_name, first_name, id LIMIT %L', ways, p_most)
    USING mine[1];
END
$$;
"""
).replace("@NAME@", NAME)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField("client", "archived_at", models.DateTimeField(null=True)),
        migrations.AddField("contact", "archived_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "client", "notes", models.TextField(blank=True, db_default="", default="")
        ),
        migrations.RunSQL(INDEXES, NO_INDEXES),
        migrations.RunSQL(
            DOOR, "DROP FUNCTION door_clients_found(text[], text[], date[], boolean, int)"
        ),
    ]
