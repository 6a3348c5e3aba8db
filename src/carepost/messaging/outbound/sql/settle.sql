-- Settling is guarded by the flight: who takes the attempt's row from in_flight settles it, once.
-- The message's own status is never searched for, so no plan can walk all that is being sent.

-- name: settle
WITH v AS (
  SELECT * FROM unnest(%(attempt_id)b::uuid[], %(message_id)b::uuid[], %(status)b::text[],
    %(hold)b::text[], %(due_at)b::timestamptz[], %(outcome)b::text[], %(ref)b::text[],
    %(code)b::text[], %(words)b::text[], %(doubt)b::boolean[])
    AS v(attempt_id, message_id, status, hold, due_at, outcome, ref, code, words, doubt)),
gone AS (
  DELETE FROM messaging_inflight f USING v
  WHERE f.id = v.attempt_id AND NOT v.doubt
  RETURNING f.id),
doubted AS (
  UPDATE messaging_inflight f SET uncertain_since = %(now)s, look_at = %(look_at)s
  FROM v WHERE f.id = v.attempt_id AND v.doubt AND f.uncertain_since IS NULL RETURNING f.id),
mine AS (
  SELECT v.* FROM v JOIN (SELECT id FROM gone UNION ALL SELECT id FROM doubted) x
    ON x.id = v.attempt_id),
attempts AS (
  UPDATE messaging_attempt a SET outcome = mine.outcome, carrier_ref = mine.ref,
    code = mine.code, words = mine.words, settled_at = %(now)s
  FROM mine WHERE a.id = mine.attempt_id),
messages AS (
  -- A receipt may have overtaken the answer: then the message has moved on, and stays there.
  UPDATE messaging_message m SET
    status = CASE WHEN m.status = 'sending' THEN mine.status
                  WHEN m.status = 'uncertain' AND mine.status IN ('sent', 'planned')
                    THEN mine.status
                  WHEN m.status = 'uncertain' AND mine.status = 'failed' THEN 'planned'
                  ELSE m.status END,
    hold = CASE WHEN mine.status = 'planned' THEN mine.hold ELSE '' END,
    due_at = coalesce(mine.due_at, m.due_at),
    sent_at = CASE WHEN mine.status = 'sent' THEN coalesce(m.sent_at, %(now)s) ELSE m.sent_at END,
    settled_at = CASE WHEN mine.status = 'failed' THEN %(now)s ELSE m.settled_at END,
    carrier_ref = CASE WHEN mine.ref <> '' THEN mine.ref ELSE m.carrier_ref END,
    error_code = mine.code, error_words = mine.words
  FROM mine WHERE m.id = mine.message_id)
SELECT attempt_id FROM mine

-- name: pause_lines
-- By a door: a line may be the host's, which no practice may change, nor who acts for some.
SELECT door_pause_lines(%(line_id)b::uuid[], %(until)b::timestamptz[], %(words)b::text[])

-- name: ease_lines
-- The door is knocked at only when a line has something to forget.
SELECT door_ease_lines(array_agg(id ORDER BY id)) FROM messaging_line
WHERE id = ANY(%(lines)s) AND trouble <> '' HAVING count(*) > 0

-- name: stop
-- The carrier says the person stopped it there: so they are stopped here too (RULES A4).
INSERT INTO people_stop (id, practice_id, channel, address, kinds, at, how)
SELECT v.id, v.practice_id, v.channel, v.address, '{}', %(now)s, 'carrier'
FROM unnest(%(id)b::uuid[], %(practice_id)b::uuid[], %(channel)b::text[], %(address)b::text[])
  AS v(id, practice_id, channel, address)
WHERE NOT EXISTS (SELECT 1 FROM people_stop s WHERE s.practice_id = v.practice_id
  AND s.address = v.address AND s.channel = v.channel AND s.lifted_at IS NULL AND s.kinds = '{}')

-- name: invalid
UPDATE people_contactpoint SET invalid_since = %(now)s
FROM unnest(%(practice_id)b::uuid[], %(address)b::text[]) AS v(practice_id, address)
WHERE people_contactpoint.practice_id = v.practice_id AND people_contactpoint.value = v.address
  AND people_contactpoint.invalid_since IS NULL

-- name: reached
-- Who has these addresses: they are planned for again.
SELECT DISTINCT c.practice_id, c.client_id FROM people_contactpoint c
JOIN unnest(%(practice_id)b::uuid[], %(address)b::text[]) AS v(practice_id, address)
  ON c.practice_id = v.practice_id AND c.value = v.address
WHERE c.client_id IS NOT NULL ORDER BY c.practice_id, c.client_id
