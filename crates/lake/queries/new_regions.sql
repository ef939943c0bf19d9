-- Principals in a region they had not used before.
-- Within the window and not in the year before it, of principals that were seen then.
WITH by_region AS (
  SELECT
    account,
    principal,
    region,
    min(dt) AS first_day,
    min(first_seen) AS first_seen,
    sum(calls) AS calls
  FROM {{database}}.current_usage
  WHERE dt BETWEEN {{a year before}} AND {{to}}
  GROUP BY account, principal, region
),
by_principal AS (
  SELECT account, principal, min(first_day) AS known_since
  FROM by_region
  GROUP BY account, principal
)
SELECT r.account, r.principal, r.region, r.first_seen, r.calls, p.known_since
FROM by_region AS r
INNER JOIN by_principal AS p ON p.account = r.account AND p.principal = r.principal
WHERE r.first_day >= {{from}} AND p.known_since < r.first_day
ORDER BY r.first_seen, r.account, r.principal, r.region
