"""Run by the Python of the environment with DuckDB's extensions: what DuckDB's own Iceberg reads, against the files. Prints JSON.

    python iceberg_rows.py < tables.json      (table → its metadata and its files)
"""
import json
import sys
from pathlib import Path

import duckdb

db = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
package = Path(duckdb.__file__).resolve().parents[1] / "duckdb_ext" / "extensions"
for extension in ("avro", "iceberg"):
    db.execute(f"LOAD '{next(package.rglob(f'{extension}.duckdb_extension'))}'")
db.execute("SET TimeZone = 'UTC'; SET threads = 1")
out = []
for name, table in json.load(sys.stdin).items():
    direct = f"read_parquet({table['files']!r}, hive_partitioning = true, union_by_name = true)"
    names = ", ".join(f'"{column}"' for column, *_ in db.execute(f"DESCRIBE SELECT * FROM {direct}").fetchall())
    one, other = f"SELECT {names} FROM iceberg_scan('{table['metadata']}')", f"SELECT {names} FROM {direct}"
    rows = db.execute(f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))").fetchone()[0]
    out += [f"{name}: {rows} rows differ"] if rows else []
print(json.dumps(out))
