-- Requests with the decision that stands: the one to query.
-- As `judged_calls`, and where other records settle what a record leaves open, with what they settle;
-- `settled` tells.
SELECT
{{current call columns}},
  coalesce(s.settles, false) AS settled,
  c.dt AS dt
FROM {{database}}.judged_calls AS c
LEFT JOIN {{database}}.settled_calls AS s
  ON s.dt = c.dt
  AND s.account = c.account
  AND s.region = c.region
  AND s.event_id = c.event_id
  AND s.request_index = c.request_index
  AND s.record_hash = c.record_hash
  AND s.policy_set = c.policy_set
  AND s.revision = c.revision
  AND s.verdict_hash = c.verdict_hash
  AND s.engine = c.engine
