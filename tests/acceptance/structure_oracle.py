"""The tables of organisation, law and unified names, worked out day by day and person by person from the rows of a lake.

Own code on purpose, and slow: chains are walked one step at a time, deadlines are looked for one day at a time. Rows are
dicts as `lake.with_pyarrow` gives them: dates are ISO texts.
"""
import re
from collections import Counter
from datetime import date, timedelta

LONGEST = 90  # steps after which a chain is cut
GENDERS = ("female", "male", "diverse", "unknown")
BANDS = [("under 20", 0, 19)] + [(f"{a}-{a + 4}", a, a + 4) for a in range(20, 70, 5)] + [("70 and over", 70, 120)]


def _covers(start, end, day):
    return start is not None and start <= day and (end is None or day <= end)


def _by_id(rows):
    return {r["id"]: r for r in rows}


def _later_first(day):
    return -date.fromisoformat(day).toordinal() if day else 0


def current(tables, as_of):
    """Person → (employment, position or {}) on the day."""
    out = {}
    positions = {}
    for p in tables["job_positions"]:
        if _covers(p["starts_on"], p["ends_on"], as_of):
            positions.setdefault(p["employment_id"], []).append(p)
    for e in tables["employments"]:
        if not _covers(e["start_date"], e["end_date"], as_of):
            continue
        here = sorted(positions.get(e["id"], []), key=lambda p: (_later_first(p["starts_on"]), p["id"]))
        rank = (0 if here else 1, _later_first(e["start_date"]), e["id"])
        if e["employee_id"] not in out or rank < out[e["employee_id"]][0]:
            out[e["employee_id"]] = rank, e, here[0] if here else {}
    return {person: (e, p) for person, (_, e, p) in out.items()}


def chain(start, parent):
    """Nodes from `start` upwards, and why it ends: top, absent (a parent that is not known), cycle or cut."""
    nodes = [start]
    while True:
        if nodes[-1] not in parent:
            return nodes, "absent"
        above = parent[nodes[-1]]
        if above is None:
            return nodes, "top"
        if above in nodes:
            return nodes, "cycle"
        if len(nodes) > LONGEST:
            return nodes, "cut"
        nodes.append(above)


def root_of(department, parent):
    """The visible department at the top, however far up; of a circle the member with the smallest id."""
    seen = [department]
    while parent.get(seen[-1]) in parent:
        above = parent[seen[-1]]
        if above in seen:
            return min(seen[seen.index(above):])
        seen.append(above)
    return seen[-1]


def shown(path, names):
    """Names of a path of ids from the top down, and how they are written in one text."""
    parts = [re.sub(" ?/ ?", "/", names.get(id_) or "").strip(" ") or id_ for id_ in path]
    return " / ".join(parts)


def way_down(department, parent):
    """Ids from the root down to the department."""
    up, top = [department], root_of(department, parent)
    while up[-1] != top:
        up.append(parent[up[-1]])
    return up[::-1]


def department_closure(tables, _as_of):
    names = {d["id"]: d["name"] for d in tables["departments"]}
    parent = {d["id"]: d["parent_id"] for d in tables["departments"]}
    out = []
    for below in parent:
        nodes, end = chain(below, parent)
        if end == "absent":
            nodes = nodes[:-1]
        for depth, above in enumerate(nodes):
            if above not in parent:
                continue
            out.append({"ancestor_id": above, "ancestor_name": names[above], "descendant_id": below, "descendant_name": names[below],
                        "is_root": above == root_of(below, parent), "depth": depth,
                        "path": "/" + "/".join(reversed(nodes[:depth + 1])) + "/",
                        "path_names": shown(nodes[depth::-1], names), "is_cycle": end == "cycle",
                        "is_orphan": end == "absent", "is_cut": end == "cut"})
    return out


def _managers(tables, as_of):
    return {person: position.get("manager_id") for person, (_, position) in current(tables, as_of).items()}


def named(role, who):
    """The columns that name somebody, all null for nobody visible."""
    return {f"{role}_{column}": (who or {}).get(column) for column in ("given_name", "family_name", "email")}


def manager_closure(tables, as_of):
    parent, employees, out = _managers(tables, as_of), _by_id(tables["employees"]), []
    for person in parent:
        nodes, end = chain(person, parent)
        out += [{"manager_id": above, "report_id": person, "depth": depth, "is_cycle": end == "cycle", "is_cut": end == "cut"}
                | named("manager", employees.get(above)) | named("report", employees.get(person)) for depth, above in enumerate(nodes)]
    return out


