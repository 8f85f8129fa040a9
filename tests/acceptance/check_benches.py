"""The benchmarks run to their end on something small and say what they promise; no time is judged."""
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

import snapshots

BENCHES, QUERIES = (Path(__file__).resolve().parents[2] / folder for folder in ("benches", "queries"))


def benches(ctx):
    """Queries beside DuckDB, whole runs, and lakes of many days, by programs that print JSON."""
    root = ctx.new_lake()
    made = ctx.program.run("demo", "--as-of", "2026-03-31", "--employees", "60", "--lake", root)
    ctx.check("benches: the demo ends well", [] if made.code == 0 else [made.tail()])
    queries = _run(ctx, "queries", "--lake", root, "--rounds", "1")
    derived = {name: table for name, table in snapshots.published(root).items() if Path(QUERIES, f"{name}.sql").exists()}
    rows = {name: sum(pq.ParquetFile(path).metadata.num_rows for path in table.paths()) for name, table in derived.items()}
    ctx.check("benches: every derived table is measured, over all its rows", sorted(
        rows.items() ^ {name: measured["rows"] for name, measured in queries["queries"].items()}.items()))
    runs = _run(ctx, "sync", "--employees", "20", "--days", "2")["employees"]["20"]
    ctx.check("benches: whole runs are measured", sorted(set(runs) ^ {"sync", "derive", "backfill"}) +
              [f"{what}: {cost}" for what in ("sync", "derive") for cost in runs[what] if min(cost.values()) <= 0])
    few, more = _run(ctx, "days", "--days", "2", "12", "--rounds", "1", "--people", "20")
    growth = {name: (size - few["bytes"][name]) / 10 for name, size in more["bytes"].items()}
    ctx.check("benches: a day more is some bytes more in views and digest",
              [f"{name}: {grown} bytes a day" for name, grown in growth.items() if not 0 < grown < 1_000] + sorted(
                  set(growth) ^ {"views/duckdb.sql", "views/spark.sql", "_lake/digest.json"}))


def _run(ctx, name, *options):
    command = [sys.executable, BENCHES / name / "run.py", "--bin", ctx.program.binary, "--json", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
    ctx.check(f"benches: {name} runs", [] if done.returncode == 0 else [done.stderr[-1500:]])
    return json.loads(done.stdout)
