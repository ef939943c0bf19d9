-- What records say about resources, each once.
SELECT
{{columns resource_facts}},
  dt
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY dt, account, region, event_id, record_hash, resource, kind
      ORDER BY {{greatest judgement}}, source_object
    ) AS copy
  FROM {{database}}.resource_facts
) AS every_row
WHERE copy = 1
