"""Delta Lake tables: what independent Delta readers see is what the manifests publish, now and at every earlier version."""
import json
from datetime import timedelta
from pathlib import Path

import polars
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

import check_operations
import lake
import loopback_s3
import people
from compare import differences
from context import api_columns, derived_tables, expected, renamed

FLAGS = ("--table-format", "delta")


def delta(ctx):
    """Delta readers see exactly what is published: one day, two days, a day again, earlier versions, after a crash."""
    lucca, root = ctx.server(lambda origin: people.build(origin, empty=("professions",))), ctx.new_lake()
    day = lucca.tenant.as_of
    ctx.synced("delta, first", lucca, root, flags=FLAGS)
    first, before = expected(lucca), _rows(root)
    ctx.check("delta: every table, every value", _unequal(root, first, day))
    ctx.check("delta: rows and files are those of the manifests", _unlike_manifests(root))
    ctx.check("delta: a glob reads what it read without the logs", _glob_problems(root))

    other = day + timedelta(days=1)
    ctx.synced("delta, other date", lucca.serve(lucca.tenant), root, as_of=other, flags=FLAGS)
    ctx.check("delta: two dates", _unequal(root, first, day) + _unlike_manifests(root))
    ctx.check("delta: the version before is still readable", _unlike_version(root, before))

    lucca.serve(people.build(lucca.origin))  # the data has changed since: professions have appeared
    ctx.synced("delta, same date", lucca, root, flags=FLAGS)
    second = expected(lucca)
    ctx.check("delta: a date again: values of the second run, no row of the first",
              _unequal(root, second, day) + _unlike_manifests(root))
    ctx.check("delta: a date again is one version", [t for t, table in _tables(root) if table.version() != 2])
    ctx.check("delta: a glob still reads each row once", _glob_problems(root))
    ctx.check("delta: each version names its snapshot", _untraceable(root, day))
    _crashed(ctx, root)
    _refused(ctx, lucca, root)


def _crashed(ctx, root):
    """As if the process had died between manifest and log: the last version of every table is not there."""
    for _, table in _tables(root):
        Path(_folder(table), "_delta_log", f"{table.version():020}.json").unlink()
    ctx.check("delta: logs are behind", bool(_unlike_manifests(root)))
    result = ctx.program.run("derive", "--lake", str(root), *FLAGS)
    ctx.check("delta: the next run brings them up to date", ([] if result.code == 0 else [result.tail()]) + _unlike_manifests(root))


def _refused(ctx, lucca, root):
    """A run that would not keep the logs would delete files that they name."""
    before = _rows(root)
    result = ctx.program.sync(lucca.serve(lucca.tenant), root)
    ctx.check("delta: a run without --table-format delta is refused",
              [] if result.code == 2 and "--table-format delta" in result.err and not lucca.requests else [result.tail()])
    ctx.check("delta: it changes nothing", before == _rows(root))


def delta_s3(ctx):
    """The same on an independent S3: each version is put only if absent."""
    keys = {"AWS_ACCESS_KEY_ID": "acceptance", "AWS_SECRET_ACCESS_KEY": "canary-s3-secret-5Hd"}
    with loopback_s3.running(*keys.values()) as (endpoint, bucket):
        env = keys | {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": loopback_s3.REGION, "AWS_ALLOW_HTTP": "true"}
        lucca, url = ctx.server(), "s3://lake/delta"
        ctx.synced("delta on S3", lucca, url, env=env, flags=FLAGS)
        ctx.synced("delta on S3, again", lucca.serve(lucca.tenant), url, env=env, flags=FLAGS)
        table = DeltaTable(f"{url}/core/employees", storage_options=env)
        rows = table.to_pyarrow_table().num_rows
        ctx.check("delta on S3: read there", rows == len(expected(lucca)["employees"]) and table.version() == 1)
        copy = ctx.new_lake()
        check_operations.download(bucket, copy, "delta/")
        ctx.check("delta on S3: every table, every value",
                  _unequal(copy, expected(lucca), lucca.tenant.as_of) + _unlike_manifests(copy))


def _folder(table):
    return table.table_uri.removeprefix("file://")


def _tables(root):
    """Every Delta table below the lake, by zone and name."""
    found = sorted(p.parent for zone in lake.ZONES for p in Path(root, zone).glob("*/_delta_log"))
    return [(p.relative_to(root).as_posix(), DeltaTable(str(p))) for p in found]


def _rows(root):
    """Table → its rows as deltalake reads them, in no order."""
    return {name: sorted(map(repr, table.to_pyarrow_table().to_pylist())) for name, table in _tables(root)}


def _plain(table, day):
    """Rows of one date, as `lake.with_pyarrow` gives them."""
    table = table.filter(pc.equal(table["as_of"], pa.scalar(day))).drop_columns(["as_of"])
    for n, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(n, field.name, table.column(n).cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()))
        elif pa.types.is_date(field.type):
            table = table.set_column(n, field.name, pc.cast(table.column(n), pa.string()))
    return table.to_pylist()


