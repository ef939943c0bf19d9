"""Run SQL on a real, throw-away Trino server over a local Parquet lake.

One node, on loopback only, with one catalog (`hive`: Hive connector, file
metastore, local file system).  The lake is read where it lies: it is shown to
the server through symbolic links in the work folder and is never written to.

    with TrinoServer(work, lake) as trino:
        location = trino.show(["calls"])
        trino.query(f"CREATE TABLE calls (…) WITH (external_location = '{location}/calls', …)")
        result = trino.query("SELECT count(*) FROM calls WHERE dt = '2026-05-14'")
        print(result.rows, result.physical_bytes)

Standard library only.  Needs a JDK of version 24 or later and, the first
time, a download of about 820 MB; what is unpacked takes about 300 MB.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Sequence

VERSION = "476"
NAME = f"trino-server-{VERSION}"
ARTIFACT = f"io.trino:trino-server:{VERSION}:tar.gz"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
JAVA_MINIMUM = 24
JAVA_FOLDERS = Path("/usr/lib/jvm")

CATALOG = "hive"
SCHEMA = "default"
LOCATION = "local:///lake"
HOST = "127.0.0.1"
START_SECONDS = 120
QUERY_SECONDS = 300

# What of the archive the server needs for one Hive catalog on local files.
# (plugin/hive/hdfs, the Hadoop file system, is only wanted by fs.hadoop.enabled.)
UNPACK = ("lib/", "plugin/hive/")
LEAVE = ("plugin/hive/hdfs/",)


class TrinoError(RuntimeError):
    """A statement that Trino refused, or a server that cannot be run."""


# --- Java -------------------------------------------------------------------


def java_version(home: Path) -> int | None:
    """The major version of the JDK at `home`, None where there is no JDK."""
    if not (home / "bin" / "java").is_file():
        return None
    try:
        release = (home / "release").read_text()
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    return int(found[1]) if found else None


def find_java(minimum: int = JAVA_MINIMUM) -> Path:
    """JAVA_HOME where it is new enough, else the oldest JDK installed that is."""
    looked_at = []
    if os.environ.get("JAVA_HOME"):
        home = Path(os.environ["JAVA_HOME"])
        version = java_version(home)
        if version is not None and version >= minimum:
            return home
        looked_at.append(f"JAVA_HOME={home} ({version or 'no JDK'})")
    fit = []
    for home in sorted(JAVA_FOLDERS.glob("*")):
        version = java_version(home)
        if version is None:
            continue
        looked_at.append(f"{home} ({version})")
        if version >= minimum:
            fit.append((version, home))
    if fit:
        return min(fit)[1]
    raise TrinoError(
        f"Trino {VERSION} needs a JDK of version {minimum} or later; set JAVA_HOME to one. "
        f"Looked at: {', '.join(looked_at) or f'JAVA_HOME (not set) and {JAVA_FOLDERS} (empty)'}"
    )


# --- The server's files -----------------------------------------------------


def download(folder: Path) -> Path:
    """The server's archive in `folder`; where it is absent, fetched and checked by Maven."""
    archive = folder / f"{NAME}.tar.gz"
    if not archive.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        # A repository of its own, which goes: else the archive would stay there for good.
        with tempfile.TemporaryDirectory(dir=folder) as repository:
            command = ["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", COPY,
                       f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
            if subprocess.run(command).returncode or not archive.is_file():
                raise TrinoError(f"Maven cannot fetch {ARTIFACT}")
    return archive


def unpack(archive: Path, folder: Path) -> Path:
    """The server's home in `folder`, with only the files it needs unpacked.

    The archive holds each jar once: further copies are hard links to the
    first, which often lies in another plugin's folder.  Those are followed.
    """
    home = folder / NAME
    if home.is_dir():
        return home
    part = folder / (NAME + ".part")
    shutil.rmtree(part, ignore_errors=True)
    with tarfile.open(archive, "r:gz") as tar:
        wanted: dict[str, list[Path]] = {}  # name of the stored file -> where to
        for member in tar:
            path = member.name.partition("/")[2]
            if path.startswith(UNPACK) and not path.startswith(LEAVE) and not member.isdir():
                stored = member.linkname if member.islnk() else member.name
                wanted.setdefault(stored, []).append(part / path)
    # A second pass, front to back: to seek back in a gzip stream is to start over.
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            if not member.isreg() or member.name not in wanted:
                continue
            first, *others = wanted.pop(member.name)
            first.parent.mkdir(parents=True, exist_ok=True)
            with tar.extractfile(member) as source, first.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            for other in others:
                other.parent.mkdir(parents=True, exist_ok=True)
                os.link(first, other)
            if not wanted:
                break
    if wanted:
        raise TrinoError(f"{archive} lacks {sorted(wanted)[0]} and {len(wanted) - 1} more")
    part.rename(home)
    return home


def write_config(run: Path, home: Path, port: int) -> Path:
    """The server's configuration in the folder of a run; answers with the main file."""
    etc = run / "etc"
    files = run / "files"
    for folder in (etc / "catalog", files, run / "tmp"):
        folder.mkdir(parents=True)
    config = etc / "config.properties"
    config.write_text(
        f"""\
node.environment=test
node.id=driftline
node.bind-ip={HOST}
node.internal-address={HOST}
node.external-address={HOST}
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
http-server.threads.max=50
discovery.uri=http://{HOST}:{port}
web-ui.enabled=false
plugin.dir={home / "plugin"}
catalog.config-dir={etc / "catalog"}
log.levels-file={etc / "log.properties"}
task.concurrency=2
task.max-worker-threads=4
query.max-memory-per-node=1GB
query.max-memory=1GB
"""
    )
    (etc / "log.properties").write_text(
        "org=WARN\nio.trino=WARN\nio.airlift=WARN\nBootstrap=WARN\nio.trino.server.Server=INFO\n"
    )
    # hive.parquet.time-zone shifts even timestamps that Parquet declares as UTC: it must be UTC.
    # hive.ignore-absent-partitions: a projected day without a folder is empty, as it is in Athena.
    (etc / "catalog" / f"{CATALOG}.properties").write_text(
        f"""\
connector.name=hive
hive.metastore=file
hive.metastore.catalog.dir=local:///metastore
hive.security=allow-all
hive.partition-projection-enabled=true
hive.ignore-absent-partitions=true
hive.table-statistics-enabled=false
hive.collect-column-statistics-on-write=false
hive.timestamp-precision=MILLISECONDS
hive.parquet.time-zone=UTC
hive.storage-format=PARQUET
hive.compression-codec=ZSTD
fs.native-local.enabled=true
local.location={files}
"""
    )
    return config


# Compiling with C1 only makes a short run shorter (ready in about 12 s, not 16, on two cores).
JVM = """\
-Xmx3G
-XX:TieredStopAtLevel=1
-XX:+UseG1GC
-XX:G1HeapRegionSize=8M
-XX:+ExitOnOutOfMemoryError
-XX:-OmitStackTraceInFastThrow
-XX:+EnableDynamicAgentLoading
-XX:ActiveProcessorCount=2
-Dfile.encoding=UTF-8
-Duser.timezone=UTC
-Djdk.attach.allowAttachSelf=true
-Djdk.nio.maxCachedBufferSize=2000000
--enable-native-access=ALL-UNNAMED
--add-modules=jdk.incubator.vector
--sun-misc-unsafe-memory-access=allow
""".split()


# --- HTTP -------------------------------------------------------------------


@dataclass
class Result:
    """What a statement answered, and what it cost."""

    sql: str
    query_id: str
    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)

    @property
    def physical_bytes(self) -> int:
        """Bytes read from files, which is what Athena would charge for."""
        return self.stats.get("physicalInputBytes", 0)

    @property
    def processed_rows(self) -> int:
        return self.stats.get("processedRows", 0)


