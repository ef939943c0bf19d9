-- One resource's history.
-- All that was asked of a resource, in the order of time. `*` in the ARN stands for anything. Where letter
-- case is open, a request has two spellings.
SELECT DISTINCT
  c.event_time,
  c.account,
  c.region,
  c.principal,
  c.session_name,
  c.event_name,
  c.action,
  c.resources,
  c.outcome,
  c.decision AS target_says,
  c.event_id,
  c.request_index
FROM {{database}}.current_calls AS c
CROSS JOIN UNNEST(c.resources) AS r (resource)
WHERE c.dt BETWEEN {{from}} AND {{to}}
  AND {{resource matches}}
ORDER BY c.event_time, c.event_id, c.request_index
