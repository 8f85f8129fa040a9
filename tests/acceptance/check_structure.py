"""Organisation, legal and unified tables against the slow oracle, over generated tenants and hand-made awkward ones."""
import random
from datetime import date, timedelta
from pathlib import Path

import analytics
import analytics_people
import lake
import people
import structure_oracle as oracle
import unified_oracle as unified
from compare import differences
from organisation import HIDDEN, Urls

# Table → (what it must hold, its key). Order of rows is compared with the order of the key columns given last.
EQUAL = {
    "department_closure": (oracle.department_closure, ("descendant_id", "ancestor_id")),
    "manager_closure": (oracle.manager_closure, ("report_id", "manager_id")),
    "span_of_control": (oracle.span_of_control, ("manager_id",)),
    "registre_unique_du_personnel": (oracle.registre, ("employment_id",)),
    "probation_deadlines": (oracle.probation, ("probationary_period_id",)),
    "unified_companies": (unified.companies, ("id",)), "unified_groups": (unified.groups, ("id",)),
    "unified_locations": (unified.locations, ("id",)), "unified_job_roles": (unified.job_roles, ("type", "id")),
    "unified_employments": (unified.employments, ("id",)), "unified_employees": (unified.employees, ("id",)),
}


def structure(ctx):
    """Closures, spans, suppressed counts, the staff register and the unified tables against a computation of our own."""
    for seed, employees in ((1, 40), (2, 250), (3, 400)):
        root = ctx.new_lake()
        result = ctx.program.run("demo", "--lake", root, "--seed", seed, "--employees", employees, "--attributes", "off", "-q")
        if ctx.check(f"structure: demo of {employees} people", [] if result.code == 0 else [result.tail()]):
            _compare(ctx, f"{employees} generated people", root)
    for name, tenant in (("awkward people", people.build), ("cycles and orphans", _cycles), ("long chains", _chains),
                         ("cells near five", _cells), ("nobody", lambda origin: people.build(origin, empty=("all",)))):
        lucca, root = ctx.server(tenant), ctx.new_lake()
        if ctx.synced(f"structure: {name}", lucca, root, flags=("--attributes", "off")).code == 0:
            _compare(ctx, name, root)


def _compare(ctx, name, root):
    days = {p.parent.name.removeprefix("as_of=") for p in Path(root).glob("*/employees/*/*.parquet")}
    assert len(days) == 1, days
    as_of = days.pop()
    tables = {p.parent.parent.name: lake.with_pyarrow([p]) for z in ("core", "personal") for p in Path(root, z).glob("*/*/*.parquet")}
    for table, (expected, key) in EQUAL.items():
        wanted, found = expected(tables, as_of), _rows(root, table)
        columns = [(c, "") for c in (wanted[0] if wanted else {})]
        extra = set(found[0]) - set(wanted[0]) if wanted and found and table != "probation_deadlines" else set()
        ctx.check(f"structure: {name}: {table}", differences(wanted, found, columns, key) + [f"column {c}" for c in sorted(extra)])
    ctx.check(f"structure: {name}: the closures are transitive", _transitive(_rows(root, "department_closure"), "ancestor_id",
              "descendant_id") + _transitive(_rows(root, "manager_closure"), "manager_id", "report_id"))
    there = analytics.People({t: tables[t] for t in ("employments", "job_positions", "departments")})
    _rolled_up(ctx, name, there, date.fromisoformat(as_of).toordinal(), _rows(root, "headcount_rollup"))
    ctx.check(f"structure: {name}: the register is in order", _register_order(_rows(root, "registre_unique_du_personnel")))
    _exercised(ctx, name, root)
    _suppressed(ctx, name, root, oracle.cells_of_people(tables, as_of))


def _rolled_up(ctx, name, there, as_of, rows):
    """The roll-up where departments are in circles, below nobody, and deeper than a walk follows them."""
    columns = analytics_people.ROLLUP.split()
    wanted = [dict(zip(columns, row)) for row in analytics_people.rollup(there, as_of)]
    key = ("axis", "department_id", "legal_entity_id")
    ctx.check(f"structure: {name}: headcount_rollup", differences(wanted, rows, [(c, "") for c in columns], key))
    ctx.check(f"structure: {name}: headcount_rollup adds up", analytics_people.rollup_problems(there, as_of, rows))
    due = {"cycles and orphans": [("a root of a circle", lambda r: r["is_root"] and r["department_id"] in ("9001", "9002", "9004")),
                                  ("a member of one", lambda r: r["depth"] == 4 and r["department_id"] == "9005"),
                                  ("an orphan", lambda r: r["is_root"] and r["department_id"] == "9012")],
           "long chains": [("somebody 103 steps down", lambda r: r["depth"] == 103 and r["headcount"])]}
    if name in due:
        missing = [f"no row shows {what}" for what, is_it in due[name] if not any(map(is_it, rows))]
        ctx.check(f"structure: {name}: headcount_rollup has its cases", missing)


