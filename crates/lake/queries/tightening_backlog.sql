-- Tightening backlog by risk.
-- What AWS let through and the target does not allow, by what has to be taken away: the principal's
-- permission to an action, and of which the target's statement decides. Worst first, then by use:
-- what nobody has used for long is the easiest.
SELECT
  severity,
  account,
  principal,
  action,
  code,
  deciding_policy,
  deciding_statement,
  count(DISTINCT event_id) AS calls,
  count(DISTINCT session_name) AS sessions,
  max(event_time) AS last_seen
FROM {{database}}.current_findings
WHERE dt BETWEEN {{from}} AND {{to}}
  AND code LIKE 'DRF1%'
  AND outcome <> 'denied'
GROUP BY severity, account, principal, action, code, deciding_policy, deciding_statement
ORDER BY
  {{severity rank}}, calls DESC, account, principal, action, code, deciding_policy,
  deciding_statement