def _unequal(root, tables, day):
    """Differences of any table for one date between the tenant and what deltalake and Polars read."""
    wanted = {t: (rows, api_columns(t), ("id",)) for t, rows in tables.items()} | derived_tables(tables, day)
    out = []
    for name, (rows, columns, key) in wanted.items():
        folder = f"{root}/{lake.zone(name)}/{name}"
        for reader, read in (("deltalake", DeltaTable(folder).to_pyarrow_table), ("polars", lambda f=folder: polars.read_delta(f).to_arrow())):
            found = renamed(name, _plain(read(), day))
            out += [f"{name} ({reader}): {d}" for d in differences(rows, found, columns, key)]
    return out


def _unlike_manifests(root):
    """Tables whose Delta files or row counts are not those of the newest manifest of each date."""
    newest = {day: files for _, day, files in sorted(lake.manifests(root), key=lambda m: m[0].name)}
    wanted = {}
    for files in newest.values():
        for path, rows, *_ in files:
            wanted.setdefault("/".join(path.split("/")[:2]), {})[path] = rows
    out = []
    tables = dict(_tables(root))
    out += [f"{name}: no Delta table" for name in wanted.keys() - tables.keys()]
    for name, table in tables.items():
        adds = pa.table(table.get_add_actions(flatten=True)).to_pylist()
        found = {f"{name}/{a['path']}": a["num_records"] for a in adds}
        if found != wanted.get(name, {}):
            out.append(f"{name}: the log has {found}, the manifests {wanted.get(name)}")
        elif table.to_pyarrow_table().num_rows != sum(found.values()):
            out.append(f"{name}: other rows than the log counts")
    return out


def _unlike_version(root, before):
    """Tables whose version 0 is not what it was."""
    out = []
    for name, _ in _tables(root):
        found = DeltaTable(f"{root}/{name}", version=0).to_pyarrow_table().to_pylist()
        out += [] if sorted(map(repr, found)) == before[name] else [name]
    return out


def _glob_problems(root):
    """A plain glob over a table's folder, with DuckDB and with Polars, against the Delta table."""
    out = []
    for name, table in _tables(root):
        rows = table.to_pyarrow_table().num_rows
        by_glob, _ = lake.with_duckdb(f"read_parquet('{root}/{name}/**/*.parquet', union_by_name = true)")
        out += [] if len(by_glob) == rows else [f"{name}: DuckDB reads {len(by_glob)} rows, Delta has {rows}"]
        out += [f"{name}: {p.name}" for p in Path(root, name, "_delta_log").iterdir() if p.suffix != ".json"]
    return out


def _untraceable(root, day):
    """Tables whose newest version does not say which snapshot it is."""
    out = []
    for name, table in _tables(root):
        said = json.loads(table.history(1)[0]["userMetadata"])["snapshots"]
        out += [] if [(s["as_of"], s["sequence"]) for s in said] == [(str(day), 2)] else [f"{name}: {said}"]
    return out
