-- Drift that stands: the one to query.
-- Findings of judgements that count, each once, without those that other records have settled, and
-- with what is found then.
WITH judgements AS (
  SELECT DISTINCT
    dt, account, region, event_id, record_hash, policy_set, revision, verdict_hash, engine
  FROM {{database}}.judged_calls
),
every_row AS (
  SELECT
    {{names findings}},
    dt,
    false AS settled
  FROM {{database}}.findings
  UNION ALL
  SELECT
    {{names findings}},
    dt,
    true AS settled
  FROM {{database}}.resolved_findings
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
  FROM every_row
)
SELECT
{{columns findings f}},
  f.settled AS settled,
  f.dt AS dt
FROM each_once AS f
INNER JOIN judgements AS j
  ON j.dt = f.dt
  AND j.account = f.account
  AND j.region = f.region
  AND j.event_id = f.event_id
  AND j.record_hash = f.record_hash
  AND j.policy_set = f.policy_set
  AND j.revision = f.revision
  AND j.verdict_hash = f.verdict_hash
  AND j.engine = f.engine
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
WHERE f.copy = 1
  AND f.repeat = 1
  AND (f.settled OR s.event_id IS NULL OR NOT ({{is replaced}}))
