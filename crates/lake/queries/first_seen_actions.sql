-- Actions a principal used for the first time.
-- Within the window and not in the year before it. New use is where permissions grow, or are taken.
SELECT
  account,
  principal,
  action,
  min(first_seen) AS first_seen,
  max(last_seen) AS last_seen,
  sum(calls) AS calls,
  coalesce(sum(calls) FILTER (WHERE legitimate), 0) AS legitimate_calls
FROM {{database}}.current_usage
WHERE dt BETWEEN {{a year before}} AND {{to}}
  AND outcome <> 'denied'
GROUP BY account, principal, action
HAVING min(dt) >= {{from}}
ORDER BY first_seen, account, principal, action
