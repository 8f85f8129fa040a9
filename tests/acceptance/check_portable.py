"""The files of queries/ give the same rows in DuckDB and in Spark as in the program itself."""
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import canonical
import portable as engines
from snapshots import published
from spark import EXAMPLE, SETTINGS, lakes, lucca_queries

# Seed, people and today of generated tenants: a leap day, a turn of the year, and more people than one page holds.
GENERATED = {"leap": (3, 40, "2024-02-29"), "newyear": (11, 250, "2026-01-01"), "large": (29, 600, "2025-12-31")}
# Only a legacy key gives absences: the check `legacy` compares these.
OF_A_KEY = {"absence_half_days", "absence_people", "absence_periods", "absences_monthly", "absent_on_day"}
ENGINES = {"DuckDB": engines.in_duckdb, "Spark": engines.in_spark}


def portable(ctx):
    """Every query over several tenants in DuckDB, in Spark and by the example job: the published rows in the published order."""
    root = ctx.new_lake()
    _tenants(ctx, root)
    queries = [query for query in lucca_queries.read_queries(lucca_queries.QUERIES) if query.name not in OF_A_KEY]
    quality = sorted(Path(lucca_queries.QUERIES, "quality").glob("*.sql"))
    rules = lucca_queries.read_queries(quality[0].parent) if quality else []
    shown = [query for query in queries if not query.internal]
    ctx.note(f"{len(queries)} queries, {len(shown)} of them of published tables, {len(rules)} rules of quality")
    tenants = sorted(path.name for path in root.iterdir())
    snapshots = {tenant: snapshot_of(root / tenant) for tenant in tenants}
    results = {}
    for name, compute in ENGINES.items():
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            computed = pool.map(lambda tenant, compute=compute: compute(snapshots[tenant][0], queries + rules), tenants)
            results[name] = dict(zip(tenants, computed))
        for tenant in tenants:
            ctx.check(f"portable: {tenant} in {name}", problems(shown, snapshots[tenant][1], *results[name][tenant]))
        ctx.note(f"{name}: {time.monotonic() - begun:.1f} s")
    for tenant in tenants:  # the findings of rules are no tables of their own, so the engines are compared with each other
        one, other = (results[name][tenant][0] for name in ENGINES)
        for rule in rules:
            ctx.check(f"portable: {tenant}, rule {rule.name} finds the same in both",
                      problems([rule], {rule.name: one[rule.name].table} if rule.name in one else {}, other))
    _job(ctx, root, tenants[:1], queries, "local[2]")
    # They read published tables only, or one another.
    alone = [query for query in queries if query.name in ("assignment_candidates", "assignment_history")]
    _job(ctx, root, tenants, alone, "local-cluster[2,1,1024]")


def _tenants(ctx, root):
    """One lake per tenant below `root`, each folder named after its tenant."""
    lucca = ctx.server()
    ctx.synced("portable, awkward tenant", lucca, root / "awkward é [1]")
    for name, (seed, people, today) in GENERATED.items():
        with ctx.program.fake_tenant("--seed", seed, "--employees", people, "--today", today) as names:
            result = ctx.program.run("sync", "--as-of", today, "--requests-per-minute", 1000000, "--lake", root / name, env=names)
        ctx.check(f"portable, tenant {name}: sync ends well", [] if result.code == 0 else [result.tail()])


def snapshot_of(root):
    """The one published snapshot of a lake, and its tables as the files hold them."""
    tables = published(root)
    day = {day for table in tables.values() for day, _ in table.files}.pop()
    read = {name: pa.concat_tables(pq.ParquetFile(path).read() for path in table.paths()) for name, table in tables.items()}
    paths = {name: table.paths() for name, table in tables.items()}
    return lakes.Snapshot(root.name, str(root), day, 1, paths), read


def problems(queries, wanted, results, skipped=()):
    """What an engine computed otherwise than published, query by query, as text."""
    out = [f"{query.name}: there is no table {table}" for query, table in skipped]
    for query in queries:
        if query.name not in wanted or query.name not in results:
            out.append(f"{query.name}: not {'computed' if query.name in wanted else 'published'}")
        else:
            out += [f"{query.name}: {p}" for p in engines.unlike(wanted[query.name], results[query.name])]
    return out


def _job(ctx, root, tenants, queries, master):
    """The example as a user submits it, over several lakes at once: one folder per table, tenant and day."""
    output, folder, begun = ctx.new_lake(), ctx.new_lake(), time.monotonic()
    folder.mkdir()
    for query in queries:
        shutil.copy(lucca_queries.QUERIES / f"{query.name}.sql", folder)
    submit = [str(Path(sys.executable).parent / "spark-submit"), "--master", master]
    submit += [part for key, value in SETTINGS.items() for part in ("--conf", f"{key}={value}")]
    where = ["--root", str(root)] if len(tenants) > 2 else [part for t in tenants for part in ("--lake", f"{t}={root / t}")]
    job = [str(EXAMPLE / "lucca_queries.py"), *where, "--queries", str(folder), "--output", str(output)]
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(submit + job, env=environment, cwd=ctx.scratch.name, capture_output=True, text=True, timeout=900)
    said = (done.stdout + done.stderr)[-700:]
    ctx.check(f"portable: the job on {master} ends well", [] if done.returncode == 0 else [f"code {done.returncode}: {said}"])
    wrong, due = [], set()
    for tenant in tenants:
        snapshot, wanted = snapshot_of(root / tenant)
        for query in (q for q in queries if not q.internal):
            part = output / query.name / f"tenant={lakes.partition_value(tenant)}" / f"as_of={snapshot.as_of}"
            due |= set(part.glob("*.parquet"))
            parts = [pq.ParquetFile(path).read() for path in sorted(part.glob("*.parquet"))]
            found = canonical.differences(wanted[query.name], pa.concat_tables(parts)) if parts else ["no file"]
            wrong += [f"{tenant} {query.name}: {p}" for p in found]
    wrong += [f"unexpected {path.relative_to(output)}" for path in set(output.rglob("*.parquet")) - due]
    ctx.check(f"portable: the job on {master} writes what was published", wrong)
    ctx.note(f"the job on {master}: {len(queries)} queries, {len(tenants)} tenants, {time.monotonic() - begun:.1f} s")
