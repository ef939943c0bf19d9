-- Violations by principal and day.
-- Calls that AWS let through, or would have, and the target does not allow (codes `DRF1xx`).
SELECT
  dt,
  account,
  principal,
  count(DISTINCT event_id) AS calls,
  count(DISTINCT event_id) FILTER (WHERE severity = 'critical') AS critical,
  count(DISTINCT event_id) FILTER (WHERE severity = 'high') AS high,
  count(DISTINCT event_id) FILTER (WHERE severity = 'medium') AS medium,
  count(DISTINCT event_id) FILTER (WHERE severity = 'low') AS low,
  array_agg(DISTINCT code ORDER BY code) AS codes
FROM {{database}}.current_findings
WHERE dt BETWEEN {{from}} AND {{to}}
  AND code LIKE 'DRF1%'
GROUP BY dt, account, principal
ORDER BY dt, calls DESC, account, principal
