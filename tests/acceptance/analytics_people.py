"""Rows of the tables about who is there and where: people, and the roll-up of departments, worked out in Python."""
from collections import defaultdict

from analytics import FOREVER, assignments, iso, ordinal, tenure
from structure_oracle import named, shown, way_down

# Columns of what `rollup` and `people_current` give.
ROLLUP = ("axis department_id department_name parent_id is_root depth path path_names legal_entity_id headcount "
          "headcount_with_sub_departments")
PERSON = ("employee_name employee_given_name employee_family_name employee_email employee_number department_id department_path_names "
          "legal_entity_id business_establishment_id job_title manager_id manager_name manager_given_name manager_family_name "
          "manager_email is_manager direct_reports contract_term contract_audience template_id contract_start_date contract_end_date "
          "contract_days_left is_on_probation probation_ends_on probation_days_left seniority_start seniority_years seniority_months "
          "seniority_bucket has_position has_overlap employment_id job_position_id employee_id")


def _departments(people):
    rows = people.tables["departments"]
    return {d["id"]: d["parent_id"] for d in rows}, {d["id"]: d["name"] for d in rows}


def present(people, as_of):
    """(person, department, legal entity) of every employment and position that cover the day."""
    return {(person, p["department_id"], e["legal_entity_id"]) for person in people.ids()
            for start, last, e in people.employments[person] if start <= as_of <= last
            for begins, ends, p in people.positions[e["id"]] if begins <= as_of <= ends}


def rollup(people, as_of):
    """Rows of `headcount_rollup`: every person set down in their department, in each one followed above it, and at the root."""
    parents, names = _departments(people)
    own, below = defaultdict(set), defaultdict(set)
    for person, department, entity in present(people, as_of):
        path, over = [department], parents.get(department)
        while over in parents and over not in path and len(path) <= 90:
            path.append(over)
            over = parents[over]
        if department in parents:
            path.append(way_down(department, parents)[0])
        for axis, unit in (("department", None), ("department_legal_entity", entity)):
            own[axis, department, unit].add(person)
            for above in path:
                below[axis, above, unit].add(person)
    out = []
    for (axis, department, entity), ids in below.items():
        way = way_down(department, parents) if department in parents else [department]
        known = department is not None
        out.append((axis, department, names.get(department), parents.get(department), len(way) == 1, len(way) - 1,
                    "/" + "/".join(way) + "/" if known else None, shown(way, names) if known else None, entity,
                    len(own.get((axis, department, entity), ())), len(ids)))
    return out


def rollup_problems(people, as_of, rows):
    """What an analyst would trip over: the roots of an axis hold everybody, each row its own and those below, and paths agree."""
    parents, _ = _departments(people)
    there, out = present(people, as_of), []
    at_root = {(person, way_down(d, parents)[0] if d in parents else d, e) for person, d, e in there}
    wanted = {"department": {(p, d) for p, d, _ in at_root}, "department_legal_entity": at_root}
    for axis, everybody in wanted.items():
        mine = [r for r in rows if r["axis"] == axis]
        found = sum(r["headcount_with_sub_departments"] for r in mine if r["is_root"])
        out += [] if found == len(everybody) else [f"{axis}: {found} people at the roots, {len(everybody)} are there"]
        out += [f"{axis} {r['department_id']}: {r['path_names']}" for r in mine if r["path_names"] is not None
                and len(r["path_names"].split(" / ")) != r["depth"] + 1]
        out += [f"{axis} {r['department_id']}: {r['path']}" for r in mine if r["path"] is not None
                and r["path"].split("/")[-2] != r["department_id"]]
    return out


def people_problems(people, as_of, rows):
    """Whoever has a position that day has one row that says so; the others are employed without one."""
    placed, listed = {person for person, _, _ in present(people, as_of)}, {r["employee_id"] for r in rows if r["has_position"]}
    out = [f"{person} is in people_current or in a position, not in both" for person in sorted(placed ^ listed)]
    return out + ([] if len(rows) == len({r["employee_id"] for r in rows}) else ["somebody has two rows"])


def _full(who):
    return " ".join(part for part in ((who or {}).get("given_name"), (who or {}).get("family_name")) if part).strip(" ") or None


def people_current(people, as_of):
    """Rows of `people_current`, in the columns of `PERSON`."""
    parents, names = _departments(people)
    there = {p: found for p in people.ids() if (found := people.place(p, as_of))}
    job = {p: people.by_id["job_positions"].get(position, {}) for p, (_, position, _) in there.items()}
    directory, served, trials = people.by_id["employees"], {r[0]: r for r in tenure(people, as_of)}, defaultdict(list)
    overlaps = {person: several for person, first, after, *_, several in assignments(people)
                if ordinal(first) <= as_of < (ordinal(after) or FOREVER)}
    for trial in people.tables["probationary_periods"]:
        ends = ordinal(trial["ends_on"] or trial["extended_ends_on"] or trial["initial_ends_on"])
        if ordinal(trial["starts_on"]) <= as_of and (ends is None or as_of <= ends):
            trials[trial["employment_id"]].append(ends)
    out = []
    for person, (employment, position, _) in there.items():
        contract, mine, who = people.by_id["employments"][employment], job[person], directory.get(person)
        template = people.by_id["employment_templates"].get(contract["template_id"], {})
        department, boss, below = mine.get("department_id"), mine.get("manager_id"), []
        way = [] if department is None else way_down(department, parents) if department in parents else [department]
        below = [p for p, other in job.items() if other.get("manager_id") == person and p != person]
        last = ordinal(contract["end_date"])
        last = None if last is None or last >= FOREVER else last
        trial = max((e for e in trials[employment] if e is not None), default=None)
        row = {"employee_id": person, "employee_name": _full(who), "employee_number": (who or {}).get("employee_number"),
               "department_id": department, "department_path_names": shown(way, names) or None,
               "legal_entity_id": contract["legal_entity_id"], "business_establishment_id": mine.get("business_establishment_id"),
               "job_title": mine.get("job_title"), "manager_id": boss, "manager_name": _full(directory.get(boss)),
               "is_manager": bool(below), "direct_reports": len(below), "contract_term": template.get("term"),
               "contract_audience": template.get("audience"), "template_id": contract["template_id"],
               "contract_start_date": contract["start_date"], "contract_end_date": iso(last),
               "contract_days_left": None if last is None else last - as_of, "is_on_probation": bool(trials[employment]),
               "probation_ends_on": iso(trial), "probation_days_left": None if trial is None else trial - as_of,
               "has_position": position is not None, "has_overlap": overlaps[person], "employment_id": employment, "job_position_id": position}
        row |= dict(zip(("seniority_start", "seniority_years", "seniority_months", "seniority_bucket"),
                        (served[person][n] for n in (2, 3, 4, 6))))
        row |= named("employee", who) | named("manager", directory.get(boss))
        out.append(tuple(row[column] for column in PERSON.split()))
    return out
