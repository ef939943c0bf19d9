-- Drift that stands: the one to query.
-- Findings of judgements that count, each once, without those that other records have settled, and
-- with what is found then. Where a day is not merged, which judgement counts is asked of the events that
-- have findings.
WITH every_row AS (
  SELECT
{{columns findings f}},
    f.dt AS dt,
    false AS settled,
    d.is_merged AS is_sure
  FROM {{database}}.findings AS f
  INNER JOIN {{database}}.day_files AS d ON d.dt = f.dt
  UNION ALL
  SELECT
    {{names findings}},
    dt,
    true AS settled,
    false AS is_sure
  FROM {{database}}.resolved_findings
),
doubtful AS (
  SELECT * FROM every_row WHERE NOT is_sure
),
judged AS (
  SELECT
    c.dt, c.account, c.region, c.event_id, c.record_hash, c.policy_set, c.revision,
    c.verdict_hash, c.engine
  FROM {{database}}.calls AS c
  INNER JOIN (SELECT DISTINCT dt, account, region, event_id FROM doubtful) AS f
    ON f.dt = c.dt
    AND f.account = c.account
    AND f.region = c.region
    AND f.event_id = c.event_id
),
judgements AS (
  SELECT DISTINCT
    dt, account, region, event_id, record_hash, policy_set, revision, verdict_hash, engine
  FROM (
    SELECT
      *,
      rank() OVER (
        PARTITION BY dt, account, region, event_id, record_hash
        ORDER BY {{greatest judgement}}
      ) AS judgement
    FROM judged
  ) AS ranked
  WHERE judgement = 1
),
each_once AS (
  SELECT
    *,
    rank() OVER (
      PARTITION BY
        dt, account, region, event_id, request_index, record_hash, code, key,
        policy_set, revision, verdict_hash, engine, settled
      ORDER BY source_object
    ) AS copy,
    row_number() OVER (
      PARTITION BY
        dt, account, region, event_id, request_index, record_hash, code, key,
        policy_set, revision, verdict_hash, engine, settled,
        source_object, finding_id, deciding_policy, deciding_statement, wanted, observed
      ORDER BY waiver NULLS FIRST
    ) AS repeat
  FROM doubtful
),
counted AS (
  SELECT
    {{names findings}},
    dt,
    settled
  FROM every_row
  WHERE is_sure
  UNION ALL
  SELECT
{{columns findings o}},
    o.dt AS dt,
    o.settled AS settled
  FROM each_once AS o
  INNER JOIN judgements AS j
    ON j.dt = o.dt
    AND j.account = o.account
    AND j.region = o.region
    AND j.event_id = o.event_id
    AND j.record_hash = o.record_hash
    AND j.policy_set = o.policy_set
    AND j.revision = o.revision
    AND j.verdict_hash = o.verdict_hash
    AND j.engine = o.engine
  WHERE o.copy = 1 AND o.repeat = 1
)
SELECT
{{columns findings f}},
  f.settled AS settled,
  f.dt AS dt
FROM counted AS f
LEFT JOIN {{database}}.settled_calls AS s
  ON s.dt = f.dt
  AND s.account = f.account
  AND s.region = f.region
  AND s.event_id = f.event_id
  AND s.request_index = f.request_index
  AND s.record_hash = f.record_hash
  AND s.policy_set = f.policy_set
  AND s.revision = f.revision
  AND s.verdict_hash = f.verdict_hash
  AND s.engine = f.engine
  AND s.settles
WHERE f.settled OR s.event_id IS NULL OR NOT ({{is replaced}})
