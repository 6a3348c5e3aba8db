"""Whom an address fits is gathered in an array before clients are asked for.

Joined, as the door had it, addresses are read through once for each client while statistics are
old, as they are after an import: a search then ran for minutes. Else the door is as it was.
"""

from django.db import migrations

NAME = r"translate(' ' || lower(first_name || ' ' || last_name), E'-\'\u2019', '   ')"

DOOR = (
    r"""
CREATE OR REPLACE FUNCTION door_clients_found(
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
      ways := ways || ' UNION ' || head || format(' AND id = ANY (ARRAY(SELECT p.client_id'
        ' FROM people_contactpoint p WHERE p.practice_id = $1 AND p.client_id IS NOT NULL'
        ' AND p.use <> ''old'' AND p.value LIKE %L LIMIT %L))', p_values[i],
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
    dependencies = [("people", "0002_finding")]

    operations = [migrations.RunSQL(DOOR, migrations.RunSQL.noop)]
