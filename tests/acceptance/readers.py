"""Every public reader of the lake, each as a user of that program would write it: `READERS` maps a name to
`read(program, root, published) -> pyarrow.Table` of one table over all days; `COUNTS` says how many rows each table has by its
own name and over all days, `COMMENTS` what views say of themselves, `DESCRIPTIONS` and `PROVENANCE` what a file says."""
import json
import re
import tempfile
from pathlib import Path

import datafusion
import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import spark

DAY = pa.field("as_of", pa.date32())
BY_DAY = ds.partitioning(pa.schema([DAY]), flavor="hive")


def _folder(root, table):
    return str(Path(root, table.zone, table.name))


def _duckdb():
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    return db


def duckdb_with_views(root):
    db = _duckdb()
    db.execute(Path(root, "views", "duckdb.sql").read_text())
    return db


def spark_with_views(root):
    """A session of its own: temporary views of other lakes have the same names."""
    session = spark.session().newSession()
    for line in Path(root, "views", "spark.sql").read_text().splitlines():
        if not line.startswith("--"):
            session.sql(line.rstrip(";"))
    return session


def duckdb_glob(_, root, table):
    """A bracket expression keeps a character of the lake's own path from being a pattern."""
    folder = "".join(f"[{c}]" if c in "*?[" else c for c in _folder(root, table)).replace("'", "''")
    with _duckdb() as db:
        return db.sql(f"SELECT * FROM read_parquet('{folder}/**/*.parquet', union_by_name = true)").to_arrow_table()


def duckdb_view(_, root, table):
    with duckdb_with_views(root) as db:
        return db.sql(f"SELECT * FROM all_days.{table.name}").to_arrow_table()


def pyarrow_glob(_, root, table):
    """The schema of all files: by itself a dataset has the columns of the file it finds first."""
    files = ds.dataset(_folder(root, table)).files
    return _pyarrow(_folder(root, table), files)


def pyarrow_files(_, root, table):
    return _pyarrow(table.paths(), table.paths())


def _pyarrow(source, files):
    schema = pa.unify_schemas([pq.read_schema(file) for file in files])
    return ds.dataset(source, schema=schema.append(DAY), partitioning=BY_DAY).to_table()


def polars_glob(_, root, table):
    return _polars(map(str, sorted(Path(_folder(root, table)).glob("**/*.parquet"))))


def polars_files(_, root, table):
    return _polars(table.paths())


def _polars(files):
    """File by file: a scan of many has the columns of the first."""
    scans = [pl.scan_parquet(file, hive_partitioning=True, glob=False) for file in files]
    return pl.concat(scans, how="diagonal").collect().to_arrow()


def datafusion_glob(_, root, table):
    """As a URL, whose special characters are encoded: a path with a space or a bracket is taken for something else."""
    context = datafusion.SessionContext()
    context.register_parquet(table.name, Path(_folder(root, table)).as_uri() + "/", table_partition_cols=[("as_of", pa.date32())])
    return context.sql(f"SELECT * FROM {table.name}").to_arrow_table()


def spark_glob(_, root, table):
    folder = spark.escape(_folder(root, table))
    return spark.session().read.option("mergeSchema", "true").parquet(folder).toArrow()


def spark_view(_, root, table):
    """The lists of files, then what makes this view of them."""
    name, session = f"all_days_{table.name}", spark.session().newSession()
    its_own = re.compile(rf"SET |CREATE OR REPLACE TEMPORARY VIEW `(_{name}(_\d+)?|{name})` ")
    for line in Path(root, "views", "spark.sql").read_text().splitlines():
        if its_own.match(line):
            session.sql(line.rstrip(";"))
    return session.table(name).toArrow()


def own_query(program, root, table):
    with tempfile.TemporaryDirectory() as here:
        target = Path(here, "rows.parquet")
        result = program.query(root, f"SELECT * FROM all_days.{table.name}", "--format", "parquet", "-o", target)
        assert result.code == 0, result.tail()
        return pq.ParquetFile(target).read()