def _exercised(ctx, name, root):
    """The awkward tenants have what they were made for, or the checks above prove nothing."""
    due = {"cycles and orphans": [("department_closure", "is_cycle"), ("department_closure", "is_orphan"), ("manager_closure", "is_cycle"),
                                  ("span_of_control", "is_cycle")],
           "long chains": [("department_closure", "is_cut"), ("manager_closure", "is_cut"), ("span_of_control", "has_left")]}
    missing = [f"no row of {table} has {flag}" for table, flag in due.get(name, []) if not any(r[flag] for r in _rows(root, table))]
    if name in due:
        ctx.check(f"structure: {name}: all cases occur", missing)


def _rows(root, table):
    return lake.with_pyarrow(list(Path(root).glob(f"*/{table}/*/*.parquet")))


def _transitive(rows, above, below):
    """Whoever is above somebody's ancestor is above them too, unless a chain was cut."""
    pairs = {(r[above], r[below]) for r in rows}
    cut = {r[below] for r in rows if r["is_cut"]}
    ancestors = {}
    for a, b in pairs:
        ancestors.setdefault(b, set()).add(a)
    return [f"{c} is above {a}, who is above {b}, but not above {b}" for b, over in ancestors.items() if b not in cut
            for a in over for c in ancestors.get(a, ()) if (c, b) not in pairs][:3]


def _register_order(rows):
    out, pages = [], {}
    for row in rows:
        pages.setdefault((row["section"], row["business_establishment_id"]), []).append(row)
    for page, lines in pages.items():
        out += [] if [r["entry_number"] for r in lines] == list(range(1, len(lines) + 1)) else [f"{page}: numbers are not 1, 2, 3 …"]
        out += [] if [r["entry_date"] for r in lines] == sorted(r["entry_date"] for r in lines) else [f"{page}: not in order of hiring"]
    return out


def _suppressed(ctx, name, root, people):
    """The two tables of small cells: each by itself, and what both tell together."""
    shown, bare, told = {}, {}, {}
    for table, axes in (("age_pyramid", oracle.AXES[:3]), ("gender_balance", oracle.AXES)):
        banded, rows = table == "age_pyramid", _rows(root, table)
        cells, found, problems, told[table] = oracle.published(people, axes, banded), {}, [], {}
        for r in rows:
            unit = (r["unit_id"], *(r.get(c) for c in ("department_level", "occupation_category_id", "is_manager")))
            told[table].setdefault((r["axis"], unit), {}).setdefault(r["gender"], []).append(r["headcount"] or 0)
            if "hidden" not in (r["gender"], r.get("age_band")):
                problems += [f"{r}: a second time"] if (r["axis"], unit, r["gender"], r.get("age_band")) in found else []
                found[r["axis"], unit, r["gender"], r.get("age_band")] = r["headcount"]
            problems += [f"{r}: is_suppressed"] if r["is_suppressed"] != (r["headcount"] is None) else []
        problems += [f"rows {sorted(set(cells) ^ set(found), key=str)[:3]}"] if set(cells) != set(found) else []
        problems += [f"{k}: {n} shown, {cells.get(k)} are there" for k, n in found.items() if n is not None and n != cells.get(k)]
        for axis in axes:
            there = {unit: sum(p[axis] == unit for p in people) for unit in {k[1] for k in cells if k[0] == axis}}
            adds = {unit: sum(map(sum, genders.values())) for (a, unit), genders in told[table].items() if a == axis}
            problems += [f"{axis}: {adds} add up, {there} are there"] if adds != there else []
        ctx.check(f"structure: {name}: {table} adds up to everybody on each axis", problems)
        shown |= {k: n for k, n in found.items() if n is not None}
        bare |= {k: n for k, n in cells.items() if n >= 5}
        ctx.note(f"{sum(n is not None for n in found.values())} of {len(found)} cells of {table} shown")
    ctx.check(f"structure: {name}: both tables show no small cell", oracle.suppression_problems(people, shown))
    balance, ages = ({(unit, g): sum(n) for unit, genders in told[t].items() for g, n in genders.items() if unit[0] != "group"}
                     for t in ("gender_balance", "age_pyramid"))
    ctx.check(f"structure: {name}: genders that are shown are as many in both tables",
              [f"{k}: {n}, {ages.get(k)}" for k, n in balance.items() if (*k[0], k[1], None) in shown and n != ages.get(k)])
    if name == "cells near five":
        ctx.check(f"structure: {name}: more than small cells has to be hidden", bool(oracle.suppression_problems(people, bare)))


