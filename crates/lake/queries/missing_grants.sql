-- Missing grants.
-- Calls that the target allows and AWS refused (`DRF202`): what is deployed is narrower than meant.
SELECT
  f.account,
  f.principal,
  f.action,
  c.refused_by,
  f.deciding_policy AS granted_by_policy,
  f.deciding_statement AS granted_by_statement,
  count(DISTINCT f.event_id) AS calls,
  max(f.event_time) AS last_seen
FROM {{database}}.current_findings AS f
INNER JOIN {{database}}.current_calls AS c
  ON c.dt = f.dt
  AND c.account = f.account
  AND c.region = f.region
  AND c.event_id = f.event_id
  AND c.request_index = f.request_index
  AND c.record_hash = f.record_hash
WHERE f.dt BETWEEN {{from}} AND {{to}}
  AND f.code = 'DRF202'
GROUP BY f.account, f.principal, f.action, c.refused_by, f.deciding_policy, f.deciding_statement
ORDER BY calls DESC, f.account, f.principal, f.action, c.refused_by, granted_by_policy, granted_by_statement
