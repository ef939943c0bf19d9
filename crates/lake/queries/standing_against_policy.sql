-- Endpoints and notebooks created against policy and not deleted since.
-- What was created by a call that the target does not allow, or, an endpoint, from a configuration
-- that was; and of whose deletion no record tells. An endpoint that was given another configuration
-- since is among them. Where letter case is open, the spelling is the one that was sent.
WITH against AS (
  SELECT dt, account, region, event_id, record_hash, resources, code
  FROM {{database}}.current_findings
  WHERE dt BETWEEN {{from}} AND {{to}} AND code LIKE 'DRF1%' AND outcome = 'succeeded'
),
made AS (
  SELECT c.dt, c.account, c.region, c.event_id, c.record_hash, c.event_time, c.principal, r.resource
  FROM {{database}}.current_calls AS c
  CROSS JOIN UNNEST(c.resources) AS r (resource)
  WHERE c.dt BETWEEN {{from}} AND {{to}}
    AND c.event_name IN ('CreateEndpoint', 'UpdateEndpoint', 'CreateNotebookInstance')
    AND c.outcome = 'succeeded'
    AND c.request_kind IN ('primary', 'extra_resource')
),
why AS (
  SELECT m.dt, m.account, m.region, m.event_id, m.record_hash, a.code
  FROM made AS m
  INNER JOIN against AS a
    ON a.dt = m.dt
    AND a.account = m.account
    AND a.region = m.region
    AND a.event_id = m.event_id
    AND a.record_hash = m.record_hash
  UNION ALL
  SELECT m.dt, m.account, m.region, m.event_id, m.record_hash, a.code
  FROM made AS m
  INNER JOIN (
    SELECT r.resource, against.code
    FROM against
    CROSS JOIN UNNEST(against.resources) AS r (resource)
  ) AS a ON a.resource = m.resource
  WHERE m.resource LIKE '%:endpoint-config/%'
),
created AS (
  SELECT
    m.account,
    m.region,
    min(m.resource) AS resource,
    m.principal,
    max(m.event_time) AS created,
    array_agg(DISTINCT w.code ORDER BY w.code) AS codes
  FROM made AS m
  INNER JOIN why AS w
    ON w.dt = m.dt
    AND w.account = m.account
    AND w.region = m.region
    AND w.event_id = m.event_id
    AND w.record_hash = m.record_hash
  WHERE m.resource LIKE '%:endpoint/%' OR m.resource LIKE '%:notebook-instance/%'
  GROUP BY m.account, m.region, lower(m.resource), m.principal
),
deleted AS (
  SELECT lower(resource) AS resource, max(event_time) AS deleted
  FROM {{database}}.current_facts
  WHERE dt >= {{from}} AND kind = 'deleted'
  GROUP BY lower(resource)
)
SELECT c.account, c.region, c.resource, c.principal, c.created, c.codes
FROM created AS c
LEFT JOIN deleted AS d ON d.resource = lower(c.resource) AND d.deleted >= c.created
WHERE d.resource IS NULL
ORDER BY c.created, c.resource, c.principal
