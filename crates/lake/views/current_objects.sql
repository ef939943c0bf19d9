-- The ledger: each object once, by the judgement that counts.
SELECT
{{columns objects}},
  dt
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY dt, object, identity
      ORDER BY {{greatest judgement}}, evaluated DESC, batch
    ) AS copy
  FROM {{database}}.objects
) AS every_row
WHERE copy = 1
