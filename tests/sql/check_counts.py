#!/usr/bin/env python3
"""Counts the calls of a generated trail in SQL, and compares with its answer key and the summary.

  check_counts.py DRIFTLINE TRAIL LAKE SUMMARY

TRAIL is what `gen_trail.py` wrote, LAKE what `driftline analyze` made of it, SUMMARY what it printed
with `--format json`. The answer key counts calls by principal, service, name and error.
"""
import json
import os
import sys

import check_sql


def answers(trail):
    """What the generator says of the calls to SageMaker, events of endpoints left out."""
    with open(os.path.join(trail, "counts.tsv")) as lines:
        for line in lines:
            principal, source, name, error, count = line.rstrip("\n").split("\t")
            if "sagemaker" in source and error != "VpceAccessDenied":
                yield (principal, source, name, error), int(count)


def main():
    program, trail, lake, summary = sys.argv[1:5]
    with open(summary) as file:
        records = json.load(file)["records"]
    with open(os.path.join(trail, "manifest.json")) as file:
        manifest = json.load(file)
    db = check_sql.database(program, lake, False)
    found = dict(((p, s, n, e), count) for p, s, n, e, count in db.execute("""
        SELECT principal, event_source, event_name, coalesce(error_code, ''), count(*)
        FROM driftline.current_calls WHERE request_index = 0 GROUP BY 1, 2, 3, 4""").fetchall())
    wanted = dict(answers(trail))
    differing = sorted(set(found.items()) ^ set(wanted.items()))
    if differing:
        check_sql.fail("counts differ: %s" % differing[:10])
    used = db.execute("""
        SELECT sum(calls) FROM driftline.current_usage
        WHERE request_kind = 'primary'""").fetchone()[0]
    primary = db.execute("""
        SELECT count(*) FROM driftline.current_calls WHERE request_kind = 'primary'""").fetchone()[0]
    if used != primary:
        check_sql.fail("usage has %s calls, not %s" % (used, primary))
    types = {row[0] for row in db.execute(
        "SELECT DISTINCT unnest(instance_types) FROM driftline.current_calls").fetchall()}
    if types != set(manifest["instance_types"]):
        check_sql.fail("instance types: %s" % (types ^ set(manifest["instance_types"])))
    ledger = db.execute("""
        SELECT sum(read), sum(evaluated), sum(out_of_scope), sum(quarantined), sum(duplicates)
        FROM driftline.current_objects""").fetchone()
    read, evaluated, out_of_scope, quarantined, _ = map(int, ledger)
    told = tuple(records[name] for name in ("read", "evaluated", "out_of_scope", "quarantined"))
    if told != (read, evaluated, out_of_scope, quarantined) or read != manifest["records"]:
        check_sql.fail("the ledger has %s, the summary %s" % (ledger, records))
    calls = sum(wanted.values())
    if evaluated - records["duplicates"] != calls:
        check_sql.fail("%d evaluated, %d duplicates, %d calls" % (evaluated, records["duplicates"], calls))
    print("check_counts: %d records, %d calls in %d groups: SQL, summary and answer key agree"
          % (read, calls, len(wanted)))


if __name__ == "__main__":
    main()
