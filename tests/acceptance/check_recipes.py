"""The statements of docs/recipes.md give the same rows in DuckDB and in Spark, by the lake's own views, as in the program itself."""
import re
from pathlib import Path

import pyarrow.parquet as pq

import canonical
import portable as engines
import readers

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "recipes.md"
DAY = "2026-03-31"


def recipes(ctx):
    """Each recipe unchanged, over the demo's tenant: equal in columns, rows and order."""
    root = ctx.new_lake()
    made = ctx.program.run("demo", "--as-of", DAY, "--lake", root)
    ctx.check("recipes: the demo ends well", [] if made.code == 0 else [made.tail()])
    found = re.findall(r"^### (.+?)\n.*?^```sql\n(.*?)^```$", GUIDE.read_text(), flags=re.M | re.S)
    ctx.check("recipes: they are found", len(found) >= 27)
    duckdb, spark = readers.duckdb_with_views(root), readers.spark_with_views(root)
    answers = {"DuckDB": lambda sql: duckdb.sql(sql).to_arrow_table(), "Spark": lambda sql: spark.sql(sql).toArrow()}
    for name, ask in answers.items():
        problems = [f"{title}: {p}" for title, sql in found for p in _problems(ctx, root, sql, ask)]
        ctx.check(f"recipes: {name} answers what query answers", problems)


def _problems(ctx, root, sql, ask):
    target = ctx.new_lake()
    asked = ctx.program.query(root, sql, "--format", "parquet", "-o", target)
    if asked.code != 0:
        return [asked.tail()]
    wanted = pq.read_table(target)
    try:
        found = ask(sql)
    except Exception as error:  # whatever an engine raises is the finding
        return [f"{type(error).__name__}: {str(error)[:300]}"]
    if found.column_names != wanted.column_names:
        return [f"columns {found.column_names}, expected {wanted.column_names}"]
    left, right = canonical.rows(wanted), canonical.rows(found)
    if len(left) != len(right):
        return [f"{len(right)} rows, expected {len(left)}"]
    pairs = ((a, b) for expected, actual in zip(left, right) for a, b in zip(expected, actual))
    return [f"{b!r}, expected {a!r}" for a, b in pairs if not engines.same(a, b)][:3]
