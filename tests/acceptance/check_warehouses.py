"""Warehouses: what `tables --ddl` prints is SQL of its dialect, and engines that run it hold what the lake holds."""
import contextlib
import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import sqlglot
from chdb import session
from sqlglot import exp

PEOPLE = 60
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "dbt"
DIALECTS = ("duckdb", "spark", "databricks", "snowflake", "bigquery", "redshift", "athena", "trino", "clickhouse", "postgres")
# Statements that sqlglot passes on unread, by their beginning: it knows no tags, no partitions of Trino, no external table of BigQuery.
UNREAD = {"databricks": ("ALTER TABLE", "MSCK REPAIR TABLE"), "snowflake": ("ALTER TABLE",), "trino": ("CALL system.",),
          "bigquery": ("CREATE OR REPLACE EXTERNAL TABLE",)}


def warehouses(ctx):
    """The DDL of ten dialects: parsed by sqlglot, and run by ClickHouse, DuckDB and PostgreSQL over a published lake."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it tells of each statement that it passes on unread
    root = ctx.new_lake()
    made = ctx.program.run("demo", "--lake", root, "--employees", PEOPLE, "-q")
    ctx.check("warehouses: demo", [] if made.code == 0 else [made.tail()])
    files = {p.parent.parent.name: p for zone in ("core", "personal", "derived") for p in Path(root, zone).glob("*/*/*.parquet")}
    held = {table: pq.read_table(path) for table, path in files.items()}
    printed = {}
    for dialect in DIALECTS:
        result = ctx.program.run("tables", "--lake", root, "--ddl", dialect)
        printed[dialect] = result.out
        ctx.check(f"warehouses: {dialect}: {len(held)} tables are declared as sqlglot reads them",
                  [result.tail()] if result.code else _parsed(dialect, result.out, held))
    _clickhouse(ctx, printed["clickhouse"], held)
    _duckdb(ctx, printed["duckdb"], files, held)
    _postgres(ctx, root, printed["postgres"], held)
    _dbt(ctx, root, held)


def _parsed(dialect, sql, held):
    """Every published table with all its columns, each with what it means and how private it is."""
    problems, declared = [], {}
    text = "\n".join(line for line in sql.splitlines() if not line.startswith("\\copy"))
    comments = {}
    for statement in sqlglot.parse(text, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE):
        if isinstance(statement, exp.Command):
            if not statement.sql().startswith(UNREAD.get(dialect, ())):
                problems.append(f"unread: {statement.sql()[:80]}")
        elif isinstance(statement, exp.Comment):
            comments[statement.this.sql().replace('"', "")] = statement.expression.name
        elif isinstance(statement, exp.Create) and isinstance(statement.this, exp.Schema):
            declared[statement.this.this.name] = list(statement.this.find_all(exp.ColumnDef))
    if dialect == "bigquery":
        return problems + _bigquery(sql, held)
    for table, rows in held.items():
        columns = {column.name: column for column in declared.get(table, ())}
        apart = dialect in ("athena", "redshift")
        wanted = [*rows.column_names, *([] if apart else ["as_of"])]
        if list(columns) != wanted:
            problems.append(f"{table}: {sorted(set(wanted) ^ set(columns))} or another order")
        if dialect == "redshift":
            continue
        for name, column in columns.items():
            told = [c.kind.this.name for c in column.constraints if isinstance(c.kind, exp.CommentColumnConstraint)]
            said = told[0] if told else comments.get(f"{table}.{name}", "")
            if not re.search(r"\. Privacy: (none|directory|personal|sensitive)\.$", said):
                problems.append(f"{table}.{name} says {said!r}")
    return problems


def _bigquery(sql, held):
    """Columns by their lines, as sqlglot takes external tables for commands."""
    problems = []
    for table, rows in held.items():
        body = re.search(rf"^CREATE OR REPLACE EXTERNAL TABLE `{table}` \(\n(.*?)^\)", sql, flags=re.M | re.S)
        lines = body[1].splitlines() if body else []
        line = re.compile(r"  `(\w+)` ([A-Z0-9<>]+) OPTIONS \(description = '(?:[^'\\]|\\.)* Privacy: \w+\.'\),?$")
        found = [m[1] for m in map(line.match, lines) if m]
        if found != rows.column_names:
            problems.append(f"{table}: {found}")
    return problems


def _clickhouse(ctx, sql, held):
    """Everything is run as it is printed, files and all."""
    problems = []
    with contextlib.closing(session.Session()) as clickhouse:
        for statement in filter(str.strip, sql.split(";\n")):
            try:
                clickhouse.query(statement)
            except Exception as error:  # the first line says what and where
                problems.append(f"{statement[:60]}: {str(error).splitlines()[0]}")
        for table, rows in held.items():
            problems += _sums("ClickHouse", table, rows, lambda query: [
                int(value) for value in str(clickhouse.query(query)).strip().replace('"', "").split(",")], "length(ifNull({}, ''))")
        comment = str(clickhouse.query("SELECT comment FROM system.columns WHERE table = 'employees' AND name = 'email'"))
    ctx.check("warehouses: ClickHouse holds what the lake holds", problems)
    ctx.check("warehouses: ClickHouse says what a column means", "Professional e-mail address. Privacy: directory." in comment)


def _duckdb(ctx, sql, files, held):
    base, problems = duckdb.connect(), []
    base.execute(sql)
    for table, path in files.items():
        base.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet('{path}', hive_partitioning = true)")
        problems += _sums("DuckDB", table, held[table], lambda query: base.execute(query).fetchone(), "coalesce(strlen({}), 0)")
    said = base.execute("SELECT comment FROM duckdb_columns() WHERE table_name = 'employees' AND column_name = 'email'").fetchone()
    ctx.check("warehouses: DuckDB holds what the lake holds", problems)
    ctx.check("warehouses: DuckDB says what a column means", "Privacy: directory." in said[0])


def _sums(engine, table, rows, ask, length):
    """Rows, and the bytes of all texts."""
    texts = [field.name for field in rows.schema if str(field.type) in ("string", "large_string")]
    wanted = [rows.num_rows] + [sum(len((value or "").encode()) for value in rows[name].to_pylist()) for name in texts]
    sums = "".join(f", coalesce(sum({length.format(name)}), 0)" for name in texts)
    found = list(ask(f"SELECT count(*){sums} FROM {table}"))
    return [] if found == wanted else [f"{engine}: {table}: {found} instead of {wanted}"]


def _postgres(ctx, root, sql, held):
    """A server of its own on a socket: the statements are run by psql, with the files that they ask `query` for."""
    folder = ctx.new_lake()
    folder.mkdir()
    shutil.chown(folder, "postgres")
    folder.chmod(0o755)
    Path(ctx.scratch.name).chmod(0o755)
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    psql = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(folder), "-d", "postgres", "-At"]
    run = lambda *command, **options: subprocess.run(  # noqa: E731
        ["runuser", "-u", "postgres", "--", *map(str, command)], cwd=folder, capture_output=True, text=True, **options)
    made = run(binaries / "initdb", "-D", folder / "data", "-A", "trust", "--no-sync")
    started = run(binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o",
                  f"-k {folder} -c listen_addresses= -c fsync=off", "start")
    try:
        for command in re.findall(r'^-- lucca-lake query --format csv -o (\S+) "(.*)"$', sql, flags=re.M):
            result = ctx.program.run("query", "--lake", root, "--format", "csv", "-o", folder / command[0], command[1])
            (folder / command[0]).chmod(0o644)
            if result.code:
                ctx.check(f"warehouses: {command[0]} is written", [result.tail()])
        done = run(*psql, input=sql)
        ctx.check("warehouses: PostgreSQL runs what is printed", [] if done.returncode == 0 else [
            done.stderr[-300:], made.stderr[-200:], started.stderr[-200:]])
        problems = []
        for table, rows in held.items():
            problems += _sums("PostgreSQL", table, rows, lambda query: [
                int(value) for value in run(*psql, "-c", query).stdout.strip().split("|")], "octet_length({})")
        ctx.check("warehouses: PostgreSQL holds what the lake holds", problems)
        said = run(*psql, "-c", "SELECT col_description('employees'::regclass, attnum) FROM pg_attribute WHERE attrelid = "
                   "'employees'::regclass AND attname = 'email'").stdout
        ctx.check("warehouses: PostgreSQL says what a column means", "Privacy: directory." in said)
    finally:
        run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


def _dbt(ctx, root, held):
    """The example project: its sources are the lake's tables, its tests pass, its models are what the lake's tables give."""
    project = ctx.new_lake()
    shutil.copytree(EXAMPLE, project)
    sources = ctx.program.run("tables", "--lake", root, "--dbt")
    (project / "models" / "sources.yml").write_text(sources.out)
    names = {"PATH": os.environ["PATH"], "HOME": str(project), "LUCCA_WAREHOUSE": str(project / "warehouse.duckdb"),
             "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    built = subprocess.run([Path(sys.executable).with_name("dbt"), "--no-use-colors", "build", "--profiles-dir", "."], cwd=project,
                           env=names, capture_output=True, text=True)
    ctx.check("warehouses: dbt builds the example and its tests pass", [] if built.returncode == 0 else [built.stdout[-1500:]])
    tests = re.search(r"PASS=(\d+) WARN=(\d+) ERROR=0", built.stdout)
    ctx.check("warehouses: dbt runs a test of each key", tests is not None and int(tests[1]) > 250)
    base = duckdb.connect(str(project / "warehouse.duckdb"), read_only=True)
    people = base.execute("SELECT sum(people) FROM headcount_by_level").fetchone()[0]
    known = set(held["departments"]["id"].to_pylist())
    ctx.check("warehouses: dbt's headcount is the lake's",
              people == sum(department in known for department in held["people_current"]["department_id"].to_pylist()))
    watched = base.execute("SELECT count(*) FROM probation_watch").fetchone()[0]
    ctx.check("warehouses: dbt's probation watch is the lake's",
              watched == sum(days is not None and 0 <= days <= 90 for days in held["probation_deadlines"]["days_left"].to_pylist()))
