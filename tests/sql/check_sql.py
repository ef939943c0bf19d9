#!/usr/bin/env python3
"""Runs the SQL that `driftline sql` prints on a lake, in DuckDB, twice, and compares the results.

  check_sql.py DRIFTLINE LAKE GOLDEN [--write]
  check_sql.py DRIFTLINE LAKE

Once as it is printed for DuckDB, once as it is printed for Athena and translated by sqlglot. Both
must give the same rows, and those that lie in GOLDEN (`--write` puts them there). What sqlglot is
known to translate wrongly must not occur. Every Parquet file must have the columns of its table's
definition, and be read by pyarrow too. Without GOLDEN the lake may be of an earlier version, whose
files lack columns at the end; then nothing is compared but the two ways.
"""
import datetime
import glob
import json
import os
import re
import subprocess
import sys

import duckdb
import pyarrow.parquet
import sqlglot

WINDOW = ["--from", "2026-05-16", "--to", "2026-05-31"]
ABOUT = ["--principal", "arn:aws:iam::777788889999:role/admin/*",
         "--resource", "arn:aws:sagemaker:eu-west-1:777788889999:endpoint/prod-churn*",
         "--expect", ",".join(["111122223333/eu-west-1", "444455556666/eu-west-1",
                               "777788889999/eu-west-1", "777788889999/eu-central-1"])]
ATHENA = ["--engine", "athena", "--location", "s3://amzn-s3-demo-bucket/lake"]
# Divisions of whole numbers, differences of times rather than days, and functions whose results
# differ from engine to engine.
TRAPS = {
    r"(?<!\*)/(?!\*)(?! CAST\()": "a division that may be one of whole numbers",
    r"date_diff\('\w+', (?!CAST\((max|min)?\(?\w+\)? AS date\))": "date_diff of times",
    r"\bapprox_": "an approximation", r"\bany_match\b": "any_match", r"\bformat\(": "format",
    r"\btry\(": "try", r"\barbitrary\(": "arbitrary", r"\brand(om)?\(": "chance",
}
HIVE_TYPES = {"string": "string", "int": "int32", "bigint": "int64", "boolean": "bool",
              "timestamp": "timestamp[ms, tz=UTC]", "array<string>": "list<element: string not null>",
              "map<string,array<string>>":
                  "map<string, list<element: string not null>>"}


def fail(text):
    print("check_sql: " + text)
    sys.exit(1)


def printed(program, words):
    done = subprocess.run([program, "sql", *words], capture_output=True, text=True)
    if done.returncode or done.stderr:
        fail("driftline sql %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def statements(script):
    """The statements of a script: by name, without comments."""
    found = {}
    for text in re.split(r";\n", script):
        name = re.search(r"^-- (\w+): ", text, re.M)
        body = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
        if body:
            found[name.group(1) if name else body] = body
    return found


def cell(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, float):
        return "%.9g" % value
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(cell, value)) + "]"
    return str(value)


def result(db, sql):
    """The rows of a query as text, a line each."""
    cursor = db.execute(sql)
    lines = ["\t".join(column[0] for column in cursor.description)]
    lines += ["\t".join(map(cell, row)) for row in cursor.fetchall()]
    return "\n".join(lines) + "\n"


def check_traps(name, text):
    code = re.sub(r"'[^']*'", lambda text: "'%s'" % ("x" * (len(text.group()) - 2))
                  if text.group() not in ("'day'",) else text.group(), text)
    for pattern, what in TRAPS.items():
        if re.search(pattern, code, re.I):
            fail("%s has %s" % (name, what))


def check_columns(lake, tables, is_earlier):
    """Names and types of a definition are those of the files, which pyarrow reads to the end."""
    read = 0
    for name, text in tables.items():
        wanted = re.findall(r"^  `(\w+)` ([\w<>,]+) COMMENT", text, re.M)
        for file in sorted(glob.glob(os.path.join(lake, name, "dt=*", "*.parquet"))):
            schema = pyarrow.parquet.read_schema(file)
            # Maps are printed with the name of their field.
            found = [(field.name, re.sub(r" \('\w+'\)", "", str(field.type))) for field in schema]
            expected = [(column, HIVE_TYPES[kind]) for column, kind in wanted]
            if found != (expected[:len(found)] if is_earlier else expected):
                fail("%s: the file has %s, the definition %s" % (file, found, expected))
            table = pyarrow.parquet.read_table(file)
            table.validate(full=True)
            read += table.num_rows
    return read


def database(program, lake, translated):
    db = duckdb.connect()
    # Wherever the reader is.
    db.execute("SET TimeZone = 'America/New_York'")
    local = ["--lake", lake]
    for name, text in statements(printed(program, local)).items():
        if not translated or not name.startswith(("current_", "judged_", "settled_", "day_")):
            db.execute(text)
    return db


def translate(text):
    return sqlglot.transpile(text, read="athena", write="duckdb")[0]


def main():
    program, lake, *golden = sys.argv[1:]
    write = golden[1:] == ["--write"]
    golden = golden[0] if golden else None
    lake_root = os.path.join(lake, "lake") if os.path.isdir(os.path.join(lake, "lake")) else lake
    definitions = statements(printed(program, ATHENA))
    tables = {name: text for name, text in definitions.items() if text.startswith("CREATE EXTERNAL")}
    views = {name: text for name, text in definitions.items() if text.startswith("CREATE OR REPLACE VIEW")}
    rows = check_columns(lake_root, tables, golden is None)
    names = re.findall(r"^  (\w+)", printed(program, ["--list"]).split("Queries\n")[1], re.M)
    asked = ["--query", ",".join(names), *WINDOW, *ABOUT]
    athena = statements(printed(program, [*ATHENA, *asked]))
    local = statements(printed(program, ["--lake", lake, *asked]))
    if list(athena) != names or list(local) != names:
        fail("queries: %s" % list(athena))

    translated, plain = database(program, lake, True), database(program, lake, False)
    for name, text in views.items():
        check_traps(name, text)
        translated.execute(translate(text))
        count = "SELECT count(*) FROM driftline.%s" % name
        if result(translated, count) != result(plain, count):
            fail("%s differs once translated" % name)
    stale = set(os.listdir(golden)) if golden and os.path.isdir(golden) else set()
    for name, text in athena.items():
        check_traps(name, text)
        found = result(plain, local[name])
        if result(translated, translate(text)) != found:
            fail("%s differs once translated" % name)
        if golden is None:
            continue
        path = os.path.join(golden, name + ".tsv")
        stale.discard(name + ".tsv")
        if write:
            os.makedirs(golden, exist_ok=True)
            with open(path, "w") as file:
                file.write(found)
            continue
        with open(path) as file:
            if file.read() != found:
                fail("%s is not what %s says; --write puts it there" % (name, path))
    if stale:
        fail("results of no query: %s" % sorted(stale))
    print("check_sql: %d tables, %d views, %d queries, %d rows read by pyarrow"
          % (len(tables), len(views), len(names), rows))


if __name__ == "__main__":
    main()