def http_json(url: str, body: str | None = None, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        url,
        data=None if body is None else body.encode(),
        headers={"X-Trino-User": "test", **(headers or {})},
    )
    # No proxy: the server is on loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for attempt in range(10):
        try:
            with opener.open(request, timeout=60) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            # The protocol asks the client to try these again.
            if error.code not in (429, 502, 503, 504) or attempt == 9:
                detail = error.read().decode(errors="replace")[:500]
                raise TrinoError(f"HTTP {error.code} from {url}: {detail}") from error
        time.sleep(0.1 * (attempt + 1))
    raise AssertionError("unreachable")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def end_with_parent() -> None:
    """In the child, on Linux: be killed when the thread that started it ends.

    The net below `stop`, for a test run that is itself killed outright.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG


def log_tail(path: Path, lines: int = 40) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


class TrinoServer:
    """A Trino server that lives as long as the `with` block does."""

    def __init__(
        self,
        work: Path,
        lake: Path,
        *,
        downloads: Path | None = None,
        java_home: Path | None = None,
        port: int | None = None,
        keep: bool = False,
    ) -> None:
        self.work = Path(work).resolve()
        self.lake = Path(lake).resolve()
        self.downloads = Path(downloads or work).resolve()
        self.java_home = java_home
        self.port = port or free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.keep = keep  # the run's folder: configuration, log, metastore
        self.run_folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.start_seconds = 0.0

    # The life of the server

    def __enter__(self) -> TrinoServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        java = (self.java_home or find_java()) / "bin" / "java"
        self.work.mkdir(parents=True, exist_ok=True)
        home = self.work / NAME
        if not home.is_dir():
            home = unpack(download(self.downloads), self.work)
        began = time.monotonic()
        try:
            self.run_folder = Path(tempfile.mkdtemp(prefix="run-", dir=self.work))
            self.log = self.run_folder / "server.log"
            config = write_config(self.run_folder, home, self.port)
            command = [
                str(java),
                *JVM,
                f"-Djava.io.tmpdir={self.run_folder / 'tmp'}",
                f"-Dconfig={config}",
                "-cp",
                f"{home / 'lib'}/*",
                "io.trino.server.TrinoServer",
            ]
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    command,
                    cwd=self.run_folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for this script, which then stops the server
                    preexec_fn=end_with_parent,
                )
            self._wait_until_ready(began + START_SECONDS)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.monotonic() - began

    def _wait_until_ready(self, deadline: float) -> None:
        # A server that answers may for some seconds not know that its own node serves
        # the catalog (NO_NODES_AVAILABLE), so it is ready once it reads a file there.
        ready = self.run_folder / "files" / "ready"
        ready.mkdir()
        (ready / "ready.csv").write_text("yes\n")
        statements = [
            f"CREATE SCHEMA IF NOT EXISTS {CATALOG}.{SCHEMA}",
            "CREATE TABLE IF NOT EXISTS ready (x varchar) "
            "WITH (format = 'CSV', external_location = 'local:///ready')",
            "SELECT x FROM ready WHERE x = 'yes'",
        ]
        while True:
            if self.process.poll() is not None:
                raise TrinoError(
                    f"the server ended with {self.process.returncode} as it started:\n{log_tail(self.log)}"
                )
            try:
                if http_json(f"{self.url}/v1/info").get("starting") is False:
                    self.run(statements)
                    break
                reason = "still starting"
            except (OSError, ValueError, TrinoError) as error:
                reason = str(error)
            if time.monotonic() > deadline:
                raise TrinoError(f"the server was not ready in time ({reason}):\n{log_tail(self.log)}")
            time.sleep(0.25)
        self.query("DROP TABLE ready")

    def stop(self) -> None:
        """End the server for sure; harmless where it is not running."""
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.run_folder is not None and not self.keep:
            shutil.rmtree(self.run_folder)  # of symbolic links, only the links

    # Tables

    def show(self, tables: Iterable[str]) -> str:
        """Let the server see the folders of tables, empty ones where the lake has none.

        Answers with the location of the lake, as its catalog knows it.
        """
        for table in tables:
            shown = self.run_folder / "files" / "lake" / table
            shown.parent.mkdir(parents=True, exist_ok=True)
            if (self.lake / table).is_dir():
                shown.symlink_to(self.lake / table, target_is_directory=True)
            else:
                shown.mkdir()
        return LOCATION

    # Statements

    def query(self, sql: str) -> Result:
        """Run one statement to its end; TrinoError where Trino refuses it."""
        headers = {
            "X-Trino-Catalog": CATALOG,
            "X-Trino-Schema": SCHEMA,
            "X-Trino-Time-Zone": "UTC",
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
            "X-Trino-Source": "driftline",
        }
        deadline = time.monotonic() + QUERY_SECONDS
        page = http_json(f"{self.url}/v1/statement", sql, headers)
        result = Result(sql, page["id"])
        while True:
            if page.get("columns") and not result.columns:
                result.columns = [column["name"] for column in page["columns"]]
                result.types = [column["type"] for column in page["columns"]]
            result.rows += page.get("data") or []
            result.stats = page["stats"]
            if "error" in page:
                error = page["error"]
                raise TrinoError(f"{error['errorName']}: {error['message']}\n{sql}")
            if "nextUri" not in page:
                return result
            if time.monotonic() > deadline:
                raise TrinoError(f"no answer in {QUERY_SECONDS} seconds:\n{sql}")
            page = http_json(page["nextUri"])

    def run(self, statements: Sequence[str]) -> list[Result]:
        return [self.query(sql) for sql in statements]

    def query_info(self, query_id: str) -> dict[str, Any]:
        """The server's full account of a query that it still remembers."""
        return http_json(f"{self.url}/v1/query/{query_id}")
