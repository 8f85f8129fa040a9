"""Iceberg: examples/iceberg registers exactly the published files, and PyIceberg reads from them what the lake holds."""
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import snapshots
from extensions import told
from pyiceberg.catalog import load_catalog

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "iceberg"
DAYS = ("2026-11-20", "2026-11-21")
# Columns that the first day does not have yet: text, list, number.
LATER = {"business_establishments": ["name", "address_lines"], "headcount": ["headcount"]}
# What is read after the first day, which has every table: columns of every type.
TABLES = ("business_establishments,departments,employee_attribute_definitions,employee_attributes,employees,employment_templates,employments,job_positions,"
          "job_qualifications,legal_entities,occupation_categories")


def iceberg(ctx):
    """Two days of a lake as Iceberg tables: values, time travel, replaced, dropped and evolving days, by PyIceberg and DuckDB."""
    lake, warehouse = ctx.new_lake(), ctx.new_lake()
    with ctx.program.fake_tenant("--employees", 40) as tenant:
        sync = lambda *asked: ctx.program.run("sync", "--lake", lake, "--requests-per-minute", 6000, "--as-of", *asked, env=tenant)  # noqa: E731
        _went_well(ctx, "sync of a day", sync(DAYS[0]))
        snapshots.without_columns(lake, DAYS[0], LATER)
        _first_day(ctx, lake, warehouse)
        _went_well(ctx, "sync of the next day", sync(DAYS[1], "--tables", TABLES))
        _second_day(ctx, lake, warehouse)
        _went_well(ctx, "sync that replaces a day", sync(DAYS[1], "--tables", TABLES))
        _replaced_day(ctx, lake, warehouse)
    _went_well(ctx, "a day is dropped from the lake", ctx.program.run("gc", "--lake", lake, "--drop", DAYS[0], "--yes"))
    _register(ctx, lake, warehouse)
    ctx.check("iceberg: a dropped day is gone, and so is every snapshot that named its files", _differences(lake, warehouse, DAYS[1:]))


def _went_well(ctx, name, result):
    ctx.check(f"iceberg: {name}", [] if result.code == 0 else [result.tail()])


def _first_day(ctx, lake, warehouse):
    said = _register(ctx, lake, warehouse)
    ctx.check("iceberg: the first day: each table has the rows that DuckDB reads from its files", _differences(lake, warehouse, DAYS[:1]))
    ctx.check("iceberg: the first day: every file is added", re.findall(r"(\d+) files, (\d+) added, 0 dropped$", said, re.M) != [])


def _second_day(ctx, lake, warehouse):
    before = {name: table.current_snapshot().snapshot_id for name, table in _tables(warehouse).items()}
    first = {name: _rows(table.scan().to_arrow()) for name, table in _tables(warehouse).items()}
    _register(ctx, lake, warehouse)
    tables = _tables(warehouse)
    ctx.check("iceberg: both days: the same, with null where the first day had no such column yet", _differences(lake, warehouse, DAYS))
    ctx.check("iceberg: the snapshot before is the first day still",
              [name for name, id_ in before.items() if _rows(tables[name].scan(snapshot_id=id_).to_arrow()) != first[name]])
    ctx.check("iceberg: each day is a partition: a filter by as_of leaves the other's files alone",
              [name for name, table in tables.items()
               if any(f"as_of={DAYS[0]}" in task.file.file_path for task in table.scan(f"as_of = '{DAYS[1]}'").plan_files())])
    ctx.check("iceberg: tables and columns say what they mean and how private they are", _unsaid(tables))
    files = snapshots.published(lake)
    ctx.check("iceberg: both days: DuckDB's own Iceberg reads the same",
              told("iceberg_rows.py", about={name: {"metadata": table.metadata_location, "files": files[name].paths()} for name, table in tables.items()}))
    metadata = lambda: sorted(str(p) for p in Path(warehouse).rglob("*.*") if p.suffix != ".db")  # noqa: E731
    known = metadata()
    said = _register(ctx, lake, warehouse)
    ctx.check("iceberg: said again it commits nothing", metadata() == known and not re.search(r"[1-9]\d* (added|dropped)", said))


