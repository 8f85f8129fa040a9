"""A copy of a lake in which internal tables are published too: `derive` computes them first and removes them in the end, so that
whoever measures one query by itself has to have them there. DuckDB computes them, from the same texts.
"""
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import duckdb
import snapshots

# What DuckDB calls the types of a manifest.
TYPES = {"VARCHAR": "string", "VARCHAR[]": "string_list", "BIGINT": "int64", "INTEGER": "int32", "DOUBLE": "double",
         "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP WITH TIME ZONE": "timestamp"}


def texts(folder):
    """Name → statement of every derived table."""
    return {file.stem: file.read_text() for file in sorted(Path(folder).glob("*.sql"))}


def internal(statements):
    """Names of the internal tables, each after those that it reads."""
    names = [name for name, text in statements.items() if re.search(r"^-- internal$", text, re.MULTILINE)]
    ordered = []

    def add(name):
        bare = re.sub(r"^\s*--.*\n", "", statements[name], flags=re.MULTILINE)
        for read in names:
            if read != name and read not in ordered and re.search(rf"\b{read}\b", bare):
                add(read)
        if name not in ordered:
            ordered.append(name)

    for name in names:
        add(name)
    return ordered


def copy(lake, folder, statements, db):
    """Makes the copy below `folder`, of the newest day, and views of its tables in `db`; the day. Files are not copied but have a
    second name; statements of tables that the day lacks something for are left out."""
    as_of, (path, manifest) = list(snapshots.newest_manifests(lake).items())[-1]
    for table in manifest["tables"]:
        for file in table["files"]:
            to = Path(folder, file["path"])
            to.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(Path(lake, file["path"]), to)
            except OSError:  # Another file system.
                shutil.copyfile(Path(lake, file["path"]), to)
        view(db, table["name"], [Path(folder, file["path"]) for file in table["files"]])
    there = {table["name"] for table in manifest["tables"]}
    known = there | set(statements)
    for name in internal(statements):
        bare = re.sub(r"^\s*--.*\n", "", statements[name], flags=re.MULTILINE)
        if any(re.search(rf"\b(FROM|JOIN) {read}\b", bare) for read in known - there - {name}):
            continue
        file = Path(folder, "derived", name, f"as_of={as_of}", "internal-0000.parquet")
        file.parent.mkdir(parents=True)
        sql = statements[name].replace("$as_of", f"'{as_of}'")
        try:
            db.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.CatalogException:  # It reads a table of the API that this lake does not have.
            continue
        view(db, name, [file])
        columns = db.execute(f"DESCRIBE {name}").fetchall()
        rows = db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        body = file.read_bytes()
        manifest["tables"].append({
            "name": name, "zone": "derived",
            "columns": [{"name": column[0], "type": TYPES[column[1]], "nullable": True} for column in columns],
            "files": [{"path": str(file.relative_to(folder)), "rows": rows, "bytes": len(body),
                       "sha256": hashlib.sha256(body).hexdigest()}],
        })
        there.add(name)
    manifest["tables"].sort(key=lambda table: table["name"])
    to = Path(folder, path.relative_to(lake))
    to.parent.mkdir(parents=True, exist_ok=True)
    # Format 1 has no checksum of the manifest itself, nor a snapshot before.
    manifest = {key: value for key, value in manifest.items() if key not in ("sha256", "previous")} | {"format_version": 1}
    to.write_text(json.dumps(manifest))
    return as_of


def view(db, name, paths):
    """A view over the files of one table."""
    db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({[str(path) for path in paths]!r}, hive_partitioning = false)")
