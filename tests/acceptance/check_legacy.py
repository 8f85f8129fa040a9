"""A tenant with only a key: the same lake as through an application, and tables that keep what was made for v3."""
import json
from collections import Counter
from pathlib import Path

import canonical
import legacy_oracle
import portable as engines
import pyarrow.parquet as pq
import readers
from check_portable import OF_A_KEY, problems, snapshot_of
from spark import lucca_queries

TODAY = "2026-03-15"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "legacy"
# The application of the same tenant.
APPLICATION = {"LUCCA_CLIENT_ID": "fake-client", "LUCCA_CLIENT_SECRET": "fake-secret"}
# Differences that there have to be, and why.
EXPECTED = {}


def legacy(ctx):
    """One tenant read both ways: equal but for what the older APIs cannot say; DuckDB and Spark compute the same from it."""
    with ctx.program.fake_tenant("--legacy-key", "--employees", 180, "--today", TODAY) as key:
        application = {name: value for name, value in key.items() if name != "LUCCA_API_KEY"} | APPLICATION
        application["LUCCA_TOKEN_URL"] = key["LUCCA_BASE_URL"] + "/connect/token"
        v5, old = ctx.new_lake(), ctx.new_lake()
        for name, names, root in (("an application", application, v5), ("a key", key, old)):
            result = ctx.program.run("sync", "--as-of", TODAY, "--lake", root, env=names)
            ctx.check(f"legacy: a sync through {name} ends well", [] if result.code == 0 else [result.tail()])
        _compared(ctx, v5, old)
        _both_ways(ctx, key | application)
        routes = legacy_oracle.Routes(key["LUCCA_BASE_URL"], key["LUCCA_API_KEY"])
        users, departments = routes.users(), routes.departments()
    for name, root in (("v5", v5), ("the older APIs", old)):
        _as_v3(ctx, name, root, "legacy_users", legacy_oracle.users(users))
        _as_v3(ctx, name, root, "legacy_departments", legacy_oracle.departments(departments, users, TODAY))
    _computed(ctx, old)
    for path in sorted(EXAMPLES.glob("*.sql")):
        _example(ctx, old, path)


def _compared(ctx, v5, old):
    """Only the differences that are declared."""
    both = ["compare-sources", "--left", v5, "--right", old, "--format", "json"]
    result = ctx.program.run(*both, *(["--accept", ",".join(EXPECTED)] if EXPECTED else []))
    told = json.loads(result.out)
    for table in told["tables"]:
        if table["verdict"] in ("differs", "only_left", "only_right"):
            columns = {c["column"]: c for c in table.get("columns", ()) if c["verdict"] in ("differs", "only_left", "only_right")}
            ctx.note(f"{table['table']}: {table['verdict']}, rows {table.get('rows')}, {json.dumps(columns)[:600]}")
    verdicts = Counter(table["verdict"] for table in told["tables"])
    ctx.note(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    ctx.check("legacy: both ways say the same but for what is expected", [] if result.code == 0 else [result.tail()])
    plain = ctx.program.run(*both)
    accepted = {f"{t['table']}.{c['column']}" for t in told["tables"] for c in t.get("columns", ()) if c["verdict"] == "accepted"}
    accepted |= {f"{t['table']}.rows" for t in told["tables"] if t.get("rows", {}).get("verdict") == "accepted"}
    accepted |= {t["table"] for t in told["tables"] if t["verdict"] == "accepted"}
    ctx.check("legacy: every expected difference is there", sorted(set(EXPECTED) - accepted))
    ctx.check("legacy: differences have code 5", plain.code == (5 if EXPECTED else 0))


def _both_ways(ctx, both):
    """The command that reads by itself says the same as the two lakes did."""
    accept = ["--accept", ",".join(EXPECTED)] if EXPECTED else []
    result = ctx.program.run("compare-sources", "--as-of", TODAY, *accept, env=both, timeout=300)
    ctx.check("legacy: compare-sources reads a tenant both ways", [] if result.code == 0 else [result.tail()])
    alone = ctx.program.run("compare-sources", env={n: v for n, v in both.items() if n != "LUCCA_API_KEY"})
    ctx.check("legacy: and says what it needs", alone.code == 2 and "needs an application and a key" in alone.err)


def _as_v3(ctx, name, root, table, wanted):
    """Every mapped column as the older APIs give it."""
    _, tables = snapshot_of(root)
    columns = list(next(iter(wanted.values())))
    found = {row[0]: dict(zip(columns, row)) for row in canonical.rows(tables[table], columns)}
    wrong = [f"{len(found)} rows, expected {len(wanted)}"] if found.keys() != wanted.keys() else []
    pairs = ((id_, column, found[id_][column], value) for id_ in found.keys() & wanted.keys() for column, value in wanted[id_].items())
    different = Counter(column for _, column, ours, theirs in pairs if ours != theirs)
    ctx.check(f"legacy: {table} of {name} is what the older APIs said", wrong + [f"{c}: {n} rows" for c, n in different.items()])


def _computed(ctx, root):
    """Derived tables of a lake read with a key are the same in every engine."""
    snapshot, published = snapshot_of(root)
    queries = lucca_queries.read_queries(lucca_queries.QUERIES)
    shown = [query for query in queries if not query.internal and query.name in published]
    ctx.note(f"{len(shown)} derived tables, {len(published)} tables")
    ctx.check("legacy: derived tables are there", len(shown) > 25)
    absences = {query.name for query in queries if query.name in OF_A_KEY and not query.internal}
    ctx.check("legacy: those of absences too", sorted(absences - published.keys()))
    for name, compute in {"DuckDB": engines.in_duckdb, "Spark": engines.in_spark}.items():
        results, _ = compute(snapshot, queries)
        ctx.check(f"legacy: derived tables in {name}", problems(shown, published, results))


def _example(ctx, root, path):
    """A statement of examples/ in the program, in DuckDB and in Spark."""
    sql, target = path.read_text(), ctx.new_lake()
    asked = ctx.program.run("query", "--lake", root, "-f", path, "--format", "parquet", "-o", target)
    if not ctx.check(f"legacy: {path.name} is answered", [] if asked.code == 0 else [asked.tail()]):
        return
    wanted = pq.read_table(target)
    empty = [name for name in wanted.column_names if wanted.column(name).null_count == wanted.num_rows]
    ctx.check(f"legacy: {path.name} fills its columns", wanted.num_rows > 100 and not empty or [f"{wanted.num_rows} rows, {empty}"])
    for name, found in (("DuckDB", readers.duckdb_with_views(root).sql(sql).to_arrow_table()),
                        ("Spark", readers.spark_with_views(root).sql(sql).toArrow())):
        rows = zip(canonical.rows(wanted), canonical.rows(found))
        same = all(engines.same(a, b) for left, right in rows for a, b in zip(left, right))
        ctx.check(f"legacy: {path.name} in {name}", same and wanted.num_rows == found.num_rows and wanted.column_names == found.column_names)
