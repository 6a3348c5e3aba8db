-- What a crash, a cut or a silent carrier left open. Walks in_flight alone, which is small.

-- name: open
SELECT practice_id, attempt_id FROM door_open_attempts(%(now)s, %(limit)s)

-- name: doubts
SELECT f.id, f.practice_id, f.message_id, f.line_id, f.address, f.since, f.uncertain_since,
       f.looks, f.look_at, m.channel, m.status, m.expires_at, m.tries, l.carrier, l.address,
       l.sealed_settings, p.email, a.outcome, a.carrier_ref
FROM messaging_inflight f
JOIN messaging_message m ON m.id = f.message_id
JOIN messaging_attempt a ON a.id = f.id
JOIN messaging_line l ON l.id = f.line_id
JOIN practice_practice p ON p.id = f.practice_id
WHERE f.id = ANY(%(ids)s) ORDER BY f.id

-- name: begin_doubt
WITH f AS (
  UPDATE messaging_inflight SET uncertain_since = %(now)s, look_at = %(look_at)s
  WHERE id = ANY(%(ids)s) AND uncertain_since IS NULL RETURNING id, message_id),
a AS (
  UPDATE messaging_attempt SET outcome = 'uncertain', settled_at = %(now)s
  FROM f WHERE messaging_attempt.id = f.id)
UPDATE messaging_message m SET status = 'uncertain' FROM f
WHERE m.id = f.message_id AND m.status = 'sending'

-- name: looking
-- Nobody else looks until this look is over, or its time is.
UPDATE messaging_inflight SET look_at = %(until)s WHERE id = ANY(%(ids)s)

-- name: known
SELECT carrier_ref FROM door_known_refs(%(line)s, %(address)s, %(since)s)

-- name: look_again
UPDATE messaging_inflight SET look_at = %(at)s, looks = looks + %(counts)s WHERE id = %(id)s

-- name: conclude
WITH gone AS (DELETE FROM messaging_inflight WHERE id = %(id)s RETURNING id, message_id),
a AS (
  UPDATE messaging_attempt SET outcome = %(outcome)s, carrier_ref = %(ref)s::text, settled_at = %(now)s
  FROM gone WHERE messaging_attempt.id = gone.id)
UPDATE messaging_message m SET status = %(status)s::text, hold = %(hold)s,
  due_at = coalesce(%(due_at)s::timestamptz, m.due_at),
  sent_at = CASE WHEN %(status)s::text IN ('sent', 'delivered', 'undelivered')
                 THEN coalesce(m.sent_at, %(now)s) ELSE m.sent_at END,
  carrier_ref = CASE WHEN %(ref)s::text <> '' THEN %(ref)s::text ELSE m.carrier_ref END
FROM gone WHERE m.id = gone.message_id AND m.status IN ('sending', 'uncertain')
