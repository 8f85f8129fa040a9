"""Run by the Python of DuckLake's environment: what its tables hold, against the files they should be made of. Prints JSON.

    python ducklake_rows.py EXAMPLE_FOLDER CATALOGUE < tables.json      (table → its files)
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
from register import connected  # noqa: E402

wanted, out = json.load(sys.stdin), {}
db = connected(sys.argv[2])
db.execute("SET TimeZone = 'UTC'; SET threads = 1")
held = {name: comment for name, comment in db.execute("SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'lake'").fetchall()}
commented = {}
for table, column, comment in db.execute("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = 'lake'").fetchall():
    commented.setdefault(table, {})[column] = comment
for name in sorted(held.keys() | wanted.keys()):
    if name not in held or name not in wanted:
        out[name] = "only in one"
        continue
    files = [path for path, in db.execute(f"SELECT data_file FROM ducklake_list_files('lake', '{name}')").fetchall()]
    direct = f"read_parquet({wanted[name]!r}, hive_partitioning = true, union_by_name = true)"
    columns = sorted(column for column, *_ in db.execute(f"DESCRIBE SELECT * FROM {direct}").fetchall())
    names = ", ".join(f'"{column}"' for column in columns)
    one, other = f'SELECT {names} FROM lake."{name}"', f"SELECT {names} FROM {direct}"
    differences = db.execute(f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))").fetchone()[0]
    days = [str(day) for day, in db.execute(f'SELECT DISTINCT as_of FROM lake."{name}" ORDER BY as_of').fetchall()]
    bare = [column for column, comment in commented[name].items() if column != "as_of" and "Privacy: " not in (comment or "")]
    out[name] = {"differences": differences, "files": sorted(files) == sorted(wanted[name]), "columns": sorted(commented[name]) == columns,
                 "days": days, "uncommented": bare + ([] if held[name] else ["the table"])}
print(json.dumps(out))
