-- Drift by code and severity.
-- What there is to see to, most severe first: how many calls, by how many principals, since when.
SELECT
  code,
  severity,
  count(DISTINCT event_id) AS calls,
  count(DISTINCT principal) AS principals,
  count(DISTINCT finding_id) AS findings,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen
FROM {{database}}.current_findings
WHERE dt BETWEEN {{from}} AND {{to}}
GROUP BY code, severity
ORDER BY {{severity rank}}, calls DESC, code
