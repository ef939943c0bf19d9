-- Blocked attempts, and who refused.
-- What AWS refused: by an SCP, a boundary, an identity-based policy, as its message names it (null
-- where it names none), and what the target says to it. `Allowed` there is a missing grant.
SELECT
  account,
  principal,
  action,
  refused_by,
  decision AS target_says,
  count(DISTINCT event_id) AS calls,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen
FROM {{database}}.current_calls
WHERE dt BETWEEN {{from}} AND {{to}}
  AND outcome = 'denied'
  AND request_kind = 'primary'
GROUP BY account, principal, action, refused_by, decision
ORDER BY calls DESC, account, principal, action, refused_by, target_says
