"""Registers the published files of a lake as DuckLake tables: metadata only, the Parquet files stay where they are.

    pip install -r requirements.txt
    python register.py --lake /data/lucca --catalogue /data/lucca.ducklake

Run it after each `lucca-lake sync` and `lucca-lake gc`. Each table of the lake is one DuckLake table that holds exactly the files that the
lake's manifests name. Where only days have been added, their files are added; a table of which a day was replaced or dropped is
made again. Everything is one transaction, so that readers see all tables as they were or all as they are.
"""
import argparse
import os
import sys
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from published_files import Lake  # noqa: E402

TYPES = {"boolean": "BOOLEAN", "date": "DATE", "double": "DOUBLE", "int32": "INTEGER", "int64": "BIGINT", "string": "VARCHAR",
         "string_list": "VARCHAR[]", "timestamp": "TIMESTAMP WITH TIME ZONE"}


def main():
    options = _options()
    db = connected(options.catalogue)
    lake = Lake(options.lake, options.lucca_lake, lambda address: _read(db, address))
    tables = lake.tables(options.newest)
    db.execute("BEGIN")
    held = {name for name, in db.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'").fetchall()}
    for table in tables.values():
        print(f"{table.name}: {_registered(db, table, table.name in held)}")
    for name in sorted(held - tables.keys()):
        db.execute(f'DROP TABLE lake."{name}"')
        print(f"{name}: dropped, as the lake has no such table any more")
    db.execute("COMMIT")


def _options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", default=os.environ.get("LUCCA_LAKE", "./lake"), help="as lucca-lake takes it; a folder")
    parser.add_argument("--catalogue", required=True, help="DuckDB file for the metadata, outside of the lake")
    parser.add_argument("--newest", action="store_true", help="only the newest day; otherwise all days of the lake")
    parser.add_argument("--lucca-lake", default="lucca-lake", help="the program")
    return parser.parse_args()


def connected(catalogue):
    """A connection that has the catalogue as `lake`. Its extension is that of the package: DuckDB is not to look for one elsewhere."""
    db = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    package = Path(duckdb.__file__).resolve().parents[1] / "duckdb_ext" / "extensions"
    extension = next(package.rglob("ducklake.duckdb_extension"), None)
    if extension is None:
        sys.exit("the package duckdb-ext-ducklake is not installed: pip install -r requirements.txt")
    db.execute(f"LOAD {_text(extension)}")
    # Nothing is written there: all rows are in the lake's own files.
    db.execute(f"ATTACH {_text(f'ducklake:{catalogue}')} AS lake (DATA_PATH {_text(f'{Path(catalogue).resolve()}.files/')})")
    return db


def _read(db, address):
    return db.execute("SELECT content FROM read_text(?)", [address.removeprefix("file://")]).fetchone()[0]


def _registered(db, table, is_there):
    """Brings one table up to the lake; says what was done."""
    files = {address.removeprefix("file://") for address in table.files}
    columns = {name: TYPES[type_] for name, type_ in table.columns.items()} | {"as_of": "DATE"}
    there, known = set(), {}
    if is_there:
        there = {path for path, in db.execute(f"SELECT data_file FROM ducklake_list_files('lake', {_text(table.name)})").fetchall()}
        known = dict(db.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'lake' AND table_name = ?",
                                [table.name]).fetchall())
    added, gone = files - there, there - files
    if gone or known != columns:
        if is_there:
            db.execute(f'DROP TABLE lake."{table.name}"')
        db.execute(f'CREATE TABLE lake."{table.name}" ({", ".join(f"{chr(34)}{n}{chr(34)} {t}" for n, t in columns.items())})')
        _describe(db, table)
        added = files
    for path in sorted(added):
        # The day is in the folder's name; a day that was read before a column existed does not have it.
        db.execute(f"CALL ducklake_add_data_files('lake', {_text(table.name)}, {_text(path)}, hive_partitioning => true, allow_missing => true)")
    return f"{len(files)} files, {len(files - there)} added, {len(gone)} dropped"


def _describe(db, table):
    db.execute(f'COMMENT ON TABLE lake."{table.name}" IS {_text(table.meaning)}')
    for name, (meaning, privacy) in table.described.items():
        db.execute(f'COMMENT ON COLUMN lake."{table.name}"."{name}" IS {_text(f"{meaning} Privacy: {privacy}.")}')


def _text(value):
    return "'" + str(value).replace("'", "''") + "'"


if __name__ == "__main__":
    main()
