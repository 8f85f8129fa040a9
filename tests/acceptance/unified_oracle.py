"""The unified_ tables: each is rows of the API under other names."""
from structure_oracle import _by_id, _covers, _records


def _renamed(rows, names, **more):
    return [{ours: row[theirs] for ours, theirs in names.items()} | {name: value(row) for name, value in more.items()} for row in rows]


def _names(text):
    return dict((pair.split("=") if "=" in pair else (pair, pair)) for pair in text.split())


def companies(tables, _as_of):
    return _renamed(tables["legal_entities"], _names(
        "id remote_id name=legal_name legal_name country=country_code currency=currency_code tax_id=tax_identification_number_value "
        "tax_id_type=tax_identification_number_format created_at updated_at=last_updated_at"), is_active=_in_use)


def groups(tables, _as_of):
    return _renamed(tables["departments"], _names("id remote_id parent_group=parent_id name description manager_id"),
                    type=lambda _: "department", is_active=_in_use)


def locations(tables, _as_of):
    return _renamed(tables["business_establishments"], _names(
        "id remote_id name company_id=legal_entity_id street_lines=address_lines city=address_locality "
        "state=address_administrative_area postal_code=address_postal_code country=address_country_code timezone=timezone_id "
        "tax_id=tax_identification_number_value tax_id_type=tax_identification_number_format is_headquarters created_at "
        "updated_at=last_updated_at"), location_type=lambda _: "work", is_active=_in_use)


def _in_use(row):
    return None if row["is_archived"] is None else not row["is_archived"]


def job_roles(tables, _as_of):
    skills = _by_id(tables["job_qualifications"])
    trades = {p["id"]: p["title"] for p in tables["professions"]}

    def of(id_):
        return skills.get(id_, {})

    held = _renamed(tables["job_positions"], _names(
        "id remote_id name=job_title job_qualification_id employee_id employment_id group_id=department_id "
        "location_id=business_establishment_id manager_id effective_date=starts_on end_date=ends_on created_at "
        "updated_at=last_updated_at"), type=lambda _: "job_position", level=lambda p: of(p["job_qualification_id"]).get("rank"),
        description=lambda p: trades.get(of(p["job_qualification_id"]).get("profession_id")))
    empty = dict.fromkeys(["remote_id", "employee_id", "employment_id", "group_id", "location_id", "manager_id", "effective_date",
                           "end_date"])
    known = _renamed(skills.values(), _names("id name=title job_qualification_id=id level=rank created_at updated_at=last_updated_at"),
                     type=lambda _: "job_qualification", description=lambda q: trades.get(q["profession_id"]))
    return held + [empty | row for row in known]


def applicable(rows, start, end, as_of):
    """The row of the day, else the first upcoming one, else the last one."""
    now = [r for r in rows if _covers(r[start], r[end], as_of)]
    later = [r for r in rows if r[start] > as_of]
    pool, day = (now, max) if now else (later, min) if later else (rows, max)
    if not pool:
        return {}
    chosen = day(r[start] for r in pool)
    return min((r for r in pool if r[start] == chosen), key=lambda r: r["id"])


def _grouped(rows, key):
    out = {}
    for row in rows:
        out.setdefault(row[key], []).append(row)
    return out


def _state(row, as_of):
    return "pending" if row["start_date"] > as_of else "inactive" if row["end_date"] and row["end_date"] < as_of else "active"


def employments(tables, as_of):
    positions, templates = _grouped(tables["job_positions"], "employment_id"), _by_id(tables["employment_templates"])
    kinds = {"student": "internship", "external": "contract", "volunteer": "volunteer"}
    return _renamed(tables["employments"], _names(
        "id remote_id employee_id company_id=legal_entity_id effective_date=start_date end_date created_at updated_at=last_updated_at"),
        job_title=lambda e: applicable(positions.get(e["id"], []), "starts_on", "ends_on", as_of).get("job_title"),
        employment_type=lambda e: kinds.get(templates.get(e["template_id"], {}).get("audience")),
        contract_type=lambda e: templates.get(e["template_id"], {}).get("title"),
        contract_term=lambda e: templates.get(e["template_id"], {}).get("term"), status=lambda e: _state(e, as_of))


def employees(tables, as_of):
    contracts, positions = _grouped(tables["employments"], "employee_id"), _grouped(tables["job_positions"], "employment_id")
    records, out = _records(tables), []
    for w in tables["employees"]:
        mine = contracts.get(w["id"], [])
        e = applicable(mine, "start_date", "end_date", as_of)
        p = applicable(positions.get(e.get("id"), []), "starts_on", "ends_on", as_of)
        r = records.get(w["id"], {})
        said = {"upcoming": "pending", "deactivated": "inactive"}.get(w["status"], w["status"])
        full = " ".join([w["given_name"] or "", w["family_name"] or ""]).strip(" ") or None
        out.append({
            "id": w["id"], "remote_id": w["remote_id"], "employee_number": w["employee_number"], "first_name": w["given_name"],
            "last_name": w["family_name"], "name": full, "work_email": w["email"], "personal_email": r.get("email"),
            "work_phone": w["phone_number"], "personal_phone": r.get("phone_number"), "date_of_birth": r.get("birth_date"),
            "gender": r.get("legal_gender"), "nationalities": r.get("nationalities_country_codes"),
            "employment_status": _state(e, as_of) if e else said, "employment_id": e.get("id"), "start_date": e.get("start_date"),
            "termination_date": e.get("end_date"), "hire_date": min((c["start_date"] for c in mine), default=None),
            "company_id": e.get("legal_entity_id"), "job_role_id": p.get("id"), "job_title": p.get("job_title"),
            "group_id": p.get("department_id"), "location_id": p.get("business_establishment_id"), "manager_id": p.get("manager_id"),
            "created_at": w["created_at"], "updated_at": w["last_updated_at"]})
    return out
