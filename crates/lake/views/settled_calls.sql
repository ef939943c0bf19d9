-- What other records say of requests, each once.
-- Rows of `resolutions`. Who judged must be who judged the request.
SELECT
{{columns resolutions}},
  dt
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY
        dt, account, region, event_id, request_index, record_hash,
        policy_set, revision, verdict_hash, engine
      ORDER BY facts_hash, source_object
    ) AS copy
  FROM {{database}}.resolutions
) AS every_row
WHERE copy = 1
