-- What the planner reads and writes. A batch is a list of clients of any practices.

-- name: claim
SELECT practice_id, replan_id, subject_kind, subject_id FROM door_replan(%(limit)s)

-- name: act_for
SELECT set_config('carepost.practices', %(practices)s, true)

-- name: concerned
-- Whom a change can concern that is of a whole practice: a rule may speak of visits as long past as
-- its lead after them.
SELECT a.practice_id, a.client_id
FROM (SELECT p.id, %(from)s::timestamptz - coalesce(
        (SELECT max(make_interval(days => r.days, secs => r.seconds)) FROM messaging_rule r
         WHERE r.practice_id = p.id AND r.active AND r."when" = 'after'), '0') AS since
      FROM unnest(%(practices)s::uuid[]) AS p(id)) reach
JOIN appointments_appointment a ON a.practice_id = reach.id AND a.starts_at > reach.since
UNION
SELECT practice_id, client_id FROM messaging_message
WHERE practice_id = ANY(%(practices)s) AND status IN ('planned', 'held') AND client_id IS NOT NULL
ORDER BY practice_id, client_id

-- name: touch
INSERT INTO practice_replan (id, practice_id, subject_kind, subject_id, touched_at)
SELECT v.id, v.practice_id, 'client', v.client_id, %(now)s
FROM unnest(%(id)b::uuid[], %(practice_id)b::uuid[], %(client_id)b::uuid[])
  AS v(id, practice_id, client_id)

-- name: done
DELETE FROM practice_replan WHERE id = ANY(%(ids)s)

-- name: lock_clients
SELECT id FROM people_client WHERE id = ANY(%(clients)s) ORDER BY id FOR NO KEY UPDATE

-- name: practices
SELECT id, timezone, language, messaging_enabled, opt_in_required, quiet_from, quiet_to
FROM practice_practice WHERE id = ANY(%(practices)s) ORDER BY id

-- name: clients
SELECT id, practice_id, timezone, language, assigned_channel, archived_at IS NOT NULL
FROM people_client WHERE id = ANY(%(clients)s) ORDER BY id

-- name: points
SELECT client_id, id, system, value, rank, invalid_since IS NOT NULL
FROM people_contactpoint
WHERE practice_id = ANY(%(practices)s) AND client_id = ANY(%(clients)s) ORDER BY rank, id

-- name: visits
SELECT client_id, id, type_id, practitioner_id, place_id, local_date, local_time, zone,
       starts_at, status, sequence, scheduled_at
FROM appointments_appointment
WHERE practice_id = ANY(%(practices)s) AND client_id = ANY(%(clients)s) AND starts_at > %(from)s
ORDER BY starts_at, id

-- name: changes
SELECT appointment_id, sequence, at, tell, starts_at, local_date, local_time, zone, active,
       place_id
FROM appointments_appointmentchange
WHERE practice_id = ANY(%(practices)s) AND appointment_id = ANY(%(visits)s)
ORDER BY appointment_id, sequence

-- name: rules
SELECT practice_id, id, kind, channel, "when", days, seconds, at_time, types, practitioners,
       places, skip_if_confirmed, since
FROM messaging_rule WHERE practice_id = ANY(%(practices)s) AND active ORDER BY created_at, id

-- name: lines
SELECT u.practice_id, u.id, u.channel, u.rank, n.urgency, n.id
FROM messaging_practiceline u
JOIN messaging_line l ON l.id = u.line_id AND l.active
JOIN messaging_lane n ON n.line_id = l.id
WHERE u.practice_id = ANY(%(practices)s) ORDER BY u.rank, u.id, n.urgency

-- name: templates
SELECT DISTINCT ON (practice_id, rule_id, kind, what, channel, language)
       practice_id, id, rule_id, kind, what, channel, language, version
FROM messaging_template WHERE practice_id = ANY(%(practices)s)
ORDER BY practice_id, rule_id, kind, what, channel, language, version DESC

-- name: consents
SELECT DISTINCT ON (c.client_id, c.channel, c.address, k.kind)
       c.client_id, c.channel, c.address, k.kind, c.given, c.at, c.id
FROM people_consent c
CROSS JOIN LATERAL unnest(CASE WHEN c.kinds = '{}' THEN ARRAY['']::varchar[] ELSE c.kinds END)
  AS k(kind)
