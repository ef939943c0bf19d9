-- One principal's timeline.
-- All that a principal asked for, in the order of time. `*` in the ARN stands for anything.
SELECT
  event_time,
  account,
  region,
  principal,
  session_name,
  event_name,
  action,
  resources,
  outcome,
  decision AS target_says,
  deciding_statement,
  source_ip,
  event_id
FROM {{database}}.current_calls
WHERE dt BETWEEN {{from}} AND {{to}}
  AND {{principal matches}}
ORDER BY event_time, event_id, request_index
