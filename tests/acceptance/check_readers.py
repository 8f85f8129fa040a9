"""Every public reader sees every value of a lake with a history."""
import time
from datetime import timedelta

import pyarrow.parquet as pq

import people
from canonical import differences
from context import expected, unequal
from readers import COMMENTS, COUNTS, DESCRIPTIONS, PROVENANCE, READERS
from snapshots import published, without_columns

# Where a lake should not be, and may be: patterns, quotes, escapes and what looks like a partition, all in one path.
ODD = "env=prod/l'a ké [b] {c} #1 50%41 +&?*"
# Columns that the older version does not know yet, and the definition that the older tenant does not have yet.
LATER = {"departments": ["owning_application"], "business_establishments": ["is_headquarters", "industry_code_value"],
         "employment_templates": ["legal_entity_ids"], "employees": ["_extra", "birth_day", "last_updated_at"],
         "job_positions": ["ends_on", "redacted"], "personal_attributes": ["value_number", "value_boolean"]}
LATER_DEFINITION = "e_motto"
# A definition, what it was called before, and what it is called.
RENAMED = "e_tShirtSize", "Shirt (old)", "Custom “e_tShirtSize” 😀"
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
    _names_mean_the_same(ctx, root, tables, days[-1])
    _views_say_what_they_are(ctx, root)
    _files_say_what_they_are(ctx, root, days)


def _names_mean_the_same(ctx, root, tables, newest):
    """A table's own name is the newest day, whoever reads it, and `all_days` is all days."""
    rows = {name: table.table().num_rows for name, table in published(root, str(newest)).items()}
    wanted = rows | {f"all_days.{name}": tables[name].table().num_rows for name in rows}
    ctx.check("readers: a count of all days is not that of the newest", any(wanted[f"all_days.{name}"] > n > 0 for name, n in rows.items()))
    for name, count in COUNTS.items():
        try:
            found = count(ctx.program, root, sorted(rows))
            problems = [f"{table}: {n}, {name} says {found.get(table)}" for table, n in wanted.items() if found.get(table) != n]
        except Exception as error:  # whatever a reader raises is the finding
            problems = [f"{type(error).__name__}: {str(error)[:300]}"]
        ctx.check(f"readers: count(*) by {name} is that of the newest day, and that of all days", problems)


def _views_say_what_they_are(ctx, root):
    """Meaning and privacy class, of what the program defines and of the tenant's own columns."""
    for name, read in COMMENTS.items():
        table, columns = read(ctx.program, root, "employees")
        ctx.check(f"readers: {name} shows what employees are", [] if "one row per employee. The newest day" in table else [table])
        ctx.check(f"readers: {name} shows it of every column", [c for c, said in columns.items() if " Privacy: " not in (said or "")])
        table, columns = read(ctx.program, root, "personal_snapshot")
        ctx.check(f"readers: {name} shows the tenant's own columns", [f"{c}: {said}" for c, said in columns.items() if not said]
                  + ([] if "Privacy: sensitive." in columns.get("e_motto", "") else [columns.get("e_motto", "no e_motto")]))


def _files_say_what_they_are(ctx, root, days):
    """Each file what its columns mean, also where days call them otherwise; and whose it is."""
    name, before, now = RENAMED
    first, last = [published(root, str(day)) for day in (days[0], days[-1])]
    for reader, read in DESCRIPTIONS.items():
        for tables, label in ((first, before), (last, now)):
            said = read(tables["personal_snapshot"].paths()[0])
            wanted = [label, name, "sensitive", "taxonomy 45"]
            ctx.check(f"readers: {reader} shows {label} in a file", [] if all(w in said["e_t_shirt_size"] for w in wanted) else [said["e_t_shirt_size"]])
        said = read(last["employees"].paths()[0])
        ctx.check(f"readers: {reader} shows what every column of a file is", [c for c, text in said.items() if len(text) < 12])
    for reader, read in PROVENANCE.items():
        problems = []
        for table in last.values():
            said = read(table.paths()[0])
            wanted = {"table": table.name, "zone": table.zone, "as_of": str(days[-1]), "tenant": "127.0.0.1"}
            found = {key: said.get(f"lucca-lake.{key}") for key in wanted}
            problems += [] if found == wanted and said.get("lucca-lake.run_id") else [f"{table.name}: {found}"]
        ctx.check(f"readers: {reader} shows whose each file is, and of which day", problems)


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
    """The tenant before its administrator added one more definition, and called another otherwise."""
    collections = tenant.collections
    name, before, _ = RENAMED
    for definition in collections["employee-attribute-definitions"]:
        if definition["id"] == name:
            definition["name"] = before
    collections["employee-attribute-definitions"] = [d for d in collections["employee-attribute-definitions"]
                                                     if d["id"] != LATER_DEFINITION]
    collections["employee-attributes"] = [a for a in collections["employee-attributes"]
                                          if a["definition"]["id"] != LATER_DEFINITION]
    return tenant
