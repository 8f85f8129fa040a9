"""Finds the published snapshots of lakes with Spark's own file systems, so that every store Spark knows will do."""
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import unquote

from pyspark.errors import AnalysisException

# Formats of the manifest that this job reads; they differ in a checksum, which it does not look at.
FORMATS = (1, 2)


@dataclass(frozen=True)
class Snapshot:
    """What one manifest publishes: table name → addresses of its files."""

    tenant: str
    lake: str
    as_of: str
    sequence: int
    tables: dict


def published(spark, roots, lakes, as_of):
    """The current snapshots of all lakes, at the newest day of each, at all days, or at one day. A day after tomorrow is a mistake
    and never the newest."""
    found = [s for root in roots for s in _manifests(spark, f"{escape(root.rstrip('/'))}/*", None)]
    for lake in lakes:
        tenant, equals, url = lake.partition("=")
        if not (tenant and equals and url):
            raise SystemExit(f"--lake {lake}: write TENANT=URL")
        found += _manifests(spark, escape(url.rstrip("/")), tenant)
    homes = {(s.tenant, s.lake) for s in found}
    twice = {tenant for tenant, _ in homes if sum(tenant == t for t, _ in homes) > 1}
    if twice:
        raise SystemExit(f"more than one lake is called {', '.join(sorted(twice))}: name them apart with --lake TENANT=URL")
    current = {}
    for snapshot in sorted(found, key=lambda s: s.sequence):
        current[snapshot.tenant, snapshot.as_of] = snapshot
    newest, tomorrow = {}, (date.today() + timedelta(days=1)).isoformat()
    for tenant, day in current:
        if day <= tomorrow:
            newest[tenant] = max(day, newest.get(tenant, day))
    wanted = lambda tenant, day: as_of in ("all", day) or (as_of == "newest" and day == newest.get(tenant))  # noqa: E731
    chosen = [snapshot for key, snapshot in sorted(current.items()) if wanted(*key)]
    if not chosen:
        raise SystemExit(f"nothing is published as of {as_of} in {', '.join([*roots, *lakes]) or 'no lake: give --root or --lake'}")
    return chosen


def _manifests(spark, lake, tenant):
    """Every manifest below an (escaped) address; without a name, a lake is called like its folder."""
    try:
        texts = spark.read.text(f"{lake}/_lake/manifests/as_of=*/*.json", wholetext=True)
        rows = texts.select("_metadata.file_path", "value").collect()
    except AnalysisException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
        rows = []
    out = []
    for path, text in rows:
        base, manifest = unquote(path).rpartition("/_lake/manifests/")[0], json.loads(text)
        if manifest["format_version"] not in FORMATS:
            raise SystemExit(f"{path} has format {manifest['format_version']}, this job reads {FORMATS}")
        tables = {t["name"]: [f"{base}/{f['path']}" for f in t["files"]] for t in manifest["tables"]}
        out.append(Snapshot(tenant or base.rpartition("/")[2], base, manifest["as_of"], manifest["sequence"], tables))
    return out


def escape(path):
    """Hadoop expands patterns in every path it reads; a backslash makes a character stand for itself."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", path)


def partition_value(text):
    """A value as Hive and Spark write it into a folder's name."""
    return re.sub(r"[\x00-\x1f\x7f\"#%'*/:=?\\{\[\]^]", lambda c: f"%{ord(c[0]):02X}", text)
