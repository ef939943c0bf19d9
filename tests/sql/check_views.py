#!/usr/bin/env python3
"""Puts lakes together that overlap, and compares what the views say before and after merging.

  check_views.py DRIFTLINE SAMPLES WORK

The lakes are made of the samples: by an account's trail and an organisation's, which hold the same
events; by two revisions of the policy set; and with an event of two bodies. All views and counts must be
the same before `driftline compact`, after it, when the old files are still there, and after its second
run, when they are gone; and the rows those of a lake that `driftline analyze` wrote one run after the
other.
"""
import gzip
import json
import os
import shutil
import subprocess
import sys

import check_sql

ORGANISATION = "o-a1b2c3d4e5"


def run(program, *words):
    done = subprocess.run([program, *words], capture_output=True, text=True)
    if done.returncode:
        check_sql.fail("driftline %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def logs(folder):
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            yield os.path.relpath(os.path.join(place, name), folder)


def copy_logs(source, target, days, organisation=False):
    for path in logs(source):
        if path.split(os.sep)[-2] in days:
            below = path.replace("AWSLogs/", "AWSLogs/%s/" % ORGANISATION) if organisation else path
            os.makedirs(os.path.dirname(os.path.join(target, below)), exist_ok=True)
            shutil.copy(os.path.join(source, path), os.path.join(target, below))


def forge(trail):
    """A second body for one event, in a file of its own. The event."""
    for path in sorted(logs(trail)):
        with gzip.open(os.path.join(trail, path)) as file:
            records = json.load(file)["Records"]
        found = [r for r in records if r["eventName"] == "CreateTrainingJob" and "errorCode" not in r]
        if found:
            record = dict(found[0], userAgent="forged")
            name = path.replace(".json.gz", "X.json.gz")
            with gzip.open(os.path.join(trail, name), "wt") as file:
                json.dump({"Records": [record]}, file)
            return record["eventID"]
    check_sql.fail("no call to forge")


def next_revision(source, target):
    shutil.copytree(source, target)
    for place, _, names in os.walk(target):
        for name in names:
            path = os.path.join(place, name)
            with open(path) as file:
                text = file.read()
            text = text.replace("revision = 3", "revision = 4").replace("ml.g5.*", "ml.g4dn.*")
            with open(path, "w") as file:
                file.write(text)


def unite(lakes, target):
    for lake in lakes:
        shutil.copytree(lake, target, dirs_exist_ok=True)


def rows(db, view, where="true"):
    columns = [row[0] for row in db.execute("DESCRIBE driftline.%s" % view).fetchall()]
    # Where rows lie and who counted them is no part of what they say.
    columns = [c for c in columns if c not in ("$path", "calls_file", "parts", "batch", "duplicates")]
    names = ", ".join('"%s"' % column for column in columns)
    return sorted(map(str, db.execute(
        "SELECT %s FROM driftline.%s WHERE %s" % (names, view, where)).fetchall()))


VIEWS = ["judged_calls", "current_calls", "current_findings", "current_facts", "current_objects"]


def said(program, lake):
    db = check_sql.database(program, lake, False)
    # Two bodies of one event are found by merging.
    return {view: rows(db, view, "code <> 'DRF403'" if view == "current_findings" else "true")
            for view in VIEWS}


def compare(what, found, wanted):
    for view in VIEWS:
        if found[view] != wanted[view]:
            missing = [row for row in wanted[view] if row not in set(found[view])]
            extra = [row for row in found[view] if row not in set(wanted[view])]
            check_sql.fail("%s: %s: %d rows, not %d; missing %s; extra %s" % (
                what, view, len(found[view]), len(wanted[view]), missing[:2], extra[:2]))


def main():
    program, samples, work = sys.argv[1:4]
    shutil.rmtree(work, ignore_errors=True)
    at = lambda *names: os.path.join(work, *names)
    trail, policies = os.path.join(samples, "trail"), os.path.join(samples, "policy-set")
    copy_logs(trail, at("account"), {"13", "14", "15"})
    copy_logs(trail, at("organisation"), {"14", "15", "16"}, organisation=True)
    copy_logs(trail, at("again"), {"15"})
    forged = forge(at("organisation"))
    next_revision(policies, at("newer"))
    runs = [("account", policies), ("organisation", policies), ("again", at("newer"))]
    for name, by in runs:
        run(program, "analyze", "--trail", at(name), "--policies", by, "--out", at("lake-" + name))
        run(program, "analyze", "--trail", at(name), "--policies", by, "--out", at("one"))
    # Made before, merged by nobody, with what a run of another engine left behind.
    unite([at("lake-" + name) for name, _ in runs], at("all"))

    wanted = said(program, at("one"))
    there = len(rows(check_sql.database(program, at("all"), False), "calls"))
    if there == len(wanted["judged_calls"]):
        check_sql.fail("nothing is there twice")
    compare("before", said(program, at("all")), wanted)
    first = json.loads(run(program, "compact", "--lake", at("all"), "--all", "--format", "json"))
    compare("merged, with old files", said(program, at("all")), wanted)
    second = json.loads(run(program, "compact", "--lake", at("all"), "--format", "json"))
    compare("merged", said(program, at("all")), wanted)
    third = json.loads(run(program, "compact", "--lake", at("all"), "--format", "json"))
    if not first["days"]["merged"] or not first["calls"]["superseded"] or first["conflicts"] != 1:
        check_sql.fail("first run: %s" % first)
    if second["files"] != {"written": 0, "replaced": 0, "deleted": first["files"]["replaced"]}:
        check_sql.fail("second run: %s" % second)
    if third["files"] != {"written": 0, "replaced": 0, "deleted": 0}:
        check_sql.fail("third run: %s" % third)
    merged = check_sql.database(program, at("all"), False)
    for table, view in (("calls", "judged_calls"), ("resource_facts", "current_facts"),
                        ("objects", "current_objects"), ("usage", "current_usage")):
        if rows(merged, table) != rows(merged, view):
            check_sql.fail("%s has rows that do not count" % table)
    bodies = merged.execute("SELECT count(*), min(event_id) FROM driftline.current_findings "
                            "WHERE code = 'DRF403'").fetchone()
    if bodies != (2, forged):
        check_sql.fail("two bodies: %s" % (bodies,))
    twice = merged.execute("SELECT count(*) FROM (SELECT event_id, request_index, record_hash "
                           "FROM driftline.calls GROUP BY ALL HAVING count(*) > 1)").fetchone()[0]
    if twice:
        check_sql.fail("%d requests stand twice" % twice)
    print("check_views: %d calls of %d rows, the same before and after merging"
          % (len(wanted["judged_calls"]), there))


if __name__ == "__main__":
    main()