def span_of_control(tables, as_of):
    """Downwards from each manager, a layer at a time."""
    parent, employees, out = _managers(tables, as_of), _by_id(tables["employees"]), []
    below = {}
    for person, manager in parent.items():
        if manager is not None and manager != person:
            below.setdefault(manager, set()).add(person)
    left = {e["employee_id"] for e in tables["employments"] if e["end_date"] is not None and e["end_date"] < as_of}
    for manager, direct in below.items():
        seen, layer, depth = {manager} | direct, direct, 1
        while depth < LONGEST:
            layer = {p for m in layer for p in below.get(m, ())} - seen
            if not layer:
                break
            seen, depth = seen | layer, depth + 1
        nodes, end = chain(manager, parent)
        who = employees.get(manager)
        out.append(named("manager", who) | {"manager_id": manager, "direct_reports": len(direct),
                    "indirect_reports": len(seen) - 1 - len(direct), "depth_below": depth,
                    "layer": len(nodes) if end in ("top", "absent") else None, "is_present": manager in parent,
                    "has_left": manager not in parent and manager in left, "is_visible": who is not None, "is_cycle": end == "cycle"})
    return out


def _records(tables):
    out = {}
    for r in tables["employee_personal_records"]:
        changed = r["last_updated_at"]
        rank = (changed is None, -(changed or 0), r["id"])
        if r["employee_id"] not in out or rank < out[r["employee_id"]][0]:
            out[r["employee_id"]] = rank, r
    return {person: r for person, (_, r) in out.items()}


def _gender(record):
    return record["legal_gender"] if record.get("legal_gender") in GENDERS[:3] else "unknown"


def _age(born, as_of):
    if born is None:
        return None
    born, day = date.fromisoformat(born), date.fromisoformat(as_of)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _band(age):
    return next((name for name, low, high in BANDS if age is not None and low <= age <= high), "unknown")


AXES = ("tenant", "legal_entity", "department", "group")


def cells_of_people(tables, as_of):
    """A dict of each person in employment: the unit of each axis, as the columns of gender_balance tell it, gender and band."""
    records, here, out = _records(tables), current(tables, as_of), []
    levels = {d["id"]: d["level"] for d in tables["departments"]}
    managers = {p.get("manager_id") for person, (_, p) in here.items() if p.get("manager_id") != person}
    for person, (employment, position) in here.items():
        record, entity, department = records.get(person, {}), employment["legal_entity_id"], position.get("department_id")
        out.append({"tenant": (None,) * 4, "legal_entity": (entity, None, None, None), "department": (department, None, None, None),
                    "group": (entity, levels.get(department), position.get("occupation_category_id"), person in managers),
                    "gender": _gender(record), "band": _band(_age(record.get("birth_date"), as_of))})
    return out


def published(people, axes, banded):
    """(axis, unit, gender, band or None) → people, empty ones too: the numbers of age_pyramid or gender_balance."""
    bands = [b[0] for b in BANDS] + ["unknown"] if banded else [None]
    cells = Counter((a, p[a], p["gender"], p["band"] if banded else None) for p in people for a in axes)
    units = {(a, p[a]) for p in people for a in axes} | {("tenant", (None,) * 4)}
    return {(*unit, g, b): cells[*unit, g, b] for unit in units for g in GENDERS for b in bands}


def suppression_problems(people, shown):
    """What is wrong with what is shown: numbers as `published` has them, all that is not hidden."""
    out = [f"{k}: {n} people shown" for k, n in shown.items() if n < 5]
    for banded in (False, True):
        level = {k: n for k, n in shown.items() if (k[3] is not None) == banded}
        out += _rests(people, level, banded) + _kept(people, level, banded)
    return out


def _inside(person, key):
    axis, unit, gender, band = key
    return person[axis] == unit and person["gender"] == gender and band in (None, person["band"])


def _class(key, banded):
    return (key[0], key[1], key[2]) if banded else (key[0], key[1])


def _rests(people, shown, banded):
    """What a unit keeps when the numbers that it shows are taken away, and a number when smaller ones are that it holds."""
    out, sums = [], Counter()
    for key, n in shown.items():
        sums[_class(key, banded)] += n
    for of, taken in sums.items():
        all_of = sum(p[of[0]] == of[1] and (not banded or p["gender"] == of[2]) for p in people)
        if 0 < all_of - taken < 5:
            out.append(f"{of}: {all_of - taken} people are left of {all_of}")
    units = {(a, p[a]): set() for p in people for a in AXES}
    for n, p in enumerate(people):
        for a in AXES:
            units[a, p[a]].add(n)
    for key, n in shown.items():
        for axis in AXES:
            within = [m for other, m in shown.items() if other[0] == axis != key[0] and other[2:] == key[2:]
                      and units[other[:2]] <= units[key[:2]]]
            if 0 < n - sum(within) < 5:
                out.append(f"{key}: {n - sum(within)} people are left when each {axis} within is taken away")
    return out


