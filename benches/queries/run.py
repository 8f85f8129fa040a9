"""Every file of queries/ in lucca-lake and in DuckDB, over the same Parquet, in one run: seconds, and their ratio.

    python benches/queries/run.py --bin target/release/lucca-lake --lake LAKE [--rounds 3] [--threads 2] [--only movements]

Both read the published files, those of derived tables included, and write their result as Parquet. Each round runs both, one after
the other, and the best of the rounds counts. The time of a `lucca-lake` process that answers `SELECT 1` is taken off its times, as
DuckDB runs inside this process. Other work on the machine disturbs seconds more than the ratio.
"""
import argparse
import os
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
    files = [file for file in sorted((ROOT / "queries").glob("*.sql")) if not options.only or file.stem in options.only]
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
        for file in files:
            if file.stem not in tables:
                continue
            sql = file.read_text().replace("$as_of", f"'{as_of}'").rstrip().rstrip(";")
            ours = best(options.rounds, lambda: subprocess.run([*ask, "-f", str(file)], check=True)) - start
            rows = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
            theirs = best(options.rounds, lambda: db.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"))
            totals = [totals[0] + ours, totals[1] + theirs]
            print(f"{file.stem:<32} {ours:>11.3f} {theirs:>9.3f} {ours / theirs:>6.2f} {rows:>9}", flush=True)
        print(f"{'all':<32} {totals[0]:>11.3f} {totals[1]:>9.3f} {totals[0] / totals[1]:>6.2f}")


def best(rounds, work):
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
