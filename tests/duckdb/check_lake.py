#!/usr/bin/env python3
"""Reads a lake with DuckDB and compares it with an answer key.

  check_lake.py OUT ANSWER_KEY

OUT is what `driftline analyze --out` wrote for the samples. Every Parquet file must be readable, in
the types DuckDB expects; calls and findings must be what the key says: none missing, none extra.
"""
import glob
import json
import os
import sys

import duckdb

TYPES = {
    "calls": {"event_time": "TIMESTAMP WITH TIME ZONE", "request_index": "INTEGER",
              "resources": "VARCHAR[]", "context": "MAP(VARCHAR, VARCHAR[])", "revision": "BIGINT"},
    "findings": {"event_time": "TIMESTAMP WITH TIME ZONE", "wanted": "VARCHAR[]", "code": "VARCHAR"},
    "objects": {"read": "BIGINT", "warnings": "VARCHAR[]", "object_quarantined": "BOOLEAN"},
    "resource_facts": {"event_time": "TIMESTAMP WITH TIME ZONE", "tags": "MAP(VARCHAR, VARCHAR[])",
                       "properties": "MAP(VARCHAR, VARCHAR[])", "all_tags": "BOOLEAN"},
    "resolutions": {"settled": "MAP(VARCHAR, VARCHAR[])", "settles": "BOOLEAN"},
    "resolved_findings": {"wanted": "VARCHAR[]", "code": "VARCHAR"},
    "usage": {"calls": "BIGINT", "first_seen": "TIMESTAMP WITH TIME ZONE", "legitimate": "BOOLEAN",
              "context": "MAP(VARCHAR, VARCHAR[])"},
}
# There is a file of these only where there is something to say.
MAY_BE_EMPTY = {"resolved_findings"}
COMPARED = ["event_id", "request_kind", "code", "principal", "action", "policy", "statement",
            "outcome", "decision"]


def fail(text):
    print("check_lake: " + text)
    sys.exit(1)


def rows(db, sql, *parameters):
    cursor = db.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def check_types(db, table, files):
    for file in files:
        found = {row["column_name"]: row["column_type"]
                 for row in rows(db, "DESCRIBE SELECT * FROM read_parquet(?)", file)}
        for column, wanted in TYPES[table].items():
            if found.get(column) != wanted:
                fail("%s: %s is %s, not %s" % (file, column, found.get(column), wanted))


def compare(name, got, wanted):
    missing, extra = wanted - got, got - wanted
    for row in sorted(missing, key=str)[:10]:
        print("missing: %s" % (row,))
    for row in sorted(extra, key=str)[:10]:
        print("extra:   %s" % (row,))
    if missing or extra:
        fail("%s: %d missing, %d extra" % (name, len(missing), len(extra)))
    print("check_lake: %d %s, none missing, none extra" % (len(got), name))


def main():
    out, key_file = sys.argv[1:3]
    lake = os.path.join(out, "lake")
    with open(key_file) as lines:
        header, *key = [json.loads(line) for line in lines]
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    read = 0
    for table in TYPES:
        files = sorted(glob.glob(os.path.join(lake, table, "dt=*", "*.parquet")))
        if not files:
            if table in MAY_BE_EMPTY:
                continue
            fail("no files of the table " + table)
        check_types(db, table, files)
        db.execute("CREATE VIEW %s AS SELECT * FROM read_parquet(%s, hive_partitioning = true)"
                   % (table, json.dumps(files).replace('"', "'")))
        read += len(files)
    everything = set(glob.glob(os.path.join(lake, "**", "*.parquet"), recursive=True))
    if len(everything) != read:
        fail("%d Parquet files are in no table" % (len(everything) - read))

    keys = rows(db, """SELECT count(*) n, count(DISTINCT (event_id, record_hash, resource, kind)) d
                       FROM resource_facts WHERE cardinality(tags) >= 0""")[0]
    if not keys["n"] or keys["n"] != keys["d"]:
        fail("resource facts: %s" % keys)
    totals = rows(db, "SELECT sum(read) r, sum(evaluated) e, sum(out_of_scope) o, sum(quarantined) q FROM objects")[0]
    if (totals["r"], totals["o"]) != (header["records"], header["out_of_scope"]):
        fail("objects: %s against %s" % (totals, header))
    if totals["r"] != totals["e"] + totals["o"] + totals["q"]:
        fail("conservation: %s" % totals)
    calls = rows(db, "SELECT count(*) n FROM calls WHERE request_index = 0")[0]["n"]
    if calls != header["sagemaker_calls"]:
        fail("%d calls, not %d" % (calls, header["sagemaker_calls"]))
    used = rows(db, "SELECT sum(calls) n, count(DISTINCT dt) d FROM usage")[0]
    if used != rows(db, "SELECT count(*) n, count(DISTINCT dt) d FROM calls")[0]:
        fail("usage: %s" % used)
    misplaced = rows(db, "SELECT count(*) n FROM calls WHERE CAST(event_time AS DATE) <> CAST(dt AS DATE)")[0]["n"]
    if misplaced:
        fail("%d calls stand in another day's partition" % misplaced)
    types = {row["t"] for row in rows(db, "SELECT DISTINCT unnest(instance_types) t FROM calls")}
    compare("instance types", types, set(header["instance_types"]))

    found = rows(db, """
        SELECT f.event_id, c.request_kind, f.code, f.principal, f.action, f.deciding_policy AS policy,
               f.deciding_statement AS statement, f.outcome, f.decision, f.key
        FROM findings f JOIN calls c USING (event_id, request_index)""")
    if len(found) != len({json.dumps([row[c] for c in COMPARED] + [row["key"]]) for row in found}):
        fail("a finding stands twice")
    as_tuple = lambda row: tuple(row[column] for column in COMPARED)
    compare("findings", {as_tuple(row) for row in found}, {as_tuple(row) for row in key})
    # Where the key names a condition key, it is the one reported. (It leaves open doubts with
    # several.)
    pairs = {as_tuple(row) + (row["key"],) for row in found}
    for row in key:
        if row["key"] is not None and as_tuple(row) + (row["key"],) not in pairs:
            fail("another condition key: %s" % row)
    print("check_lake: %d Parquet files read, %d calls" % (read, calls))


if __name__ == "__main__":
    main()
