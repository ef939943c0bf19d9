-- What cannot be determined, and the keys that are missing.
-- Requests whose decision hangs on a key that no record tells, by the key, with their share of all
-- judged requests of the action. A request that lacks several keys counts for each; `(no key)` stands
-- for what else a decision may hang on, such as a resource that is not known.
WITH judged AS (
  SELECT action, count(*) AS requests
  FROM {{database}}.current_calls
  WHERE dt BETWEEN {{from}} AND {{to}} AND decision IS NOT NULL
  GROUP BY action
),
open_keys AS (
  SELECT c.action, k.key, c.principal, c.event_id
  FROM {{database}}.current_calls AS c
  CROSS JOIN UNNEST(
    CASE WHEN cardinality(c.unknown_keys) = 0 THEN ARRAY['(no key)'] ELSE c.unknown_keys END
  ) AS k (key)
  WHERE c.dt BETWEEN {{from}} AND {{to}} AND c.decision = 'Undetermined'
)
SELECT
  o.action,
  o.key,
  count(*) AS requests,
  j.requests AS judged_requests,
  CAST(count(*) AS double) / CAST(j.requests AS double) AS share,
  count(DISTINCT o.principal) AS principals
FROM open_keys AS o
INNER JOIN judged AS j ON j.action = o.action
GROUP BY o.action, o.key, j.requests
ORDER BY requests DESC, o.action, o.key
