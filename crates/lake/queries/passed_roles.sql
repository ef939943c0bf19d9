-- Passed roles.
-- Which roles were handed to which service, by whom, and whether the target allows it. What a record
-- does not tell is `unknown`.
SELECT
  c.account,
  c.principal,
  r.role,
  s.service,
  c.decision AS target_says,
  count(DISTINCT c.event_id) AS calls,
  array_agg(DISTINCT c.event_name ORDER BY c.event_name) AS calls_of,
  min(c.event_time) AS first_seen,
  max(c.event_time) AS last_seen
FROM {{database}}.current_calls AS c
CROSS JOIN UNNEST(
  CASE WHEN cardinality(c.resources) = 0 THEN ARRAY['unknown'] ELSE c.resources END
) AS r (role)
CROSS JOIN UNNEST(coalesce({{passed to service}}, ARRAY['unknown'])) AS s (service)
WHERE c.dt BETWEEN {{from}} AND {{to}}
  AND c.request_kind = 'pass_role'
  AND c.outcome <> 'denied'
GROUP BY c.account, c.principal, r.role, s.service, c.decision
ORDER BY calls DESC, c.account, c.principal, r.role, s.service, target_says
