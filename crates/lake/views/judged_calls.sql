-- Each request once, by the judgement that counts.
-- What a merge would keep of `calls`: of several judgements of a record the greatest one, of several
-- copies of a record the first, of one event id with two bodies both.
SELECT
{{columns calls c}},
  c.dt AS dt
FROM {{database}}.calls AS c
INNER JOIN {{database}}.day_files AS d ON d.dt = c.dt
WHERE d.is_merged
UNION ALL
SELECT
{{columns calls r}},
  r.dt AS dt
FROM (
  SELECT
    c.*,
    rank() OVER (
      PARTITION BY c.dt, c.account, c.region, c.event_id, c.record_hash
      ORDER BY {{greatest judgement}}
    ) AS judgement,
    row_number() OVER (
      PARTITION BY
        c.dt, c.account, c.region, c.event_id, c.request_index, c.record_hash,
        c.policy_set, c.revision, c.verdict_hash, c.engine
      ORDER BY c.source_object
    ) AS copy
  FROM {{database}}.calls AS c
  INNER JOIN {{database}}.day_files AS d ON d.dt = c.dt
  WHERE NOT d.is_merged
) AS r
WHERE r.judgement = 1 AND r.copy = 1
