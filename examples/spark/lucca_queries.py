"""Runs the queries of lucca-lake with Spark over the lakes of many tenants, one session per tenant and as-of date.

    spark-submit examples/spark/lucca_queries.py --root s3a://hr/lakes --output s3a://hr/all-tenants

See README.md beside this file.
"""
import argparse
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql.functions import col

from lakes import escape, partition_value, published

QUERIES = Path(__file__).resolve().parents[2] / "queries"
TYPES = {"string": "string", "boolean": "boolean", "int32": "int", "int64": "bigint", "double": "double", "date": "date",
         "timestamp": "timestamp", "string_list": "array<string>"}
# What the queries rely on: a wrong cast is an error and not a null, and a day is a day in UTC. Times are written as the lake's are.
SETTINGS = {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC",
            "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}


@dataclass(frozen=True)
class Query:
    """One file of the folder: the table it computes, its statement, the declared (column, type) pairs, and whether only other
    queries read it."""

    name: str
    sql: str
    columns: tuple
    internal: bool = False

    def on(self, as_of):
        """The statement for one day; `$as_of` is a parameter in other engines."""
        return re.sub(r"\$as_of\b", f"'{as_of}'", self.sql)


def read_queries(folder):
    """The queries of a folder, by name."""
    out = []
    for path in sorted(Path(folder).glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        columns = re.findall(r"^-- column (\w+) (\w+)!? ", text, re.MULTILINE)
        internal = re.search(r"^-- internal$", text, re.MULTILINE) is not None
        out.append(Query(path.stem, text, tuple(columns), internal))
    if not out:
        raise SystemExit(f"{folder} holds no .sql file: give the folder of the queries with --queries")
    return out


def in_order(queries, attempt):
    """Calls `attempt` on each query, which says what table is missing or None when it went well; a query that reads the
    result of another has its turn after it. Returns [(query, missing table)] of those that could not run."""
    waiting = list(queries)
    while waiting:
        missing = [(query, attempt(query)) for query in waiting]
        left = [(query, table) for query, table in missing if table is not None]
        if len(left) == len(waiting):
            return left
        waiting = [query for query, _ in left]
    return []


def run(session, snapshot, queries, sink):
    """All queries over one snapshot. `sink(query, rows)` keeps the rows and gives back the DataFrame that the queries after it
    read. Returns [(query, missing table)] of those whose inputs the snapshot does not have."""
    for key, value in SETTINGS.items():
        session.conf.set(key, value)
    computed = {query.name for query in queries}
    for table, files in snapshot.tables.items():
        if table not in computed:
            session.read.parquet(*map(escape, files)).createOrReplaceTempView(table)

    def attempt(query):
        try:
            rows = session.sql(query.on(snapshot.as_of))
        except AnalysisException as error:
            if error.getCondition() != "TABLE_OR_VIEW_NOT_FOUND":
                raise
            return error.getMessageParameters()["relationName"].strip("`")
        sink(query, rows).createOrReplaceTempView(query.name)
        return None

    return in_order(queries, attempt)


def typed(query, rows):
    """The rows in the declared types: the files of all tenants are alike. ANSI casts fail where a value does not fit."""
    names = [name for name, _ in query.columns]
    if rows.columns != names:
        raise ValueError(f"{query.name}: columns are {rows.columns}, declared are {names}")
    return rows.select([col(f"`{name}`").cast(TYPES[kind]) for name, kind in query.columns])


def write(session, snapshot, queries, output):
    """The results of one snapshot as Parquet, replacing what an earlier run wrote for the same tenant and day. Internal tables
    are computed once, for the other queries to read, and written nowhere."""

    def sink(query, rows):
        rows = typed(query, rows)
        if query.internal:
            return rows.localCheckpoint()
        folder = f"tenant={partition_value(snapshot.tenant)}/as_of={snapshot.as_of}"
        target = f"{output.rstrip('/')}/{query.name}/{folder}"
        rows.write.mode("overwrite").parquet(target)
        return session.read.schema(rows.schema).parquet(escape(target))

    return run(session, snapshot, queries, sink)


def one(spark, snapshot, queries, output):
    """Computes and reports one tenant and day; says whether it went well."""
    begun, label = time.monotonic(), f"{snapshot.tenant} as of {snapshot.as_of}"
    try:
        skipped = write(spark.newSession(), snapshot, queries, output)
    except Exception as error:  # the other tenants do not suffer from it; the job ends with code 1
        print(f"FAILED {label}: {type(error).__name__}: {str(error)[:500]}", file=sys.stderr, flush=True)
        return False
    left_out = [query for query, _ in skipped]
    written = [query for query in queries if not query.internal and query not in left_out]
    print(f"{label}: {len(written)} tables, {time.monotonic() - begun:.1f} s", flush=True)
    for query, table in skipped:
        print(f"{label}: skipped {query.name}, there is no table {table}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", action="append", default=[], help="folder of lakes; each is named after its own folder")
    parser.add_argument("--lake", action="append", default=[], metavar="TENANT=URL", help="one lake; may be repeated")
    parser.add_argument("--as-of", default="newest", help="newest (of each lake, the default), all, or a day YYYY-MM-DD")
    parser.add_argument("--queries", default=QUERIES, help="folder of .sql files")
    parser.add_argument("--output", required=True, help="folder of the results")
    parser.add_argument("--parallel", type=int, default=4, help="tenants and days computed at the same time")
    options = parser.parse_args()
    queries = read_queries(options.queries)
    spark = SparkSession.builder.appName("lucca-lake queries").config("spark.sql.catalogImplementation", "in-memory").getOrCreate()
    snapshots = published(spark, options.root, options.lake, options.as_of)
    with ThreadPoolExecutor(options.parallel) as pool:
        outcomes = list(pool.map(lambda snapshot: one(spark, snapshot, queries, options.output), snapshots))
    spark.stop()
    print(f"{sum(outcomes)} of {len(outcomes)} computed")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
