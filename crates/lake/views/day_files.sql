-- Which days consist of one merged file each of calls and findings.
-- There nothing is twice, and conditions on any column reach the files. Where it is otherwise, since new
-- parts wait to be merged or old ones to be deleted, the views sort out what counts.
WITH files AS (
  SELECT DISTINCT dt, regexp_extract("$path", '[^/]+$') AS name, true AS of_calls
  FROM {{database}}.calls
  UNION ALL
  SELECT DISTINCT dt, regexp_extract("$path", '[^/]+$') AS name, false AS of_calls
  FROM {{database}}.findings
)
SELECT
  dt,
  min(name) = max(name)
    AND max(name) LIKE 'merged-%'
    AND count(*) FILTER (WHERE of_calls) = 1 AS is_merged
FROM files
GROUP BY dt
