-- name: lock_flights
-- Flights before messages, as settle and recover lock them: so none waits for another in a ring.
SELECT f.id FROM messaging_inflight f
WHERE f.id IN (SELECT r.attempt_id FROM messaging_receipt r WHERE r.id = ANY(%(ids)s))
ORDER BY f.id FOR UPDATE

-- name: unread
-- The messages are locked in order: settle may be at work on the same ones.
SELECT r.id, r.practice_id, r.attempt_id, r.event, r.carrier_ref, r.code, r.words, r.blame, r.at,
       m.id, m.status, m.channel, a.address
FROM messaging_receipt r
JOIN messaging_attempt a ON a.id = r.attempt_id
JOIN messaging_message m ON m.id = a.message_id
WHERE r.id = ANY(%(ids)s) ORDER BY m.id, r.at, r.id FOR UPDATE OF m

-- name: move
UPDATE messaging_message m SET status = v.status, hold = '',
  sent_at = coalesce(m.sent_at, %(now)s),
  settled_at = CASE WHEN v.status IN ('delivered', 'undelivered') THEN %(now)s ELSE m.settled_at END,
  carrier_ref = CASE WHEN v.ref <> '' THEN v.ref ELSE m.carrier_ref END,
  error_code = CASE WHEN v.status = 'undelivered' THEN v.code ELSE '' END,
  error_words = CASE WHEN v.status = 'undelivered' THEN v.words ELSE '' END
FROM unnest(%(id)b::uuid[], %(status)b::text[], %(ref)b::text[], %(code)b::text[],
  %(words)b::text[]) AS v(id, status, ref, code, words)
WHERE m.id = v.id

-- name: land
-- The carrier spoke of these attempts, so it took them: none is open or in doubt any more.
WITH v AS (
  SELECT DISTINCT ON (attempt_id) attempt_id, ref
  FROM unnest(%(attempt_id)b::uuid[], %(ref)b::text[]) AS v(attempt_id, ref)
  ORDER BY attempt_id, ref DESC),
gone AS (DELETE FROM messaging_inflight f USING v
         WHERE f.id = v.attempt_id AND f.uncertain_since IS NOT NULL)
UPDATE messaging_attempt a SET outcome = 'accepted', settled_at = coalesce(a.settled_at, %(now)s),
  carrier_ref = CASE WHEN v.ref <> '' THEN v.ref ELSE a.carrier_ref END
FROM v WHERE a.id = v.attempt_id
  AND a.outcome IN ('', 'uncertain', 'not_sent')

-- name: read
UPDATE messaging_receipt SET applied_at = %(now)s WHERE id = ANY(%(ids)s)
