"""About forty attribute values per person: built-in ones that repeat the directory, historised ones, and custom ones."""
from awkward import cycle
from organisation import stamps
from shapes import NEAR_MISSES, SHAPES
from wire import Raw

ABSENT = object()  # stands for a property that is left out
PER_PERSON = 64  # room for ids: attribute ids never collide between people


def attributes_of(urls, n, employee, employments, positions):
    """Attribute records of one person. `employee`, `employments` and `positions` are records as served."""
    values = list(_of_employee(n, employee)) + list(_of_employments(employments)) + list(_of_positions(positions))
    for number, (definition, _, texts) in enumerate(SHAPES):
        windows = [None] if number % 4 else [("2020-01-01", "2023-12-31"), ("2024-01-01", None)]
        for turn, window in enumerate(windows + ([None] if definition == "e_children" else [])):
            if definition == "e_story" and n > 12:  # a few long texts do, megabytes of them do not test more
                texts = texts[:1]
            values.append((definition, window, Raw(cycle(texts, n + turn)), {}))
    out = []
    for number, (definition, window, value, owner) in enumerate(values):
        id_ = str(100_001 + n * PER_PERSON + number)
        record = {"id": id_, "type": "employee-attribute",
                  "url": f"{urls.root}/employee-attribute/{id_}",  # singular, as documented
                  "definition": urls.ref("employee-attribute-definition", definition),
                  "employee": urls.ref("employee", employee["id"]),
                  "applicability": window and {"start": window[0], "end": window[1]}, "value": value, "links": {}}
        record |= owner | stamps(n + number) | _oddity(n, number)
        out.append({k: v for k, v in record.items() if v is not ABSENT})
    return out


def _of_employee(n, employee):
    for name in ("givenName", "familyName", "status"):
        yield f"employee.{name}", None, employee[name], {}
    for name in ("email", "birthDay", "employeeNumber", "portrait"):
        yield f"employee.{name}", None, employee.get(name), {}
    yield "personal.birthDate", None, Raw(cycle(['"1989-12-21"', "null", '"2000-02-29"'], n)), {}
    yield "personal.bankAccount", None, {"format": "iban", "accountIdentifier": f"FR76canary{n:06d}", "bankIdentifier": None}, {}
    yield "personal.email", None, f"canary.home{n}@canary-mail.example", {}
    yield "personal.legalGender", None, cycle(["male", "female", "unspecified"], n), {}
    yield "personal.nationalitiesCountryCodes", None, cycle([["FRA"], [], None], n), {}
    yield "user.seniorityDate", None, Raw(cycle(['"2014-09-01"', '"2014-09-01T00:00:00"', "null"], n)), {}
    yield "user.cost", None, Raw('{"organizationId":1,"value":450.50}'), {}
    yield "user.corporateCard", None, n % 2 == 0, {}
    yield "user.unitSellPrice", None, Raw(cycle(["1.10", "null", "1e3", "0"], n)), {}
    name, text = cycle(NEAR_MISSES, n)
    yield name, None, Raw(text), {}


def _of_employments(employments):
    for employment in employments:
        window = employment["start"]["date"], (employment.get("end") or {}).get("date")
        owner = {"employment": _bare(employment)}
        yield "employment.start", window, {"date": window[0]}, owner
        yield "employment.end", window, employment.get("end") and {"date": window[1]}, owner
        yield "employment.legalEntity", window, employment["legalEntity"], owner


def _of_positions(positions):
    for position in positions:
        window = position["startsOn"], position.get("endsOn")
        owner = {"employment": position["employment"], "jobPosition": _bare(position)}
        department = {"id": position["department"]["id"], "type": "department"}  # some payloads leave the url out
        yield "jobPosition.department", window, department, owner
        yield "jobPosition.jobTitle", window, position.get("jobTitle"), owner
        yield "jobPosition.startsOn", window, window[0], owner
        yield "jobPosition.manager", window, position.get("manager"), owner


def _bare(record):
    return {k: record[k] for k in ("id", "type", "url")}


def _oddity(n, number):
    """Now and then an unknown property, a null reference, an unbounded window."""
    if n % 10 == 0 and number == 0:
        return {"section": "identité \"A\"", "employment": None, "jobPosition": None}
    if n % 10 == 1 and number == 1:
        return {"applicability": {"start": None, "end": None, "reason": "unknown inside a known object"}}
    if n % 10 == 2 and number == 2:
        return {"applicability": {"start": None, "end": "9999-12-31"}, "weight": 1.50, "tags": [{"k": []}]}
    if n % 10 == 2 and number == 9:
        return {"value": ABSENT, "sensitivity": {"level": 3}}
    if n % 10 == 3 and number == 18:  # exact to the byte, white space and escapes included
        return {"value": Raw('{ "b" : [ 1 ,2.50 ],\n\t"a":"\\u00e9\\/\\ud83d\\ude00 é" , "type" : null }')}
    return {}