def _cycles(origin):
    """Departments and managers in circles of one, two and five, with people hanging off them, and parents nobody sees."""
    tenant, urls = people.build(origin), Urls(origin)
    departments, positions = tenant.collections["departments"], tenant.collections["job-positions"]
    parents = {"9001": "9001", "9002": "9003", "9003": "9002", "9004": "9005", "9005": "9006", "9006": "9007", "9007": "9008",
               "9008": "9004", "9009": "9006", "9010": "9009", "9011": "9001", "9012": "unseen", "9013": "9012"}
    for id_, parent in parents.items():
        departments.append(departments[0] | urls.ref("department", id_) | {"parent": urls.ref("department", parent), "name": f"N{id_}"})
    for n, position in enumerate(positions):
        me = int(position["employee"]["id"])
        manager = me if n % 11 == 0 else me ^ 1 if n % 11 < 3 else 1001 + (me * 7 + 3) % 120 if n % 11 < 8 else None
        position["manager"] = urls.ref("employee", str(manager) if manager else None)
        if n % 2:
            position["department"] = urls.ref("department", list(parents)[n // 2 % len(parents)])
    return tenant


def _chains(origin):
    """One chain of managers and one of departments, both longer than is followed; the last manager left long ago."""
    tenant, urls = people.build(origin), Urls(origin)
    day = str(tenant.as_of)
    employed = list(dict.fromkeys(r["employee"]["id"] for r in tenant.collections["job-positions"]
                                  if r["startsOn"] <= day and (not r.get("endsOn") or r["endsOn"] >= day)))
    above = dict(zip(employed[1:], employed))
    left = next(r["id"] for r in tenant.collections["employees"] if r["status"] == "deactivated")
    for position in tenant.collections["job-positions"]:
        position["manager"] = urls.ref("employee", above.get(position["employee"]["id"], left))
    first = tenant.collections["departments"][0]
    for n in range(105):
        parent = urls.ref("department", str(8000 + n - 1) if n else None)
        tenant.collections["departments"].append(first | urls.ref("department", str(8000 + n)) | {"parent": parent, "level": n + 1})
    for n, position in enumerate(tenant.collections["job-positions"]):
        position["department"] = urls.ref("department", str(8104 - n % 20 if n % 2 else 8000 + n % 20))
    return tenant


def _cells(origin):
    """Ages, genders, departments and categories such that many cells have about five people."""
    tenant, urls, dice = people.build(origin, scale=4), Urls(origin), random.Random(5)
    hidden = [r["id"] for r in tenant.collections["employments"] if r["employee"]["id"] == HIDDEN["employee"]]
    for name, key in (("employments", "id"), ("job-positions", "employment"), ("probationary-periods", "employment")):
        kept = [r for r in tenant.collections[name] if (r[key] if key == "id" else r[key]["id"]) not in hidden]
        tenant.collections[name] = kept  # one person for all crews, whose contracts would overlap
    for record in tenant.collections["employee-personal-records"]:
        record["legalGender"] = dice.choice(["male", "male", "female", "female", "female", "diverse"])
        years = dice.choice([16, 22, 27, 27, 31, 31, 31, 36, 42, 77])
        record["birthDate"] = str(tenant.as_of - timedelta(days=years * 365 + dice.randrange(400)))
    for position in tenant.collections["job-positions"]:
        position["department"] = urls.ref("department", dice.choice(["301", "301", "302", "303"]))
        position["occupationCategory"] = urls.ref("occupation-category", dice.choice(["401"] * 14 + [None]))
        position["manager"] = urls.ref("employee", str(1001 + dice.randrange(60)))
    return tenant
