"""Every value of every table, through every way of reading it."""
import csv
import io
import json
import os
import re
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import expect
import lake
import people
from compare import differences
from context import api_columns, derived_tables, expected, renamed
from expect import AnyOf


def values(ctx):
    """One sync; each table by PyArrow and DuckDB, by glob, by view and by the program's own `query`."""
    lucca, root = ctx.server(), ctx.new_lake()
    begun = time.time()
    if ctx.synced("values", lucca, root).code:
        return
    tables, as_of = expected(lucca), lucca.tenant.as_of
    _requests(ctx, lucca)
    _layout(ctx, root, as_of, set(tables))
    script = _views(ctx, root)
    for table, rows in tables.items():
        paths = lake.files(root, table, as_of)
        if not ctx.check(f"values: {table} has a file", bool(paths)):
            continue
        ctx.check(f"values: {table} schema", _schema(table, paths))
        ctx.check(f"values: {table} bookkeeping", _bookkeeping(lake.with_pyarrow(paths), begun))
        _every_reader(ctx, root, script, table, rows, api_columns(table), ("id",), as_of)
    empty(ctx)


def derived(ctx):
    """headcount and probation_deadlines against a computation of our own."""
    lucca, root = ctx.server(), ctx.new_lake()
    if ctx.synced("derived", lucca, root).code:
        return
    script = _views(ctx, root)
    for table, (rows, columns, key) in derived_tables(expected(lucca), lucca.tenant.as_of).items():
        paths = lake.files(root, table)
        if ctx.check(f"derived: {table} has a file", bool(paths)):
            found = lake.with_pyarrow(paths)
            missing = {n for n, _ in columns} - set(renamed(table, found)[0]) if found else set()
            ctx.check(f"derived: {table} has every column", [f"no {n}: {list(found[0])}" for n in sorted(missing)])
            ctx.check(f"derived: {table} files", [p for f in paths for p in lake.physical_problems(f)])
            _every_reader(ctx, root, script, table, rows, columns, key, lucca.tenant.as_of)


def empty(ctx):
    """A tenant without a single record: every table is still there, with its schema."""
    lucca, root = ctx.server(lambda origin: people.build(origin, empty=("all",))), ctx.new_lake()
    if ctx.synced("empty tenant", lucca, root).code:
        return
    tables = expected(lucca)
    for table in tables:
        paths = lake.files(root, table)
        rows = len(lake.with_pyarrow(paths)) if paths else 0
        problems = [f"{rows} rows"] if rows else []
        ctx.check(f"empty tenant: {table}", problems + _schema(table, paths) if paths else ["no file"])
    for table in derived_tables(tables, lucca.tenant.as_of):
        ctx.check(f"empty tenant: {table}", [] if lake.files(root, table) else ["no file"])


