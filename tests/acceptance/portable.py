"""The queries of the folder in other engines, and what makes their results equal to a published table."""
import math
import re
from decimal import Decimal

import duckdb

import canonical
from spark import lucca_queries, session


class Result:
    """What an engine made of one query: the table, and whether the query says in which order."""

    def __init__(self, query, table):
        self.query, self.table, self.ordered = query, table, ends_in_order(query.sql)


def in_duckdb(snapshot, queries):
    """Query name → `Result`, and [(query, missing table)] of those that could not run."""
    results, computed = {}, {query.name for query in queries}
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'; SET threads = 2")
        for table, files in snapshot.tables.items():
            if table not in computed:
                listed = ", ".join("'{}'".format(re.sub(r"([*?\[])", r"[\1]", file).replace("'", "''")) for file in files)
                db.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{listed}], hive_partitioning = false)")

        def attempt(query):
            try:
                table = db.sql(query.on(snapshot.as_of)).to_arrow_table()
            except duckdb.CatalogException as error:
                missing = re.search(r"Table with name (\w+) does not exist", str(error))
                if missing is None:
                    raise
                return missing[1]
            results[query.name] = Result(query, table)
            db.register(query.name, table)
            return None

        return results, lucca_queries.in_order(queries, attempt)


def in_spark(snapshot, queries):
    """The same with the functions of the example job, before it casts to the declared types."""
    results, spark = {}, session().newSession()

    def sink(query, rows):
        results[query.name] = Result(query, rows.toArrow())
        return spark.createDataFrame(results[query.name].table)

    return results, lucca_queries.run(spark, snapshot, queries, sink)


def ends_in_order(sql):
    """Whether the statement itself, and not a subquery, ends in ORDER BY."""
    _, found, rest = re.sub(r"--[^\n]*|'[^']*'", " ", sql).upper().rpartition("ORDER BY")
    depth = 0
    for character in rest:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return bool(found)


def same(wanted, found):
    """Whether an engine's value is the published one. A double may differ in its last digits and a decimal may stand for a number;
    nothing else may."""
    if isinstance(wanted, float) and isinstance(found, (float, int, Decimal)) and not isinstance(found, bool):
        return math.isclose(wanted, float(found), rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(found, Decimal):
        found = int(found) if found == found.to_integral_value() else found
    return type(wanted) is type(found) and wanted == found


def unlike(wanted, result, limit=4):
    """The first differences between a published table and what an engine computed, as text."""
    names, found = wanted.column_names, result.table
    if found.column_names != names:
        return [f"columns {found.column_names}, expected {names}"]
    left, right = canonical.rows(wanted), canonical.rows(found)
    if len(left) != len(right):
        return [f"{len(right)} rows, expected {len(left)}"]
    if not result.ordered:
        left, right = sorted(left, key=_without_doubles), sorted(right, key=_without_doubles)
    out = []
    for number, (expected, actual) in enumerate(zip(left, right)):
        out += [f"row {number} {n}: {b!r}, expected {a!r}"[:300] for n, a, b in zip(names, expected, actual) if not same(a, b)]
        if len(out) >= limit:
            break
    return out[:limit]


def _without_doubles(row):
    return repr([None if isinstance(value, (float, Decimal)) else value for value in row])
