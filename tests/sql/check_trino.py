#!/usr/bin/env python3
"""Runs the SQL that `driftline sql` prints on a lake, on a real Trino, and compares the results.

  check_trino.py DRIFTLINE LAKE GOLDEN WORK

Tables are made as `--engine trino` prints them, with partition projection; views and queries are run to
the letter as they are printed for Athena, which is built from Trino. The rows must be those in GOLDEN.
The server lives in WORK.
"""
import os
import sys
from pathlib import Path

import check_sql
from trino_server import VERSION, TrinoServer

# Trino prints values as JSON: times and doubles are compared as DuckDB's are written.


def cell(value, kind):
    if value is not None and kind == "double":
        value = float(value)
    return check_sql.cell(value)


def result(trino, sql):
    found = trino.query(sql)
    lines = ["\t".join(found.columns)]
    lines += ["\t".join(map(cell, row, found.types)) for row in found.rows]
    return "\n".join(lines) + "\n", found


def main():
    program, lake, golden, work = sys.argv[1:5]
    root = os.path.join(lake, "lake") if os.path.isdir(os.path.join(lake, "lake")) else lake
    print("check_trino: Trino %s" % VERSION)
    with TrinoServer(Path(work), Path(root)) as trino:
        definitions = check_sql.statements(check_sql.printed(program, check_sql.ATHENA))
        tables = [name for name, text in definitions.items() if text.startswith("CREATE EXTERNAL")]
        location = trino.show(tables)
        words = ["--engine", "trino", "--location", location]
        own = check_sql.statements(check_sql.printed(program, words))
        # Tables for this engine, the rest for Athena.
        for name, text in own.items():
            trino.query(text if name in tables or name not in definitions else definitions[name])
        names = sorted(Path(name).stem for name in os.listdir(golden))
        asked = ["--query", ",".join(names), *check_sql.WINDOW, *check_sql.ABOUT]
        queries = check_sql.statements(check_sql.printed(program, [*check_sql.ATHENA, *asked]))
        differing = []
        for name, text in queries.items():
            found, told = result(trino, text)
            expected = Path(golden, name + ".tsv").read_text()
            same = "equal" if found == expected else "DIFFERENT"
            print("check_trino: %-33s %5d rows %s, %d bytes read"
                  % (name, len(told.rows), same, told.physical_bytes))
            if found != expected:
                differing.append(name)
                theirs, ours = found.splitlines(), expected.splitlines()
                print("\n".join("  - " + line for line in ours if line not in theirs))
                print("\n".join("  + " + line for line in theirs if line not in ours))
    if differing:
        check_sql.fail("differ on Trino: %s" % ", ".join(differing))
    print("check_trino: %d tables, %d views, %d queries, all as in DuckDB"
          % (len(tables), len(definitions) - len(tables) - 1, len(queries)))


if __name__ == "__main__":
    main()
