"""Validates SARIF logs against the schema: check_sarif.py SCHEMA LOG…

A log without results proves little, so each must have some.
"""

import json
import sys

import jsonschema


def main(schema_path: str, *logs: str) -> None:
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    faults = 0
    for path in logs:
        with open(path, encoding="utf-8") as file:
            log = json.load(file)
        for error in validator.iter_errors(log):
            faults += 1
            print(f"check_sarif: {path}: {error.json_path}: {error.message[:200]}")
        results = [result for run in log["runs"] for result in run["results"]]
        if not results:
            faults += 1
            print(f"check_sarif: {path}: no results")
        print(f"check_sarif: {path}: {len(results)} results")
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
