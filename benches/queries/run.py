"""Every file of queries/ in lucca-lake and in DuckDB, over the same Parquet, in one run: seconds, and their ratio.

    python benches/queries/run.py --bin target/release/lucca-lake --lake LAKE [--rounds 3] [--threads 2] [--only movements] [--json]

Both read the same files, those of derived tables included, in a copy of the lake that has the internal tables too
(with_internal.py), and write their result as Parquet. Each round runs both, one after the other, and the best of the rounds
counts. The time of a `lucca-lake` process that answers `SELECT 1` is taken off its times, as DuckDB runs inside this process:
`seconds` pass on the clock, `cpu` is what the processors worked. Other work on the machine disturbs the clock more than the
work, and single figures more than ratios.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "acceptance"))
import with_internal  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--queries", default=ROOT / "queries", help="folder of the statements")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", action="append", help="a table, internal ones too; may be given several times")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    options = parser.parse_args()
    statements = with_internal.texts(options.queries)
    internal = with_internal.internal(statements)
    names = options.only or [name for name in statements if name not in internal]
    # Beside the lake, so that its files need no copy.
    with tempfile.TemporaryDirectory(dir=Path(options.lake).resolve().parent) as folder, duckdb.connect() as db:
        db.execute(f"SET TimeZone = 'UTC'; SET threads = {options.threads}")
        lake = Path(folder, "lake")
        as_of = with_internal.copy(options.lake, lake, statements, db)
        there = {name for name, in db.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
        unknown = [name for name in names if name not in statements]
        if unknown:
            sys.exit(f"{options.queries} has no {', '.join(unknown)}")
        queries = {name: statements[name] for name in names if name in there}
        results = measure(options, lake, as_of, queries, db, Path(folder))
    if options.json:
        print(json.dumps(results, indent=1))


def measure(options, lake, as_of, queries, db, folder):
    out, file = folder / "out.parquet", folder / "query.sql"
    ask = [options.bin, "query", "--lake", lake, "--format", "parquet", "-o", out]
    start = best(options.rounds, lambda: child([*ask, "SELECT 1"]))
    show = (lambda *line: None) if options.json else (lambda *line: print(*line, flush=True))
    show(f"{'query':<32} {'lucca-lake':>11} {'DuckDB':>9} {'ratio':>6} {'CPU':>6} {'rows':>9}   (start {start['seconds']:.3f} s taken off)")
    measured = {}
    for name, sql in queries.items():
        file.write_text(sql)
        sql = sql.replace("$as_of", f"'{as_of}'")
        ours = best(options.rounds, lambda: child([*ask, "-f", file]))
        ours = {of: max(ours[of] - start[of], 0.0001) for of in ours}
        rows = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
        theirs = best(options.rounds, lambda: here(lambda: db.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")))
        found = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
        if rows != found:
            sys.exit(f"{name}: {rows} rows in lucca-lake, {found} in DuckDB")
        measured[name] = {"rows": rows, "lucca_lake": ours, "duckdb": theirs}
        show(line(name, ours, theirs, rows))
    of = ("lucca_lake", "duckdb")
    ours, theirs = ({kind: sum(m[engine][kind] for m in measured.values()) for kind in ("seconds", "cpu")} for engine in of)
    show(line("all", ours, theirs, ""))
    return {"as_of": as_of, "threads": options.threads, "rounds": options.rounds, "duckdb": duckdb.__version__, "start": start,
            "all": {"lucca_lake": ours, "duckdb": theirs}, "queries": measured}


def line(name, ours, theirs, rows):
    ratio = {kind: ours[kind] / theirs[kind] for kind in ours}
    return f"{name:<32} {ours['seconds']:>11.3f} {theirs['seconds']:>9.3f} {ratio['seconds']:>6.2f} {ratio['cpu']:>6.2f} {rows:>9}"


def best(rounds, work):
    costs = [work() for _ in range(rounds)]
    return {of: min(cost[of] for cost in costs) for of in costs[0]}


def child(command):
    """What a process cost."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True)
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def here(work):
    """What work in this process cost."""
    cpu, begun = time.process_time(), time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    main()
