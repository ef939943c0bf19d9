-- Disallowed instance types by account, role and type.
-- Instance types that calls chose and the target does not allow (`DRF101`), with what it allows.
-- Where IAM has no condition key for them on that action, `iam_can_enforce` is false: then a policy
-- cannot refuse them, and a service quota or a budget has to.
SELECT
  f.account,
  f.principal,
  t.instance_type,
  f.action,
  f.iam_can_enforce,
  f.wanted AS allowed,
  count(DISTINCT f.event_id) AS calls,
  min(f.event_time) AS first_seen,
  max(f.event_time) AS last_seen
FROM {{database}}.current_findings AS f
CROSS JOIN UNNEST(f.observed) AS t (instance_type)
WHERE f.dt BETWEEN {{from}} AND {{to}}
  AND f.code = 'DRF101'
GROUP BY f.account, f.principal, t.instance_type, f.action, f.iam_can_enforce, f.wanted
ORDER BY calls DESC, f.account, f.principal, t.instance_type, f.action, allowed
