"""The trigger that holds the table of statuses, and the doors that precede a practice.

A door is a function of the owner's that answers with ids alone, so that a worker or a request may
learn whose rows to act on before it can see any. Each pins its search path with pg_temp last, so that
no temporary table of the caller's stands in for a real one, and only the app role may call it.
"""

from django.db import migrations

STATUS = """
CREATE FUNCTION message_status_moves() RETURNS trigger LANGUAGE plpgsql AS $$
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
    ELSE ARRAY[]::text[] END)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a message cannot go from % to %', OLD.status, NEW.status
    USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER message_status_insert BEFORE INSERT ON messaging_message
  FOR EACH ROW EXECUTE FUNCTION message_status_moves();
CREATE TRIGGER message_status_update BEFORE UPDATE OF status ON messaging_message
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION message_status_moves();
"""

DOORS = """
CREATE FUNCTION door_token(p_digest bytea)
RETURNS TABLE (practice_id uuid, token_id uuid, scopes varchar[], expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.practice_id, t.id, t.scopes, t.expires_at
  FROM practice_apitoken t JOIN practice_member m ON m.id = t.member_id
  WHERE t.digest = p_digest AND t.revoked_at IS NULL AND m.active
$$;

CREATE FUNCTION door_practices() RETURNS TABLE (practice_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT id FROM practice_practice ORDER BY id
$$;

CREATE FUNCTION door_replan(p_limit int)
RETURNS TABLE (practice_id uuid, replan_id uuid, subject_kind varchar, subject_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT r.practice_id, r.id, r.subject_kind, r.subject_id FROM practice_replan r
  ORDER BY r.touched_at, r.id LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

-- Which messages go next: of each lane that has some due, urgent lanes first and among them those
-- least recently served; no more than the line's rate allows; none whose address is in flight.
-- The rows stay locked until the caller commits.
CREATE FUNCTION door_due(p_now timestamptz, p_room int)
RETURNS TABLE (practice_id uuid, message_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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
      AND EXISTS (SELECT 1 FROM messaging_message m
                  WHERE m.status = 'planned' AND m.lane_id = l.id AND m.due_at <= p_now)
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

-- Attempts whose lease ran out, and those in doubt whose carrier is to be asked now.
CREATE FUNCTION door_open_attempts(p_now timestamptz, p_limit int)
RETURNS TABLE (practice_id uuid, attempt_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT f.practice_id, f.id FROM messaging_inflight f
  WHERE (f.uncertain_since IS NULL AND f.lease_until <= p_now) OR f.look_at <= p_now
  ORDER BY f.id LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

CREATE FUNCTION door_expired(p_now timestamptz, p_limit int)
RETURNS TABLE (practice_id uuid, message_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT m.practice_id, m.id FROM messaging_message m
  WHERE m.status IN ('planned', 'held') AND m.expires_at <= p_now
  ORDER BY m.expires_at, m.id LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

CREATE FUNCTION door_unheard(p_before timestamptz, p_limit int)
RETURNS TABLE (practice_id uuid, message_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT m.practice_id, m.id FROM messaging_message m
  WHERE m.status = 'sent' AND m.sent_at <= p_before
  ORDER BY m.sent_at, m.id LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

CREATE FUNCTION door_receipts(p_limit int)
RETURNS TABLE (practice_id uuid, receipt_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT r.practice_id, r.id FROM messaging_receipt r
  WHERE r.applied_at IS NULL ORDER BY r.at, r.id LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

CREATE FUNCTION door_attempt(p_attempt uuid)
RETURNS TABLE (practice_id uuid, line_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.practice_id, p.line_id FROM messaging_attempt a
  JOIN messaging_practiceline p ON p.id = a.line_id WHERE a.id = p_attempt
$$;

CREATE FUNCTION door_oldest_due(p_now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT min(due.at) FROM messaging_lane l CROSS JOIN LATERAL (
    SELECT m.due_at AS at FROM messaging_message m
    WHERE m.status = 'planned' AND m.lane_id = l.id AND m.due_at <= p_now
    ORDER BY m.due_at, m.id LIMIT 1) due
$$;
"""

UNDO = """
DROP TRIGGER message_status_insert ON messaging_message;
DROP TRIGGER message_status_update ON messaging_message;
DROP FUNCTION message_status_moves(), door_token(bytea), door_practices(), door_replan(int),
  door_due(timestamptz, int), door_open_attempts(timestamptz, int), door_expired(timestamptz, int),
  door_unheard(timestamptz, int), door_receipts(int), door_attempt(uuid),
  door_oldest_due(timestamptz);
"""


STORAGE = """
-- An attempt is settled once, soon after it is written: with room on its page no index need change.
ALTER TABLE messaging_attempt SET (fillfactor = 70);
-- Flights come and go by the thousand; their table stays small where it is cleaned often.
ALTER TABLE messaging_inflight SET (autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
        ("practice", "0001_initial"),
    ]
    operations = [migrations.RunSQL(STATUS + DOORS + STORAGE, UNDO)]
