"""Every public reader sees every value of a lake with a history."""
import time
from datetime import timedelta

import pyarrow.parquet as pq

import people
from canonical import differences
from context import expected, unequal
from readers import READERS
from snapshots import published, without_columns

# Where a lake should not be, and may be: patterns, quotes, escapes and what looks like a partition, all in one path.
ODD = "env=prod/l'a ké [b] {c} #1 50%41 +&?*"
# Columns that the older version does not know yet, and the definition that the older tenant does not have yet.
LATER = {"departments": ["owning_application"], "business_establishments": ["is_headquarters", "industry_code_value"],
         "employment_templates": ["legal_entity_ids"], "employees": ["_extra", "birth_day", "last_updated_at"],
         "job_positions": ["ends_on", "redacted"], "personal_attributes": ["value_number", "value_boolean"]}
LATER_DEFINITION = "e_motto"
# These take `env=` in the lake's own address for one more partition column.
READ_THE_ADDRESS = {"DuckDB glob", "Polars glob", "Polars files"}


def readers(ctx):
    """DuckDB, PyArrow, Polars, DataFusion, Spark and `query`, by glob, by view and by manifest: equal in every value and type."""
    root = ctx.new_lake() / ODD
    days = _three_days(ctx, root)
    tables = published(root)
    ctx.check("readers: the lake has a table without rows and one with another schema per day",
              {t.table().num_rows == 0 for t in tables.values()} == {True, False} and _changed(tables["personal_snapshot"]))
    wanted = {name: table.table() for name, table in tables.items()}
    ctx.note(f"{len(tables)} tables, {len(days)} days, {sum(t.num_rows for t in wanted.values())} rows")
    for name, read in READERS.items():
        begun, problems = time.monotonic(), []
        for table in tables.values():
            found = compared(ctx.program, root, table, read, wanted[table.name], ("env",) if name in READ_THE_ADDRESS else ())
            problems += [f"{table.name}: {p}" for p in found]
        ctx.check(f"readers: {name}", problems)
        ctx.note(f"{name}: {time.monotonic() - begun:.1f} s")


def compared(program, root, table, read, wanted, ignored=()):
    """What a reader sees otherwise than each file read by itself."""
    try:
        return differences(wanted, read(program, root, table), ignored)
    except Exception as error:  # whatever a reader raises is the finding
        return [f"{type(error).__name__}: {str(error)[:300]}"]


def _changed(table):
    """Whether the columns differ between days."""
    return len({tuple(pq.read_schema(path).names) for path in table.paths()}) > 1


# A table that is suddenly empty is held back otherwise, and here it is what is wanted.
CHANGED = ("--tolerate", "rows_dropped,values_dropped")


def _three_days(ctx, root):
    """One day of an older version, one published twice, one of a tenant with next to nothing."""
    never = ("occupation-categories",)
    lucca = ctx.server(lambda origin: _before(people.build(origin, empty=never)))
    first = lucca.tenant.as_of
    second, third = first + timedelta(days=1), first + timedelta(days=400)
    ctx.synced("readers, first day", lucca, root)
    ctx.check("readers: the first day is as served", unequal(root, expected(lucca), first))
    without_columns(root, str(first), LATER)
    result = ctx.program.run("verify", "--lake", root, "--as-of", first)
    ctx.check("readers: the older version's snapshot is sound", [] if result.code == 0 else [result.tail()])
    lucca.serve(people.build(lucca.origin, empty=never + ("professions",)))
    ctx.synced("readers, second day", lucca, root, as_of=second, flags=CHANGED)
    lucca.serve(people.build(lucca.origin, empty=never))
    ctx.synced("readers, second day again", lucca, root, as_of=second)
    ctx.check("readers: the second day is as served", unequal(root, expected(lucca), second))
    lucca.serve(people.build(lucca.origin, empty=never + ("job-positions", "employee-personal-records")))
    ctx.synced("readers, third day", lucca, root, as_of=third)
    ctx.check("readers: the third day is as served", unequal(root, expected(lucca), third))
    return first, second, third


def _before(tenant):
    """The tenant before its administrator added one more definition."""
    collections = tenant.collections
    collections["employee-attribute-definitions"] = [d for d in collections["employee-attribute-definitions"]
                                                     if d["id"] != LATER_DEFINITION]
    collections["employee-attributes"] = [a for a in collections["employee-attributes"]
                                          if a["definition"]["id"] != LATER_DEFINITION]
    return tenant
