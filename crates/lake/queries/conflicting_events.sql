-- Events with two bodies.
-- One event id with different contents: one of them may be a forgery. Both are judged.
SELECT
  event_id,
  count(DISTINCT record_hash) AS bodies,
  array_agg(DISTINCT source_object ORDER BY source_object) AS objects,
  min(event_time) AS first_seen
FROM {{database}}.current_calls
WHERE dt BETWEEN {{from}} AND {{to}}
GROUP BY event_id
HAVING count(DISTINCT record_hash) > 1
ORDER BY first_seen, event_id
