-- Each request once, by the judgement that counts.
-- What a merge would keep of `calls`: of several judgements of a record the greatest one, of several
-- copies of a record the first, of one event id with two bodies both.
SELECT
{{columns calls}},
  dt
FROM (
  SELECT
    *,
    rank() OVER (
      PARTITION BY dt, account, region, event_id, record_hash
      ORDER BY {{greatest judgement}}
    ) AS judgement,
    row_number() OVER (
      PARTITION BY
        dt, account, region, event_id, request_index, record_hash,
        policy_set, revision, verdict_hash, engine
      ORDER BY source_object
    ) AS copy
  FROM {{database}}.calls
) AS every_row
WHERE judgement = 1 AND copy = 1
