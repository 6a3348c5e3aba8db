"""A door for recovery: which of a carrier's references are known for a line and an address.

On a host's line they may be another practice's. Only references come back.
"""

from django.db import migrations

DOOR = """
CREATE FUNCTION door_known_refs(p_line uuid, p_address text, p_since timestamptz)
RETURNS TABLE (carrier_ref varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.carrier_ref FROM messaging_practiceline u
  JOIN messaging_attempt a ON a.practice_id = u.practice_id AND a.line_id = u.id
  WHERE u.line_id = p_line AND a.address = p_address AND a.at >= p_since AND a.carrier_ref <> ''
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_doors")]
    operations = [migrations.RunSQL(DOOR, "DROP FUNCTION door_known_refs(uuid, text, timestamptz)")]
