-- Permissions that went out of use, with when they were last used.
-- What the target allowed within the year before `from`, and nobody has used since in any way that AWS did
-- not refuse: the first candidates to take away. What was never used leaves no row in any log: the
-- policies tell that.
SELECT
  account,
  principal,
  action,
  sum(calls) FILTER (WHERE legitimate) AS calls,
  min(first_seen) AS first_seen,
  max(last_seen) AS last_seen,
  date_diff('day', CAST(max(last_seen) AS date), CAST({{to}} AS date)) AS days_unused
FROM {{database}}.current_usage
WHERE dt BETWEEN {{a year before}} AND {{to}}
  AND outcome <> 'denied'
GROUP BY account, principal, action
HAVING max(dt) < {{from}} AND sum(calls) FILTER (WHERE legitimate) > 0
ORDER BY last_seen, account, principal, action
