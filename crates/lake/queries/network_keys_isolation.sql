-- Network, encryption keys and isolation.
-- Jobs, notebooks, models and domains outside of the target's subnets (`DRF102`), without isolation
-- (`DRF103`) or the right key (`DRF104`), with internet access (`DRF105`) or root and remote access
-- (`DRF106`).
SELECT
  code,
  account,
  region,
  principal,
  action,
  key,
  observed,
  count(DISTINCT event_id) AS calls,
  max(event_time) AS last_seen
FROM {{database}}.current_findings
WHERE dt BETWEEN {{from}} AND {{to}}
  AND code BETWEEN 'DRF102' AND 'DRF106'
GROUP BY code, account, region, principal, action, key, observed
ORDER BY code, calls DESC, account, region, principal, action, key, observed
