"""Doors that read no more than they give: each walks the index that holds its own order.

PostgreSQL chose a plan for the statements within by what its statistics said of an outbox that was
nearly empty: it gathered all that was due, by another index, and sorted it, to give the first few.
Every batch of a large backlog then cost as much as the whole. Without sorts there is one way left.
"""

from django.db import migrations

DUE = """
-- Which messages go next: of each lane that has some due, urgent lanes first and among them those
-- least recently served; no more than the line's rate allows; none whose address is in flight.
-- The rows stay locked until the caller commits.
CREATE OR REPLACE FUNCTION door_due(p_now timestamptz, p_room int)
RETURNS TABLE (practice_id uuid, message_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
  lane record;
  room int := p_room;
  share int;
  got int;
  tokens double precision;
BEGIN
  FOR lane IN
    SELECT l.id AS lane_id, l.line_id, line.rate,
           count(*) OVER () - row_number() OVER (ORDER BY l.urgency, l.served_at NULLS FIRST, l.id)
             + 1 AS lanes
    FROM messaging_lane l JOIN messaging_line line ON line.id = l.line_id
    WHERE line.active AND (line.paused_until IS NULL OR line.paused_until <= p_now)
      -- The first of each lane alone: EXISTS was joined, and walked all that was due.
      AND (SELECT m.id FROM messaging_message m
           WHERE m.status = 'planned' AND m.lane_id = l.id AND m.due_at <= p_now
           ORDER BY m.due_at, m.id LIMIT 1) IS NOT NULL
    ORDER BY l.urgency, l.served_at NULLS FIRST, l.id
  LOOP
    EXIT WHEN room <= 0;
    -- What earlier lanes leave over goes to later ones.
    share := ceil(room::float8 / lane.lanes);
    IF lane.rate IS NOT NULL THEN
      -- One worker at a time spends a limited line's allowance; others pass it by.
      SELECT least(x.rate, x.allowance + x.rate * extract(epoch FROM
               greatest(p_now - coalesce(x.allowance_at, p_now - interval '1 second'),
                        interval '0')))
        INTO tokens FROM messaging_line x WHERE x.id = lane.line_id FOR UPDATE SKIP LOCKED;
      CONTINUE WHEN NOT FOUND;
      share := least(share, floor(greatest(tokens, 0) + 1e-9)::int);
      IF lane.rate < 1 AND tokens >= lane.rate - 1e-9
         AND extract(epoch FROM p_now - (SELECT coalesce(allowance_at, '-infinity')
                                         FROM messaging_line WHERE id = lane.line_id))
             >= 1 / lane.rate THEN
        share := 1;
      END IF;
      CONTINUE WHEN share < 1;
    END IF;
    RETURN QUERY
      SELECT m.practice_id, m.id FROM messaging_message m
      WHERE m.status = 'planned' AND m.lane_id = lane.lane_id AND m.due_at <= p_now
        -- Looked up by key for each, never joined: the table is empty at one moment and full at the
        -- next, and a plan made for the one compared every due message with every flight.
        AND (SELECT f.id FROM messaging_inflight f
             WHERE f.line_id = lane.line_id AND f.address = m.address) IS NULL
      ORDER BY m.due_at, m.id LIMIT share FOR UPDATE OF m SKIP LOCKED;
    GET DIAGNOSTICS got = ROW_COUNT;
    room := room - got;
    IF lane.rate IS NOT NULL AND got > 0 THEN
      UPDATE messaging_line SET allowance = greatest(tokens - got, 0), allowance_at = p_now
      WHERE id = lane.line_id;
    END IF;
    IF got > 0 THEN
      UPDATE messaging_lane SET served_at = p_now
      WHERE id = (SELECT id FROM messaging_lane WHERE id = lane.lane_id FOR UPDATE SKIP LOCKED);
    END IF;
  END LOOP;
END $$;
"""

BY_INDEX = "".join(
    f"ALTER FUNCTION {door} SET enable_seqscan = off; "
    f"ALTER FUNCTION {door} SET enable_bitmapscan = off; "
    f"ALTER FUNCTION {door} SET enable_sort = off;\n"
    for door in (
        "door_replan(int)",
        "door_expired(timestamptz, int)",
        "door_unheard(timestamptz, int)",
        "door_receipts(int)",
        "door_oldest_due(timestamptz)",
        "door_known_refs(uuid, text, timestamptz)",
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0005_host_lines"),
        ("practice", "0003_replan_in_order"),
    ]
    operations = [migrations.RunSQL(DUE + BY_INDEX, migrations.RunSQL.noop)]
