"""The derived tables, worked out in Python from the rows the lake must hold.

headcount: people with an employment and one of its positions both valid on the day, first and last days included, per
department and legal entity. What is not visible keeps its id and has no name; nobody is dropped.
probation_deadlines: one row per probationary period of an employment active or upcoming on the day.
"""
from datetime import date, timedelta

# Columns of headcount, with the kinds of `expect`.
HEADCOUNT = [("department_id", "s"), ("department_name", "s"), ("legal_entity_id", "s"), ("legal_entity_name", "s"),
             ("headcount", "n")]
# Our name of each column of probation_deadlines → the names it may have: the documents give the contents, not every name.
PROBATION = {
    "employment_id": ("s", ["employment_id"]), "employee_id": ("s", ["employee_id"]),
    "given_name": ("s", ["employee_given_name", "given_name"]), "family_name": ("s", ["employee_family_name", "family_name"]),
    "email": ("s", ["employee_email", "email"]), "legal_entity_id": ("s", ["legal_entity_id"]),
    "legal_entity_name": ("s", ["legal_entity_name"]), "department_id": ("s", ["department_id"]),
    "department_name": ("s", ["department_name"]), "job_title": ("s", ["job_title"]), "manager_id": ("s", ["manager_id"]),
    "manager_given_name": ("s", ["manager_given_name"]), "manager_family_name": ("s", ["manager_family_name"]),
    "manager_email": ("s", ["manager_email"]), "starts_on": ("d", ["starts_on"]), "initial_ends_on": ("d", ["initial_ends_on"]),
    "extended_ends_on": ("d", ["extended_ends_on"]), "ends_on": ("d", ["ends_on"]), "is_extended": ("b", ["is_extended"]),
    "days_left": ("n", ["days_left"]), "status": ("s", ["status"]),
}


def _covers(start, end, day):
    return start <= day and (end is None or day <= end)


def _by_id(rows):
    return {r["id"]: r for r in rows}


def headcount(tables, as_of):
    """Rows of `headcount` for a day (ISO text)."""
    employments, people = _by_id(tables["employments"]), {}
    for position in tables["job_positions"]:
        employment = employments.get(position["employment_id"])
        if employment is None or not _covers(position["starts_on"], position["ends_on"], as_of) \
                or not _covers(employment["start_date"], employment["end_date"], as_of):
            continue
        key = position["department_id"], employment["legal_entity_id"]
        people.setdefault(key, set()).add(employment["employee_id"])
    departments, entities = _by_id(tables["departments"]), _by_id(tables["legal_entities"])
    return [{"department_id": d, "department_name": departments.get(d, {}).get("name"), "legal_entity_id": e,
             "legal_entity_name": entities.get(e, {}).get("legal_name"), "headcount": len(ids)} for (d, e), ids in people.items()]


def probation_deadlines(tables, as_of):
    """Rows of `probation_deadlines` for a day (ISO text)."""
    employments, employees = _by_id(tables["employments"]), _by_id(tables["employees"])
    departments, entities = _by_id(tables["departments"]), _by_id(tables["legal_entities"])
    out = []
    for period in tables["probationary_periods"]:
        employment = employments.get(period["employment_id"])
        if employment is None or (employment["end_date"] is not None and employment["end_date"] < as_of):
            continue  # over: neither active nor upcoming
        day = max(as_of, employment["start_date"])  # someone who has not started yet is shown where they will start
        position = next((p for p in tables["job_positions"] if p["employment_id"] == employment["id"]
                         and _covers(p["starts_on"], p["ends_on"], day)), {})
        employee, manager = employees.get(employment["employee_id"], {}), employees.get(position.get("manager_id"), {})
        left = (date.fromisoformat(period["ends_on"]) - date.fromisoformat(as_of)) // timedelta(days=1)
        out.append({
            "employment_id": employment["id"], "employee_id": employment["employee_id"],
            "given_name": employee.get("given_name"), "family_name": employee.get("family_name"), "email": employee.get("email"),
            "legal_entity_id": employment["legal_entity_id"],
            "legal_entity_name": entities.get(employment["legal_entity_id"], {}).get("legal_name"),
            "department_id": position.get("department_id"),
            "department_name": departments.get(position.get("department_id"), {}).get("name"),
            "job_title": position.get("job_title"), "manager_id": position.get("manager_id"),
            "manager_given_name": manager.get("given_name"), "manager_family_name": manager.get("family_name"),
            "manager_email": manager.get("email"), "starts_on": period["starts_on"], "initial_ends_on": period["initial_ends_on"],
            "extended_ends_on": period["extended_ends_on"], "ends_on": period["ends_on"],
            "is_extended": period["extended_ends_on"] is not None, "days_left": left,
            "status": "upcoming" if period["starts_on"] > as_of else _state(left)})
    return out


def _state(left):
    return "ended" if left < 0 else "due_7_days" if left <= 7 else "due_30_days" if left <= 30 else "in_progress"
