"""The tables about people and months against `analytics`, which works them out day by day."""
import subprocess
from collections import Counter
from datetime import date

import analytics
import analytics_due
import analytics_people
import careers
import derived
import lake

SOURCES = ("employees", "employments", "job_positions", "employment_templates", "departments", "legal_entities", "business_establishments",
           "job_qualifications", "occupation_categories", "probationary_periods")
# Of an id: the table it leads to, its column there, and the columns that repeat it, by the column of the id.
NAMES = {"legal_entity": ("legal_entities", "legal_name", "legal_entity_name"),
         "business_establishment": ("business_establishments", "name", "business_establishment_name"),
         "department": ("departments", "name", "department_name"), "template": ("employment_templates", "title", "template_title"),
         "job_qualification": ("job_qualifications", "title", "job_qualification_title"),
         "occupation_category": ("occupation_categories", "title", "occupation_category_title")}
REPEATED = [(f"{end}{id_}_id", table, column, f"{end}{name}") for id_, (table, column, name) in NAMES.items()
            for end in ("", "other_", "previous_")]
REPEATED += [(f"{who}_id", "employees", column, f"{who}_{column}") for who in ("employee", "manager", "report")
             for column in ("given_name", "family_name", "email")]
# Table → how many names it repeats, so that none is left out.
NAMED = {"assignment_history": 6, "employment_spells": 1, "headcount_monthly": 3, "headcount_rollup": 2, "movements": 9,
         "movements_monthly": 3, "tenure": 4, "contract_end_dates": 5, "upcoming_changes": 10, "people_current": 10,
         "manager_closure": 6, "span_of_control": 3}
# These careers overlap and leave things out on purpose, far beyond what a gate lets through.
DIRTY = ("--tolerate", "overlapping_intervals,values_below_floor,rows_dropped,values_dropped")
# Generated tenants: seed, people, the day they live in.
GENERATED = [(3, 250, "2026-11-25"), (17, 120, "2024-02-29"), (58, 400, "2025-12-31")]


def analytics_tables(ctx):
    """Spells, assignments, headcounts, movements, turnover, tenure and what is due, over several tenants and days."""
    lucca, root = ctx.server(careers.build), ctx.new_lake()
    for day in careers.DAYS:
        if ctx.synced(f"analytics {day}", lucca, root, as_of=day, flags=DIRTY).code == 0:
            _compare(ctx, root, f"careers {day}", day)
    for seed, people, day in GENERATED:
        _generated(ctx, seed, people, day)


