-- The point of no return. Nothing here costs more as history grows: what is due is found by the
-- partial index message_due, and all else is reached by key.

-- name: due
-- Locks what goes next; see the door itself for the order.
SELECT practice_id, message_id FROM door_due(%(now)s, %(room)s)

-- name: facts
-- Begun after the locks: whatever was committed before this moment is honoured. One row a visit.
SELECT m.id, m.practice_id, m.kind, m.what, m.channel, m.due_at, m.expires_at, m.tries,
       m.trace, m.sealed_words,
       p.name, p.phone, p.email, p.country, p.language, p.timezone, p.messaging_enabled,
       p.opt_in_required, p.quiet_from, p.quiet_to, p.sealed_key,
       c.first_name, c.timezone, c.language, c.sealed_key,
       cp.id, coalesce(cp.value, m.address), cp.invalid_since IS NOT NULL,
       u.id, l.id, l.carrier, l.address, l.sealed_settings, l.active,
       r.id IS NULL OR r.active, coalesce(r."when", ''), coalesce(r.skip_if_confirmed, false),
       t.subject, t.body,
       (SELECT x.given FROM people_consent x
        WHERE x.practice_id = m.practice_id AND x.client_id = m.client_id
          AND x.channel = m.channel AND x.address = cp.value
          AND (x.kinds = '{}' OR m.kind = ANY(x.kinds))
        ORDER BY x.at DESC, x.id DESC LIMIT 1),
       EXISTS (SELECT 1 FROM people_stop s
        WHERE s.practice_id = m.practice_id AND s.address = coalesce(cp.value, m.address)
          AND s.channel = m.channel
          AND s.lifted_at IS NULL AND (s.kinds = '{}' OR m.kind = ANY(s.kinds))),
       a.id, b.sequence, a.sequence, a.status, a.starts_at, a.local_date, a.local_time, a.zone,
       coalesce(pl.name, ''), coalesce(pr.name, '')
FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS due(id, place)
JOIN messaging_message m ON m.id = due.id
JOIN practice_practice p ON p.id = m.practice_id
LEFT JOIN people_client c ON c.id = m.client_id
LEFT JOIN people_contactpoint cp ON cp.id = m.contact_point_id
LEFT JOIN messaging_practiceline u ON u.id = m.line_id
LEFT JOIN messaging_line l ON l.id = u.line_id
LEFT JOIN messaging_rule r ON r.id = m.rule_id
LEFT JOIN messaging_template t ON t.id = m.template_id
LEFT JOIN messaging_messageabout b ON b.message_id = m.id
LEFT JOIN appointments_appointment a ON a.id = b.appointment_id
LEFT JOIN appointments_place pl ON pl.id = a.place_id
LEFT JOIN appointments_practitioner pr ON pr.id = a.practitioner_id
ORDER BY due.place, a.starts_at, a.id

-- name: write
-- In flight first: a second open attempt to one address by one line is impossible. The order of the
-- insert is the same for all workers, so that two never wait for each other.
WITH new AS (
  SELECT * FROM unnest(%(attempt_id)b::uuid[], %(practice_id)b::uuid[], %(message_id)b::uuid[],
    %(use_id)b::uuid[], %(line_id)b::uuid[], %(point_id)b::uuid[], %(address)b::text[],
    %(sealed)b::bytea[], %(number)b::int[], %(trace)b::text[])
    AS v(attempt_id, practice_id, message_id, use_id, line_id, point_id, address, sealed,
         number, trace)),
flight AS (
  INSERT INTO messaging_inflight (id, practice_id, message_id, line_id, address, since,
    lease_until, looks)
  SELECT attempt_id, practice_id, message_id, line_id, address, %(now)s, %(lease)s, 0
  FROM new ORDER BY line_id, address
  ON CONFLICT (line_id, address) DO NOTHING RETURNING id),
going AS (SELECT new.* FROM new JOIN flight ON flight.id = new.attempt_id),
attempts AS (
  INSERT INTO messaging_attempt (id, practice_id, message_id, number, line_id, address, sealed,
    at, outcome, carrier_ref, code, words)
  SELECT attempt_id, practice_id, message_id, number, use_id, address, sealed, %(now)s,
    '', '', '', '' FROM going),
messages AS (
  UPDATE messaging_message m SET status = 'sending', hold = '', tries = going.number,
    contact_point_id = going.point_id, address = going.address, trace = going.trace::jsonb
  FROM going WHERE m.id = going.message_id)
SELECT attempt_id FROM going

-- name: decline
-- What the gates did not let pass: it waits (planned, a later due_at), is held, dropped or expired.
UPDATE messaging_message m SET status = v.status, hold = v.hold, "drop" = v.drop_,
  due_at = v.due_at, trace = v.trace::jsonb,
  settled_at = CASE WHEN v.status IN ('dropped', 'expired') THEN %(now)s ELSE m.settled_at END
FROM unnest(%(id)b::uuid[], %(status)b::text[], %(hold)b::text[], %(drop)b::text[],
  %(due_at)b::timestamptz[], %(trace)b::text[]) AS v(id, status, hold, drop_, due_at, trace)
WHERE m.id = v.id
