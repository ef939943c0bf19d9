-- Silent places: days without a log file.
-- Each place that is expected (those given, else all that any object names), with the days of which
-- nothing was delivered. A silent region is a gap, not compliance.
WITH days AS (
{{days}}
),
ledger AS (
  SELECT DISTINCT dt, account, region
  FROM {{database}}.current_objects
  WHERE dt BETWEEN {{from}} AND {{to}}
),
expected AS (
{{expected places}}
)
SELECT
  e.account,
  e.region,
  count(*) AS silent_days,
  min(d.dt) AS first_day,
  max(d.dt) AS last_day
FROM days AS d
CROSS JOIN expected AS e
LEFT JOIN ledger AS l ON l.dt = d.dt AND l.account = e.account AND l.region = e.region
WHERE l.dt IS NULL
GROUP BY e.account, e.region
ORDER BY silent_days DESC, e.account, e.region
