-- Use per day: of the files of a day, the one that stands for most.
SELECT
{{columns usage}},
  dt
FROM (
  SELECT
    *,
    rank() OVER (PARTITION BY dt ORDER BY parts DESC, calls_file DESC) AS file_rank
  FROM {{database}}.usage
) AS every_row
WHERE file_rank = 1
