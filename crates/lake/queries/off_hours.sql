-- Use outside of working hours.
-- Calls of people (sessions and users, not of services) that changed something before 6 or after 20
-- UTC, or at a weekend, by principals that mostly work in between: a job that runs every night is
-- none of them.
WITH by_principal AS (
  SELECT
    account,
    principal,
    count(*) AS requests,
    count(*) FILTER (WHERE {{off hours}}) AS off_hours,
    min(event_time) FILTER (WHERE {{off hours}}) AS first_seen,
    max(event_time) FILTER (WHERE {{off hours}}) AS last_seen,
    array_agg(DISTINCT action ORDER BY action) FILTER (WHERE {{off hours}}) AS actions
  FROM {{database}}.current_calls
  WHERE dt BETWEEN {{from}} AND {{to}}
    AND request_kind = 'primary'
    AND principal_type <> 'AWSService'
    AND via IS NULL
    AND NOT (
      event_name LIKE 'Describe%'
      OR event_name LIKE 'List%'
      OR event_name LIKE 'Get%'
      OR event_name LIKE 'Search%'
    )
  GROUP BY account, principal
)
SELECT account, principal, requests, off_hours, first_seen, last_seen, actions
FROM by_principal
WHERE off_hours > 0 AND 4 * off_hours < requests
ORDER BY off_hours DESC, account, principal