def _generated(ctx, seed, people, day):
    root = ctx.new_lake()
    serving = subprocess.Popen([ctx.program.binary, "fake-tenant", "--seed", str(seed), "--employees", str(people), "--today", day,
                                "--requests-per-minute", "100000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        names = dict(serving.stdout.readline().strip().removeprefix("export ").split("=", 1) for _ in range(4))
        result = ctx.program.run("sync", "--as-of", day, "--requests-per-minute", "100000",
                                 env=names | {"LUCCA_LAKE": str(root)})
    finally:
        serving.kill()
        serving.communicate()
    if ctx.check(f"analytics: sync of seed {seed} ends well", [] if result.code == 0 else [result.tail()]):
        _compare(ctx, root, f"seed {seed}", day)


def _compare(ctx, root, name, day):
    as_of = date.fromisoformat(day).toordinal()
    people = analytics.People({t: lake.with_pyarrow(lake.files(root, t, day)) for t in SOURCES})
    ends = analytics.month_ends(people, as_of)

    def rows(table, columns):
        return [tuple(r[c] for c in columns.split()) for r in _rows(root, table, day)]

    def check(table, columns, wanted):
        ctx.check(f"analytics: {name}: {table} ({len(wanted)} rows)", _unequal(wanted, rows(table, columns)))

    check("assignment_history", "employee_id valid_from valid_to employment_id job_position_id has_overlap",
          analytics.assignments(people))
    check("employment_spells", "employee_id spell_number legal_entity_id first_day last_day is_current is_future is_rehire is_transfer "
          "is_followed_by_transfer seniority_start contracts first_employment_id last_employment_id",
          analytics.spells(people, as_of))
    check("calendar_months", "month_end", [(analytics.iso(e),) for e in ends])
    check("headcount_monthly", "month_end legal_entity_id business_establishment_id department_id contract_term headcount",
          [(analytics.iso(end), *cell, term, n) for end, found in analytics.heads(people, ends).items()
           for (cell, term), n in found.items()])
    check("movements", "employee_id event event_date last_day is_future legal_entity_id business_establishment_id department_id "
          "employment_id contract_term other_legal_entity_id other_business_establishment_id other_department_id "
          "other_employment_id legal_entity_changed business_establishment_changed department_changed", _movements(people, as_of))
    check("movements_monthly", "month_end legal_entity_id business_establishment_id department_id opening_headcount joiners rehires "
          "transfers_in leavers transfers_out closing_headcount", analytics_due.movements_monthly(people, ends))
    check("turnover_12_months", "month_end axis unit_id opening_headcount closing_headcount joiners leavers transfers_in transfers_out "
          "average_headcount attrition_rate rotation_rate", analytics_due.turnover(people, ends))
    check("tenure", "employee_id legal_entity_id seniority_start seniority_years seniority_months seniority_days seniority_bucket "
          "spell_start spell_years spell_months spell_days spell_bucket", analytics.tenure(people, as_of))
    check("contract_end_dates", "employment_id employee_id legal_entity_id contract_term start_date end_date days_left status "
          "successor_employment_id successor_start_date is_continued", analytics_due.contract_ends(people, as_of))
    check("upcoming_changes", "employee_id change due_on days_left within_days employment_id is_continued legal_entity_id "
          "department_id", analytics_due.upcoming(people, as_of))
    check("headcount_rollup", analytics_people.ROLLUP, analytics_people.rollup(people, as_of))
    ctx.check(f"analytics: {name}: headcount_rollup adds up",
              analytics_people.rollup_problems(people, as_of, _rows(root, "headcount_rollup", day)))
    ctx.check(f"analytics: {name}: people_current has everybody once",
              analytics_people.people_problems(people, as_of, _rows(root, "people_current", day)))
    check("people_current", analytics_people.PERSON, analytics_people.people_current(people, as_of))
    check("headcount", "department_id legal_entity_id headcount",
          [(r["department_id"], r["legal_entity_id"], r["headcount"]) for r in derived.headcount(people.tables, day)])
    _every_day(ctx, root, name, day, people, as_of)
    ctx.check(f"analytics: {name}: names", [p for t in NAMED for p in _unnamed(people, t, _rows(root, t, day))])
    ctx.check(f"analytics: {name}: what is repeated of positions, contracts and months", _repeated(people, root, day, as_of))


def _movements(people, as_of):
    out = []
    for person, event, on, cell, employment, other, before in analytics.events(people):
        ends = event in ("leaver", "transfer_out")
        changed = [other is not None and a != b for a, b in zip(cell, other or cell)]
        out.append((person, event, analytics.iso(on), analytics.iso(on - 1) if ends else None, on > as_of, *cell, employment,
                    people.term(employment), *(other or (None, None, None)), before, *changed))
    return out


def _unnamed(people, table, rows):
    """Rows whose names are not those of their ids."""
    there = [repeated for repeated in REPEATED if rows and repeated[0] in rows[0] and repeated[3] in rows[0]]
    out = [] if len(there) == NAMED[table] or not rows else [f"{table}: {len(there)} names, expected {NAMED[table]}"]
    for id_, source, column, name in there:
        wrong = [r[id_] for r in rows if r[name] != people.by_id[source].get(r[id_], {}).get(column)]
        out += [f"{table}: {name} of {i}" for i in wrong[:2]]
    return out


def _repeated(people, root, day, as_of):
    """Columns that the other checks do not read."""
    out = []
    for r in _rows(root, "assignment_history", day):
        job, contract = people.by_id["job_positions"].get(r["job_position_id"], {}), people.by_id["employments"][r["employment_id"]]
        wanted = {c: job.get(c) for c in ("business_establishment_id", "department_id", "job_title", "job_qualification_id",
                                          "occupation_category_id", "manager_id")}
        template = people.by_id["employment_templates"].get(contract["template_id"], {})
        first, after = analytics.ordinal(r["valid_from"]), analytics.ordinal(r["valid_to"]) or analytics.FOREVER
        wanted |= {"template_id": contract["template_id"], "legal_entity_id": contract["legal_entity_id"], "has_position": bool(job),
                   "contract_term": template.get("term"), "contract_audience": template.get("audience"),
                   "is_current": first <= as_of < after, "is_future": first > as_of}
        out += [f"assignment_history {r['employment_id']}: {c} {r[c]}" for c in wanted if r[c] != wanted[c]]
    for r in _rows(root, "upcoming_changes", day):
        found = people.place(r["employee_id"], analytics.ordinal(r["due_on"])) or (None, None)
        before = people.cell(r["employee_id"], analytics.ordinal(r["due_on"]) - 1) if r["change"] == "move" else (None, None, None)
        wanted = {"manager_id": people.by_id["job_positions"].get(found[1], {}).get("manager_id"),
                  "previous_legal_entity_id": before[0], "previous_department_id": before[2]}
        out += [f"upcoming_changes {r['employment_id']}: {c} {r[c]}" for c in wanted if r[c] != wanted[c]]
    for r in _rows(root, "calendar_months", day):
        year, month, _ = map(int, r["month_end"].split("-"))
        if (r["month_start"], r["month_number"]) != (f"{year:04}-{month:02}-01", 12 * year + month):
            out.append(f"calendar_months: {r}")
    first = {}
    for r in sorted(_rows(root, "turnover_12_months", day), key=lambda r: r["month_end"]):
        year, month, _ = map(int, r["month_end"].split("-"))
        begun = first.setdefault((r["axis"], r["unit_id"]), 12 * year + month)
        source, column, _ = NAMES.get(r["axis"], ("departments", "name", None))
        wanted = min(12, 12 * year + month - begun + 1), people.by_id[source].get(r["unit_id"], {}).get(column)
        if (r["months"], r["unit_name"]) != wanted:
            out.append(f"turnover_12_months: {r}")
    return out


def _every_day(ctx, root, name, day, people, as_of):
    """The rows of assignment_history as a reader uses them, on each day of the year before the as-of date."""
    rows = [(analytics.ordinal(r["valid_from"]), analytics.ordinal(r["valid_to"]) or analytics.FOREVER, r)
            for r in _rows(root, "assignment_history", day)]
    problems = []
    for today in range(as_of - 365, as_of + 1):
        covering = [r for first, after, r in rows if first <= today < after]
        found = Counter((r["legal_entity_id"], r["business_establishment_id"], r["department_id"]) for r in covering)
        wanted = Counter(cell for p in people.ids() if (cell := people.cell(p, today)))
        if found != wanted or len(covering) != len({r["employee_id"] for r in covering}):
            problems.append(f"{analytics.iso(today)}: {sum(found.values())} people, expected {sum(wanted.values())}")
    ctx.check(f"analytics: {name}: headcount of each of 366 days", problems)


def _rows(root, table, day):
    paths = sorted(root.glob(f"derived/{table}/as_of={day}/*.parquet"))
    return lake.with_pyarrow(paths[-1:]) if paths else []


def _unequal(wanted, found):
    wanted, found = (Counter(tuple(round(v, 12) if isinstance(v, float) else v for v in row) for row in rows)
                     for rows in (wanted, found))
    missing, invented = wanted - found, found - wanted
    out = [] if wanted else ["nothing to compare"]
    return out + [f"missing {r}" for r in list(missing)[:4]] + [f"invented {r}" for r in list(invented)[:4]]