def _requests(ctx, lucca):
    """How the program asked: only what is documented, and no more than needed."""
    notes = {f"{r.path}: {note}" for r in lucca.requests for note in r.notes}
    ctx.check("requests: nothing a stricter server would refuse", sorted(notes))
    wrong = [r for r in lucca.requests if r.status != 200]
    # The documentation disagrees on the largest page: one request may find out, for all collections together.
    hoped = [r for r in wrong if r.status == 400 and r.query.get("limit") == "1000"]
    ctx.check("requests: all answered 200, but for one that finds out how large pages may be",
              [f"{r.status} {r.target[:150]}" for r in wrong if r not in hoped[:1]])
    ctx.check("requests: one token", [] if len(lucca.token_requests) == 1 else [f"{len(lucca.token_requests)} token requests"])
    write = {s for t in lucca.token_requests for s in t["scopes"] if not s.endswith(".readonly")}
    ctx.check("requests: read-only scopes", sorted(write))
    pages = sum(-(-max(1, len(r)) // (1000 if n == "employee-attributes" else 100)) for n, r in lucca.tenant.collections.items())
    ctx.note(f"{len(lucca.requests)} requests; the fewest that can do the job are about {pages}")


def _layout(ctx, root, as_of, tables):
    ctx.check("layout: nothing stray under a table prefix", lake.strays(root))
    ctx.check("layout: manifest lists exactly the files present, with right rows, bytes and SHA-256",
              lake.manifest_problems(root, as_of))
    found = {p.relative_to(root).parts[:2] for p in lake.files(root)}
    due = {(lake.zone(t), t) for t in tables | {"headcount", "probation_deadlines"}}
    due |= {("personal", "personal_snapshot"), ("personal", "legacy_users"), ("personal", "unified_employees"),
            ("personal", "registre_unique_du_personnel")}  # computed, and private
    unexpected = {t for t in found - due if t[0] != "derived"}
    ctx.check("layout: the tables due, in their zones", [f"missing {t}" for t in sorted(due - found)]
              + [f"unexpected {t}" for t in sorted(unexpected)])
    ctx.check("layout: views are written", [v for v in ("duckdb.sql", "spark.sql") if not Path(root, "views", v).is_file()])


def _schema(table, paths):
    """Type of every column, the order of the last three, the same schema in every file."""
    schemas, out = [pq.ParquetFile(p).schema_arrow for p in paths], []
    out += [p for path in paths for p in lake.physical_problems(path)]
    out += ["files differ in schema" for s in schemas[1:] if not s.equals(schemas[0])][:1]
    schema, due = schemas[0], dict(expect.columns(table)) | {"_extra": "s", "_extracted_at": "t", "_run_id": "s"}
    out += [f"unexpected column {n}" for n in schema.names if n not in due]
    out += [f"no column {n}" for n in due if n not in schema.names]
    for name in set(due) & set(schema.names):
        found = schema.field(name).type
        right = pa.types.is_list(found) and found.value_type == pa.string() if due[name] in "lR" else found == lake.ARROW[due[name]]
        out += [] if right else [f"{name}: {found}"]
    out += [] if tuple(schema.names[-3:]) == expect.BOOKKEEPING else [f"ends with {schema.names[-3:]}"]
    out += ["id is nullable"] if schema.field("id").nullable else []
    return out


def _bookkeeping(rows, begun):
    """When and by which run each row was extracted."""
    now, runs = time.time(), {r["_run_id"] for r in rows}
    late = [r["_extracted_at"] for r in rows if not (begun - 2) * 1e6 <= (r["_extracted_at"] or 0) <= (now + 2) * 1e6]
    return ([f"extracted at {late[:2]}, the run began at {begun * 1e6:.0f}"] if late else []) \
        + ([f"run ids {runs}"] if len(runs) > 1 or None in runs else [])


def _views(ctx, root):
    """The generated DuckDB script, run from a directory of its own."""
    script = Path(root, "views", "duckdb.sql").read_text() if Path(root, "views", "duckdb.sql").exists() else ""
    problems, here = [], os.getcwd()
    try:
        os.chdir("/")
        with duckdb.connect() as db:
            db.execute(script)
    except duckdb.Error as error:
        problems = [str(error)[:300]]
    finally:
        os.chdir(here)
    return script if ctx.check("views: duckdb.sql runs from any directory", problems) else None


def _every_reader(ctx, root, script, table, rows, columns, key, as_of):
    def agree(reader, read, rows=rows, columns=columns):
        try:
            problems = differences(rows, renamed(table, read()), columns, key)
        except Exception as error:  # whatever a reader raises is the finding
            problems = [f"{type(error).__name__}: {str(error)[:400]}"]
        ctx.check(f"values: {table} by {reader}", problems)

    glob = f"{root}/{lake.zone(table)}/{table}/**/*.parquet"
    agree("PyArrow", lambda: lake.with_pyarrow(lake.files(root, table, as_of)))
    agree("DuckDB glob", lambda: lake.with_duckdb(f"read_parquet('{glob}')")[0])
    if script is not None:
        agree("DuckDB view", lambda: _from_view(script, table, as_of))
    for form in ("csv", "json", "parquet"):
        wanted = _as_csv(rows, columns) if form == "csv" else (rows, columns)
        agree(f"query --format {form}", lambda form=form: _queried(ctx, root, table, form, dict(columns), as_of), *wanted)


def _from_view(script, table, as_of):
    rows, types = lake.with_duckdb(f'"{table}"', script)
    assert types.get("as_of") == "DATE", f"as_of is {types.get('as_of')}"
    assert {r["as_of"] for r in rows} <= {str(as_of)}, "rows of another day"
    return rows


def _queried(ctx, root, table, form, kinds, as_of):
    """Rows as the program's own `query` prints them, parsed back."""
    target = ctx.new_lake().with_suffix("." + form)
    result = ctx.program.query(root, f'SELECT * FROM {table}', "--format", form, "-o", target)
    assert result.code == 0, result.tail()
    if form == "parquet":
        rows = lake.with_pyarrow([target])
    elif form == "json":
        rows = [_typed(r, kinds, json_form=True) for r in json.loads(target.read_text())]
    else:
        rows = [_typed(r, kinds) for r in csv.DictReader(io.StringIO(target.read_bytes().decode(), newline=""))]
    assert all(str(r["as_of"]) == str(as_of) for r in rows), "as_of is not the snapshot's day"
    return rows


def _as_csv(rows, columns):
    """Expected rows and columns as far as CSV can tell: null is an empty cell, and a list has no one spelling."""
    columns = [(name, kind) for name, kind in columns if kind not in "lR"]
    json_columns = {name for name, kind in columns if kind == "j"}

    def cell(name, value):
        if isinstance(value, AnyOf):
            return AnyOf(tuple(cell(name, option) for option in value.options))
        return "" if value is None and name not in json_columns else value

    return [{name: cell(name, row[name]) for name, _ in columns} for row in rows], columns


def _typed(row, kinds, json_form=False):
    """Cells as the kinds say. JSON may leave nulls out; CSV has only text."""
    out = dict.fromkeys(kinds) | dict(row)
    for name, kind in kinds.items():
        value = out[name]
        if kind == "t" and value:
            text = re.sub(r"([+-]\d\d)$", r"\1:00", value.replace(" ", "T"))
            out[name] = expect.micros(text if re.search(r"(Z|\d[+-]\d\d:\d\d)$", text) else text + "Z")
        elif kind == "j" and json_form and isinstance(value, (dict, list)):
            out[name] = json.dumps(value)
        elif kind == "f" and json_form and value is not None:
            out[name] = float(value)
        elif kind == "j" and not json_form:
            out[name] = value or None
        elif not json_form and value and kind in "infb":
            out[name] = {"true": True, "false": False}[value] if kind == "b" else float(value) if kind == "f" else int(value)
    return out