def _counting(names, all_days):
    """One statement that counts the rows of every table, on the newest day and on all days."""
    counts = [f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for name in names]
    counts += [f"SELECT 'all_days.{name}' AS name, count(*) AS n FROM {all_days}{name}" for name in names]
    return " UNION ALL ".join(counts)


def counts_by_query(program, root, names):
    """Rows of every table by name; those of all days by both of their names."""
    out = {}
    for all_days in ("all_days.", "all_days_"):
        result = program.query(root, _counting(names, all_days), "--format", "ndjson")
        assert result.code == 0, result.tail()
        found = {row["name"]: row["n"] for row in map(json.loads, result.out.splitlines())}
        assert found == (out or found), f"{all_days}: {found}"
        out = found
    return out


def counts_by_duckdb(_, root, names):
    with duckdb_with_views(root) as db:
        return dict(db.sql(_counting(names, "all_days.")).fetchall())


def counts_by_spark(_, root, names):
    return {row["name"]: row["n"] for row in spark_with_views(root).sql(_counting(names, "all_days_")).collect()}


def comments_by_duckdb(_, root, table):
    """Comment of a view, and of its columns that have one."""
    with duckdb_with_views(root) as db:
        ours = f"schema_name = 'main' AND {{}}_name = '{table}'"
        view = db.sql(f"SELECT comment FROM duckdb_views() WHERE {ours.format('view')}").fetchall()[0][0]
        return view, dict(db.sql(f"SELECT column_name, comment FROM duckdb_columns() WHERE {ours.format('table')}").fetchall())


def comments_by_spark(_, root, table):
    session, start = spark.session().newSession(), f"CREATE OR REPLACE TEMPORARY VIEW `{table}` "
    line = next(line for line in Path(root, "views", "spark.sql").read_text().splitlines() if line.startswith(start))
    session.sql(line.rstrip(";"))
    columns = {row["col_name"]: row["comment"] for row in session.sql(f"DESCRIBE {table}").collect()}
    return line.partition(") COMMENT '")[2].partition("' AS SELECT")[0].replace("\\'", "'"), columns


def words_by_pyarrow(path):
    """What a file says of each column, as text."""
    text = lambda field: " ".join(v.decode() for v in (field.metadata or {}).values())  # noqa: E731
    return {field.name: text(field) for field in pq.read_schema(path)}


def words_by_spark(path):
    """As `DESCRIBE` shows them."""
    session = spark.session().newSession()
    session.read.parquet(spark.escape(str(path))).createOrReplaceTempView("one_file")
    return {row["col_name"]: row["comment"] or "" for row in session.sql("DESCRIBE one_file").collect()}


def keys_by_duckdb(path):
    escaped = "".join(f"[{c}]" if c in "*?[" else c for c in str(path)).replace("'", "''")
    with _duckdb() as db:
        return dict(db.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{escaped}')").fetchall())


def keys_by_polars(path):
    with open(path, "rb") as file:
        return pl.read_parquet_metadata(file)


def keys_by_pyarrow(path):
    return {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}


DESCRIPTIONS = {"PyArrow": words_by_pyarrow, "Spark": words_by_spark}
PROVENANCE = {"DuckDB": keys_by_duckdb, "Polars": keys_by_polars, "PyArrow": keys_by_pyarrow}
COUNTS = {"query": counts_by_query, "DuckDB views": counts_by_duckdb, "Spark views": counts_by_spark}
COMMENTS = {"DuckDB": comments_by_duckdb, "Spark": comments_by_spark}
READERS = {"DuckDB glob": duckdb_glob, "DuckDB view": duckdb_view, "PyArrow glob": pyarrow_glob, "PyArrow files": pyarrow_files,
           "Polars glob": polars_glob, "Polars files": polars_files, "DataFusion glob": datafusion_glob, "Spark glob": spark_glob,
           "Spark view": spark_view, "query": own_query}