def _replaced_day(ctx, lake, warehouse):
    said = _register(ctx, lake, warehouse)
    ctx.check("iceberg: of a replaced day the new files are there and the old ones are not", _differences(lake, warehouse, DAYS))
    unreadable = []
    for name, table in _tables(warehouse).items():
        for snapshot in table.snapshots():
            files = [task.file.file_path for task in table.scan(snapshot_id=snapshot.snapshot_id).plan_files()]
            unreadable += [f"{name}: {path}" for path in files if not Path(path.removeprefix("file://")).exists()]
    ctx.check("iceberg: no snapshot that is kept names a file that is gone", unreadable)
    ctx.check("iceberg: what was replaced is one commit, and only the snapshot before it expires",
              [name for name, table in _tables(warehouse).items() if not 1 <= len(table.snapshots()) <= 2])
    ctx.check("iceberg: it says so", re.search(r"^headcount: 2 files, 1 added, 1 dropped$", said, re.M)
              is not None)


def _register(ctx, lake, warehouse):
    """Runs the example as its README says."""
    command = [sys.executable, EXAMPLE / "register.py", "--lake", lake, "--warehouse", warehouse, "--lucca-lake", ctx.program.binary]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    ctx.check("iceberg: the example ends well", [] if done.returncode == 0 else [done.stderr[-600:]])
    return done.stdout


def _tables(warehouse):
    catalog = load_catalog("lucca", type="sql", uri=f"sqlite:///{warehouse}/catalog.db")
    return {identifier[-1]: catalog.load_table(identifier) for identifier in catalog.list_tables("lucca")}


def _rows(table):
    return sorted(map(repr, table.to_pylist()))


def _differences(lake, warehouse, days):
    """Tables whose names or files in Iceberg are not those of the manifests, or, of those of the last day, whose rows are not what DuckDB
    reads from the files."""
    published, tables = snapshots.published(lake), _tables(warehouse)
    out = [f"{name}: only in one" for name in published.keys() ^ tables.keys()]
    for name in published.keys() & tables.keys():
        named = {task.file.file_path for task in tables[name].scan().plan_files()}
        out += [f"{name}: other files"] if named != {f"file://{path}" for path in published[name].paths()} else []
    for name in snapshots.published(lake, days[-1]).keys() & tables.keys():
        found = tables[name].scan().to_arrow()
        with duckdb.connect(config={"threads": 1}) as db:
            db.execute("SET TimeZone = 'UTC'")
            files = "read_parquet(?, hive_partitioning = true, union_by_name = true)"
            wanted = db.sql(f"SELECT * FROM {files}", params=[published[name].paths()]).to_arrow_table()
            if set(wanted.column_names) != set(found.column_names):
                out.append(f"{name}: other columns: {set(wanted.column_names) ^ set(found.column_names)}")
                continue
            columns = ", ".join(f'"{column}"' for column in wanted.column_names)
            db.register("wanted", wanted)
            db.register("found", found)
            for one, other in (("wanted", "found"), ("found", "wanted")):
                rows = db.execute(f"SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other}").fetchall()
                out += [f"{name}: {len(rows)} rows only in {one}"] if rows else []
        seen = {str(day) for day in found["as_of"].unique().to_pylist()}
        out += [f"{name}: days {seen}"] if seen - set(days) else []
    return out


def _unsaid(tables):
    out = []
    for name, table in tables.items():
        out += [] if len(table.properties["comment"]) > 20 else [f"{name}: no comment"]
        for field in table.schema().fields:
            if not field.doc or f"Privacy: {table.properties.get(f'lucca.privacy.{field.name}', 'none')}." not in field.doc:
                out.append(f"{name}.{field.name}: {field.doc}")
    return out