def _kept(people, shown, banded):
    """Smaller numbers are shown only where the larger one, or the rest that they come from, keeps five people in none of them."""
    telling = {key[:2] for key in shown}
    everybody = {(a, p[a]) for p in people for a in AXES if all(q[a] == p[a] for q in people)}
    out, kept = [], {}
    for n, axis in enumerate(AXES[:-1]):
        for p in people:
            quiet = all((a, p[a]) not in telling or (a, p[a]) in everybody for a in AXES[n + 1:])
            key = (axis, p[axis], p["gender"], p["band"] if banded else None)
            part = key if key in shown else _class(key, banded)
            kept[part] = kept.get(part, 0) + quiet
    overlaps = {(axis, p[axis], other, p[other]) for p in people for n, axis in enumerate(AXES) for other in AXES[n + 1:]}
    for axis, unit, finer, part in overlaps:
        if (axis, unit) in everybody - {("tenant", (None,) * 4)} or (finer, part) in everybody:
            continue
        for key in shown:
            larger = (axis, unit, *key[2:])
            if key[:2] != (finer, part) or not any(_class(k, banded) == _class(larger, banded) for k in shown):
                continue
            if kept.get(larger if larger in shown else _class(larger, banded), 0) < 5:
                out.append(f"{key}: shown, although {larger} keeps fewer than five people")
    return out


def registre(tables, as_of):
    """Row of each contract, numbered by counting those hired before it."""
    first, entries = {}, []
    for p in tables["job_positions"]:
        kept = first.get(p["employment_id"])
        if kept is None or (p["starts_on"], p["id"]) < (kept["starts_on"], kept["id"]):
            first[p["employment_id"]] = p
    templates, records = _by_id(tables["employment_templates"]), _records(tables)
    sites, people = _by_id(tables["business_establishments"]), _by_id(tables["employees"])
    titles = {t: {r["id"]: r["title"] for r in tables[t]} for t in ("job_qualifications", "occupation_categories")}
    for e in tables["employments"]:
        if e["start_date"] > as_of:
            continue
        position, template = first.get(e["id"], {}), templates.get(e["template_id"], {})
        site, who, record = (sites.get(position.get("business_establishment_id"), {}), people.get(e["employee_id"], {}),
                             records.get(e["employee_id"], {}))
        siret = site.get("tax_identification_number_value") if site.get("tax_identification_number_format") == "franceSIRET" else None
        entries.append(((e["start_date"], e["created_at"] is None, e["created_at"] or 0, e["id"]), {
            "section": "trainees" if template.get("audience") == "student" else "employees",
            "business_establishment_id": position.get("business_establishment_id"), "business_establishment_name": site.get("name"),
            "business_establishment_siret": siret, "employment_id": e["id"], "employee_id": e["employee_id"],
            "family_name": who.get("family_name"), "given_name": who.get("given_name"),
            "nationality": record.get("nationalities_country_codes"), "birth_date": record.get("birth_date"),
            "sex": record.get("legal_gender"), "job": position.get("job_title"),
            "qualification": titles["job_qualifications"].get(position.get("job_qualification_id")),
            "occupation_category": titles["occupation_categories"].get(position.get("occupation_category_id")),
            "entry_date": e["start_date"], "exit_date": e["end_date"] if e["end_date"] and e["end_date"] < as_of else None,
            "contract_kind": template.get("title"), "contract_term": template.get("term"), "contract_end_date": e["end_date"]}))
    page = lambda row: (row["section"], row["business_establishment_id"])  # noqa: E731
    pages = {}
    for rank, row in entries:
        pages.setdefault(page(row), []).append(rank)
    return [row | {"entry_number": 1 + sum(other < rank for other in pages[page(row)])} for rank, row in entries]


def months_later(day, months):
    """The same day of another month, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def notice(starts_on, ends_on):
    """(last day that leaves the notice due on it, that notice), found a day at a time; (None, None) if there is none."""
    start, end = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    day = end
    while day >= start:
        tomorrow = day + timedelta(days=1)  # the day counts as one of presence
        if tomorrow >= months_later(start, 3):
            name, fits = "1_month", day <= months_later(end, -1)
        elif tomorrow >= months_later(start, 1):
            name, fits = "2_weeks", day + timedelta(days=14) <= end
        elif (tomorrow - start).days >= 8:
            name, fits = "48_hours", day + timedelta(days=2) <= end
        else:
            name, fits = "24_hours", tomorrow <= end
        if fits:
            return day.isoformat(), name
        day -= timedelta(days=1)
    return None, None


def probation(tables, as_of):
    """The indicative columns of probation_deadlines."""
    employments, entities, out = _by_id(tables["employments"]), _by_id(tables["legal_entities"]), []
    for p in tables["probationary_periods"]:
        e = employments.get(p["employment_id"])
        if e is None or (e["end_date"] is not None and e["end_date"] < as_of):
            continue
        french = entities.get(e["legal_entity_id"], {}).get("country_code") == "FRA"
        by, name = notice(p["starts_on"], p["ends_on"]) if french else (None, None)
        out.append({"probationary_period_id": p["id"], "notify_by": by, "notice": name,
                    "renewal_decision_by": p["initial_ends_on"] if french and p["extended_ends_on"] is None else None})
    return out
