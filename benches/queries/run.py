"""Every file of queries/ in lucca-lake and in DuckDB, over the same Parquet, in one run: seconds, and their ratio.

    python benches/queries/run.py --bin target/release/lucca-lake --lake LAKE [--rounds 3] [--threads 2] [--only movements]

Both read the published files, those of derived tables included, and write their result as Parquet; internal tables, which are
not published, are subqueries of both. Each round runs both, one after
the other, and the best of the rounds counts. The time of a `lucca-lake` process that answers `SELECT 1` is taken off its times, as
DuckDB runs inside this process. Other work on the machine disturbs seconds more than the ratio.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "acceptance"))
import snapshots  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", action="append")
    options = parser.parse_args()
    texts = {file.stem: file.read_text() for file in sorted((ROOT / "queries").glob("*.sql"))}
    as_of = max(snapshots.newest_manifests(options.lake))
    tables = snapshots.published(options.lake, as_of)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
        db.execute(f"SET TimeZone = 'UTC'; SET threads = {options.threads}")
        for name, table in tables.items():
            db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({table.paths()!r}, hive_partitioning = false)")
        out = Path(folder) / "out.parquet"
        ask = [options.bin, "query", "--lake", options.lake, "--format", "parquet", "-o", str(out)]
        start = best(options.rounds, lambda: subprocess.run([*ask, "SELECT 1"], check=True))
        print(f"{'query':<32} {'lucca-lake':>11} {'DuckDB':>9} {'ratio':>6} {'rows':>9}   (start {start:.3f} s taken off)")
        totals = [0.0, 0.0]
        for name in texts:
            if name not in tables or options.only and name not in options.only:
                continue
            sql, file = alone(texts, name), Path(folder) / "query.sql"
            file.write_text(sql)
            sql = sql.replace("$as_of", f"'{as_of}'")
            ours = best(options.rounds, lambda: subprocess.run([*ask, "-f", str(file)], check=True)) - start
            rows = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
            theirs = best(options.rounds, lambda: db.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"))
            totals = [totals[0] + ours, totals[1] + theirs]
            print(f"{name:<32} {ours:>11.3f} {theirs:>9.3f} {ours / theirs:>6.2f} {rows:>9}", flush=True)
        print(f"{'all':<32} {totals[0]:>11.3f} {totals[1]:>9.3f} {totals[0] / totals[1]:>6.2f}")


def alone(texts, name):
    """The statement of a table, with the internal tables that it and they read as its first subqueries."""
    bare = {table: re.sub(r"^\s*--.*\n", "", text, flags=re.MULTILINE).strip() for table, text in texts.items()}
    internal = [table for table, text in texts.items() if re.search(r"^-- internal$", text, re.MULTILINE)]
    needed = []

    def add(reader):
        for table in internal:
            if table != reader and table not in needed and re.search(rf"\b{table}\b", bare[reader]):
                add(table)
                needed.append(table)

    add(name)
    read = [f"{table} AS (\n{bare[table]}\n)" for table in needed]
    own = [bare[name].removeprefix("WITH ")] if bare[name].startswith("WITH ") else []
    return "WITH " + ",\n".join(read + own) + ("" if own else f"\n{bare[name]}") if read else bare[name]


def best(rounds, work):
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