WHERE c.practice_id = ANY(%(practices)s) AND c.client_id = ANY(%(clients)s)
ORDER BY c.client_id, c.channel, c.address, k.kind, c.at DESC, c.id DESC

-- name: spoken
-- Every message about these visits: those that wait, and those that have left or were decided on.
SELECT m.client_id, m.id, m.status, m.hold, m.kind, m.what, m.rule_id, m.step, m.channel,
       m.contact_point_id, m.address, m.line_id, m.lane_id, m.template_id, m.due_at, m.expires_at,
       m.time_set, m.tries, (m.trace ->> 'at')::timestamptz, b.appointment_id, b.sequence,
       b.rule_id, b.step
FROM messaging_messageabout b JOIN messaging_message m ON m.id = b.message_id
JOIN appointments_appointment a ON a.id = b.appointment_id
WHERE b.practice_id = ANY(%(practices)s) AND b.appointment_id = ANY(%(visits)s)
ORDER BY m.id, a.starts_at, a.id

-- name: insert_messages
INSERT INTO messaging_message (id, practice_id, kind, what, channel, status, hold, "drop", rule_id,
  step, client_id, contact_point_id, address, line_id, lane_id, template_id, due_at, expires_at,
  words_set, time_set, tries, planned_at, carrier_ref, error_code, error_words, trace)
SELECT id, practice_id, kind, what, channel, status, hold, '', rule_id, step, client_id,
  point_id, address, line_id, lane_id, template_id, due_at, expires_at, false, false, 0, %(now)s,
  '', '', '', trace::jsonb
FROM unnest(%(id)b::uuid[], %(practice_id)b::uuid[], %(kind)b::text[], %(what)b::text[],
  %(channel)b::text[], %(status)b::text[], %(hold)b::text[], %(rule_id)b::uuid[], %(step)b::int[],
  %(client_id)b::uuid[], %(point_id)b::uuid[], %(address)b::text[], %(line_id)b::uuid[],
  %(lane_id)b::uuid[], %(template_id)b::uuid[], %(due_at)b::timestamptz[],
  %(expires_at)b::timestamptz[], %(trace)b::text[])
  AS v(id, practice_id, kind, what, channel, status, hold, rule_id, step, client_id, point_id,
       address, line_id, lane_id, template_id, due_at, expires_at, trace)

-- name: insert_about
INSERT INTO messaging_messageabout (id, practice_id, message_id, rule_id, step, appointment_id,
  sequence, recipient_id)
SELECT * FROM unnest(%(id)b::uuid[], %(practice_id)b::uuid[], %(message_id)b::uuid[],
  %(rule_id)b::uuid[], %(step)b::int[], %(visit_id)b::uuid[], %(sequence)b::int[],
  %(recipient_id)b::uuid[])

-- name: forget_about
DELETE FROM messaging_messageabout WHERE message_id = ANY(%(messages)s)

-- name: update_messages
-- Only what still waits: arm may have taken one since it was read.
UPDATE messaging_message m SET status = v.status, hold = v.hold, what = v.what,
  channel = v.channel, contact_point_id = v.point_id, address = v.address, line_id = v.line_id,
  lane_id = v.lane_id, template_id = v.template_id, due_at = v.due_at, expires_at = v.expires_at,
  trace = coalesce(v.trace::jsonb, m.trace)
FROM unnest(%(id)b::uuid[], %(status)b::text[], %(hold)b::text[], %(what)b::text[],
  %(channel)b::text[], %(point_id)b::uuid[], %(address)b::text[], %(line_id)b::uuid[],
  %(lane_id)b::uuid[], %(template_id)b::uuid[], %(due_at)b::timestamptz[],
  %(expires_at)b::timestamptz[], %(trace)b::text[])
  AS v(id, status, hold, what, channel, point_id, address, line_id, lane_id, template_id, due_at,
       expires_at, trace)
WHERE m.id = v.id AND m.status IN ('planned', 'held')
RETURNING m.id

-- name: drop_messages
UPDATE messaging_message m SET status = 'dropped', "drop" = v.reason, hold = '',
  settled_at = %(now)s
FROM unnest(%(id)b::uuid[], %(reason)b::text[]) AS v(id, reason)
WHERE m.id = v.id AND m.status IN ('planned', 'held')
RETURNING m.id
