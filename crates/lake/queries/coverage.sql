-- Coverage and conservation per account, region and day.
-- What was read on each day of each place that is expected, and a line with `silent` where nothing
-- was: silence is not compliance. `balanced` says that each record read was evaluated, is out of
-- scope or lies in quarantine. Expected are the places given, else all that any object names. Days
-- are those of delivery; objects whose names tell no place are under null.
WITH days AS (
{{days}}
),
ledger AS (
  SELECT
    dt,
    account,
    region,
    count(*) AS objects,
    sum(read) AS records,
    sum(evaluated) AS evaluated,
    sum(out_of_scope) AS out_of_scope,
    sum(quarantined) AS quarantined,
    count(*) FILTER (WHERE object_quarantined) AS objects_quarantined
  FROM {{database}}.current_objects
  WHERE dt BETWEEN {{from}} AND {{to}}
  GROUP BY dt, account, region
),
expected AS (
{{expected places}}
),
wanted AS (
  SELECT days.dt, expected.account, expected.region
  FROM days
  CROSS JOIN expected
)
SELECT
  coalesce(w.dt, l.dt) AS dt,
  coalesce(w.account, l.account) AS account,
  coalesce(w.region, l.region) AS region,
  w.dt IS NOT NULL AS expected,
  l.dt IS NULL AS silent,
  coalesce(l.objects, 0) AS objects,
  coalesce(l.records, 0) AS records,
  coalesce(l.evaluated, 0) AS evaluated,
  coalesce(l.out_of_scope, 0) AS out_of_scope,
  coalesce(l.quarantined, 0) AS quarantined,
  coalesce(l.objects_quarantined, 0) AS objects_quarantined,
  coalesce(l.records = l.evaluated + l.out_of_scope + l.quarantined, true) AS balanced
FROM wanted AS w
FULL OUTER JOIN ledger AS l
  ON l.dt = w.dt AND l.account = w.account AND l.region = w.region
ORDER BY dt, account NULLS LAST, region NULLS LAST
