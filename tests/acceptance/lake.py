"""Reads a lake the way its users do, with public readers and nothing of the program's own."""
import hashlib
import json
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import expect

ZONES = ("core", "personal", "derived")
# Kind of `expect` → the Arrow type a column must have. "n" is a count or a number of days: any signed integer will do.
ARROW = {"s": pa.string(), "r": pa.string(), "j": pa.string(), "v": pa.string(), "b": pa.bool_(), "i": pa.int32(), "f": pa.float64(),
         "d": pa.date32(), "t": pa.timestamp("us", tz="UTC")}
_NAME = re.compile(r"(core|personal|derived)/([a-z0-9_]+)/as_of=(\d{4}-\d\d-\d\d)/[^/]+\.parquet")


def zone(table):
    return "derived" if table in ("headcount", "probation_deadlines") else expect.ZONES.get(table, "core")


def files(root, table="*", as_of="*"):
    """Parquet files under the table prefixes, as a plain glob finds them."""
    found = Path(root).glob(f"{'*' if table == '*' else zone(table)}/{table}/as_of={as_of}/*.parquet")
    return sorted(p for p in found if p.relative_to(root).parts[0] in ZONES)


def strays(root):
    """Anything under a table prefix that is not a Parquet file in its place."""
    found = [p.relative_to(root) for z in ZONES for p in Path(root, z).rglob("*") if p.is_file()]
    return [str(p) for p in found if not _NAME.fullmatch(p.as_posix())]


def bad_types(schema, nested=""):
    """Columns of types that some readers refuse."""
    out = []
    for field in schema:
        t, name = field.type, nested + field.name
        plain = (pa.bool_(), pa.int32(), pa.int64(), pa.float64(), pa.string(), pa.date32(), pa.timestamp("us", tz="UTC"))
        if pa.types.is_list(t):
            out += bad_types([t.value_field], name + ".")
        elif pa.types.is_struct(t):
            out += bad_types([t.field(i) for i in range(t.num_fields)], name + ".")
        elif t not in plain and not pa.types.is_decimal128(t):
            out.append(f"{name}: {t}")
    return out


def physical_problems(path):
    """What is wrong with one file as Parquet, beyond its Arrow schema."""
    file, out = pq.ParquetFile(path), []
    names = [f.name for f in file.schema_arrow]
    out += [f"{n}: not lower snake_case" for n in names if not re.fullmatch(r"_?[a-z][a-z0-9_]*", n)]
    out += [f"{n}: twice" for n in {n for n in names if names.count(n) > 1}]
    out += ["as_of repeated inside the file"] if "as_of" in names else []
    out += bad_types(file.schema_arrow)
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group)
        out += [f"compression {c}" for c in {rows.column(i).compression for i in range(rows.num_columns)} - {"ZSTD"}]
    return out


def with_pyarrow(paths):
    """Rows of these files through PyArrow, dates as ISO text and timestamps as microseconds."""
    tables = [pq.read_table(p, partitioning=None) for p in paths]
    table = pa.concat_tables(tables)
    for n, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(n, field.name, table.column(n).cast(pa.int64()))
        elif pa.types.is_date(field.type):
            table = table.set_column(n, field.name, pc.cast(table.column(n), pa.string()))
    return table.to_pylist()


def with_duckdb(source, script=None, where=""):
    """Rows of a relation through DuckDB, after an optional script."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        if script:
            db.execute(script)
        described = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        parts = [_plain(name, kind) for name, kind, *_ in described]
        cursor = db.execute(f"SELECT {', '.join(parts)} FROM {source} {where}")
        names = [name for name, *_ in described]
        return [dict(zip(names, values)) for values in cursor.fetchall()], dict((d[0], d[1]) for d in described)


def _plain(name, kind):
    quoted = f'"{name}"'
    if kind.startswith("TIMESTAMP"):
        return f"epoch_us({quoted})"
    return f"CAST({quoted} AS VARCHAR)" if kind == "DATE" else quoted


def manifests(root):
    """Every manifest, as (path, as-of date, [(path, rows, bytes, sha256)]). Key names are read leniently."""
    out = []
    for path in sorted(Path(root, "_lake", "manifests").rglob("*")):
        if path.is_file():
            text = path.read_text()
            day = re.search(r"as_of\D{1,6}(\d{4}-\d\d-\d\d)", text) or re.search(r"(\d{4}-\d\d-\d\d)", path.as_posix())
            out.append((path, day and day[1], list(_entries(json.loads(text)))))
    return out


def _entries(node):
    if isinstance(node, dict):
        path = node.get("path") or node.get("file")
        if isinstance(path, str) and path.endswith(".parquet"):
            pick = lambda *names: next((node[n] for n in names if n in node), None)  # noqa: E731
            yield path, pick("rows", "row_count", "num_rows"), pick("bytes", "size", "size_bytes"), pick("sha256", "sha_256")
        else:
            for value in node.values():
                yield from _entries(value)
    elif isinstance(node, list):
        for value in node:
            yield from _entries(value)


def manifest_problems(root, as_of):
    """Differences between the files present for a date and the newest manifest for it."""
    known = [m for m in manifests(root) if m[1] == str(as_of)]
    if not known:
        return ["no manifest for this date"]
    listed = {p: rest for p, *rest in max(known, key=lambda m: m[0].stat().st_mtime_ns)[2]}
    present = {p.relative_to(root).as_posix(): p for p in files(root, as_of=as_of)}
    out = [f"not in the manifest: {p}" for p in present.keys() - listed.keys()]
    out += [f"listed but absent: {p}" for p in listed.keys() - present.keys()]
    for name in present.keys() & listed.keys():
        body = present[name].read_bytes()
        facts = [pq.ParquetFile(present[name]).metadata.num_rows, len(body), hashlib.sha256(body).hexdigest()]
        if [listed[name][0], listed[name][1], str(listed[name][2]).removeprefix("sha256:")] != facts:
            out.append(f"{name}: manifest says {listed[name]}, file is {facts}")
    return out
