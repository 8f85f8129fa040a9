"""A small but awkward tenant: about 120 people per unit of `scale`, with careers chosen to sit on every boundary.

Everything is a function of (origin, as-of date, scale): two tenants built alike serve the same text.
"""
from dataclasses import dataclass, field
from datetime import date, timedelta

import organisation
from attributes import attributes_of
from awkward import LONG_TEXT, NAMES, STAMPS, cycle
from organisation import DEPARTMENTS, ESTABLISHMENTS, HIDDEN, LEGAL_ENTITIES, QUALIFICATIONS, Urls, stamps, unknown, without
from shapes import definitions
from wire import dumps

AS_OF = date(2025, 6, 16)
CREW = 120  # people per unit of scale; the first ones are the special cases below

# Days from the as-of date: contract start, contract end, probation (initial end, extended end). None is open or absent.
# One row per special case; the rest of the crew are ordinary.
CAREERS = [
    (-60, None, (-1, None)), (-200, None, (-40, None)), (-60, None, (0, None)), (-60, None, (7, None)),
    (-60, None, (8, None)), (-60, None, (30, None)), (-60, None, (31, None)), (-60, None, (1, 90)), (-60, None, (-5, 6)),
    (0, None, (7, None)), (0, None, (60, None)), (1, None, (5, None)), (20, None, (110, None)), (20, 400, (50, 80)),
    (-60, -1, (10, None)), (-400, -300, (-350, None)), (-90, 0, (0, None)), (-90, 30, (-1, 29)), (-1, 3, (2, None)),
    (-400, -100, None), (-3000, -1, None), (-10, 0, None), (0, 0, None), (1, 1, None), (365, None, None),
]


@dataclass
class Tenant:
    """Collection name → records, ready to serve."""

    origin: str
    as_of: date = AS_OF
    collections: dict = field(default_factory=dict)

    def texts(self, name, links):
        """JSON text of each record, `links` dropped unless asked for. Spelling varies so that nothing may depend on it."""
        records = self.collections[name]
        shown = records if links else [without(r, "links") for r in records]
        return [dumps(_turned(r, n), ascii_only=n % 3 == 1, spaced=n % 5 == 4) for n, r in enumerate(shown)]

    def personal_values(self):
        """Strings that must never be seen in a log: long enough not to occur there by chance."""
        found = {"canary-motto-91f3", "canary-child-Ysolde", "canary.private@canary-mail.example", "canary-href-token"}
        for record in self.collections["employees"]:
            found |= {record["givenName"], record["familyName"], record.get("email")}
        for record in self.collections["employee-personal-records"]:
            found |= {record["birthDate"], (record["bankAccount"] or {}).get("accountIdentifier"), record["email"]}
        return {v for v in found if v and len(v.strip()) > 7 and v not in ("undefined", "2024-01-15")}


def _turned(record, n):
    """The record with its properties in another order: JSON objects have none, so nothing may rely on `id` coming first."""
    keys = list(record)
    turn = 0 if n % 2 else n % len(keys)
    return {k: record[k] for k in keys[turn:] + keys[:turn]}


def build(origin, scale=1, as_of=AS_OF, empty=()):
    """A tenant whose urls start with `origin`; the collections named in `empty` ("all" for every one) have no records."""
    urls = Urls(origin)
    tenant = Tenant(origin, as_of, organisation.build(urls))
    names = ["employees", "employee-personal-records", "employments", "job-positions", "probationary-periods",
             "employee-attribute-definitions", "employee-attributes"]
    tenant.collections |= {name: [] for name in names}
    for number in range(CREW * scale):
        _add_person(tenant.collections, urls, as_of, number)
    for n, definition in enumerate(definitions()):
        tenant.collections["employee-attribute-definitions"].append(definition | {
            "type": "employee-attribute-definition", "url": f"{urls.root}/employee-attribute-definitions/{definition['id']}",
            "lastArchivedAt": cycle(STAMPS, n) if definition["isArchived"] else None,
            "t9n": {"name": {"fr-FR": "Prénom"}}, "links": {}} | stamps(n) | unknown(n + 2))
    for name in tenant.collections:
        if name in empty or "all" in empty:
            tenant.collections[name] = []
    return tenant


def _add_person(out, urls, as_of, n):
    id_, case = str(1001 + n), n % CREW
    day = lambda offset: None if offset is None else as_of + timedelta(days=offset)  # noqa: E731
    start, end, probation = CAREERS[case] if case < len(CAREERS) else (-1000 - n % 700, None, None)
    if case in (30, 31, 32, 33, 40):  # on probation, and something about them is not visible
        start, end, probation = -20, None, (15, None)
    spells = [(day(start), day(end), probation)]
    if 25 <= case < 30:  # rehired
        spells.insert(0, (day(-3000), day(-2000), (-2900, None)))
    if case == 41:  # known to the directory, never employed
        spells = []
    employee = None if case == 40 else id_  # the employee of case 40 is not visible, the contract is
    first = len(out["employments"]), len(out["job-positions"])
    for turn, spell in enumerate(spells):
        _add_spell(out, urls, as_of, employee or HIDDEN["employee"], n, turn, spell)
    employments, positions = out["employments"][first[0]:], out["job-positions"][first[1]:]
    if employee is None:
        return
    out["employees"].append(_employee(urls, n, id_, employments, positions))
    out["employee-personal-records"].append(_personal_record(urls, n, id_))
    out["employee-attributes"] += attributes_of(urls, n, out["employees"][-1], employments, positions)


def _status(as_of, start, end):
    return "upcoming" if start > as_of else "deactivated" if end and end < as_of else "active"


def _text(day):
    return day and day.isoformat()


def _add_spell(out, urls, as_of, employee, n, turn, spell):
    start, end, probation = spell
    case, id_ = n % CREW, str(20001 + 3 * n + turn)
    entity = HIDDEN["legal-entity"] if case in (32, 33) else cycle(LEGAL_ENTITIES, n + turn)
    status = "suspended" if case == 43 else _status(as_of, start, end)  # a state from the future
    record = urls.ref("employment", id_) | {
        "remoteId": f"EMPLOYMENT#{n}-é" if n % 2 else None, "employee": urls.ref("employee", employee),
        "legalEntity": urls.ref("legal-entity", entity), "status": status, "start": {"date": _text(start)},
        "end": end and {"date": _text(end)}, "document": urls.ref("file", "74411" if n % 4 == 0 else None),
        "template": urls.ref("employment-template", 1 + n % 5), "links": {"document": None}} | stamps(n)
    if case == 44:
        record["start"]["time"] = "08:30:00"  # unknown inside a known object
    out["employments"].append((without(record, "remoteId", "document", "end") if n % 5 == 3 and end is None else record)
                              | unknown(n))
    if case != 30:  # the employee of case 30 has no visible position
        for number, (begins, ends, move) in enumerate(_positions(case, as_of, start, end)):
            out["job-positions"].append(_position(urls, as_of, employee, n, 2 * turn + number, id_, begins, ends, move))
    if probation:
        initial, extended = (None if d is None else as_of + timedelta(days=d) for d in probation)
        record = urls.ref("probationary-period", 50001 + 3 * n + turn) | {
            "employment": urls.ref("employment", id_), "startsOn": _text(start), "endsOn": _text(extended or initial),
            "initialEndsOn": _text(initial), "extendedEndsOn": _text(extended), "links": {}} | stamps(n + 2) | unknown(n)
        out["probationary-periods"].append(without(record, "extendedEndsOn") if extended is None and n % 2 else record)


def _positions(case, as_of, start, end):
    """(first day, last day, which department) of each position of a contract."""
    day = timedelta(days=1)
    if case in (34, 45, 46):  # moved: the last day of one is the as-of date, or the first day of the next
        change = as_of + day if case == 34 else as_of if case == 45 else as_of - 100 * day
        return [(start, change - day, 0), (change, end, 1)]
    if case == 38:  # nothing on the as-of date itself
        return [(start, as_of - day, 0), (as_of + day, end, 1)]
    if case == 20:  # the position was left open when the contract ended
        return [(start, None, 0)]
    return [(start, end, 0)]


def _position(urls, as_of, employee, n, turn, employment, start, end, move):
    case = n % CREW
    department = HIDDEN["department"] if case in (31, 33) else cycle(DEPARTMENTS, n + 3 * move)
    manager = [None, HIDDEN["employee"], employee, str(1001 + n % 7)][n % 4]
    record = urls.ref("job-position", 80001 + 6 * n + turn) | {
        "remoteId": [None, "", "P-0012"][n % 3], "employment": urls.ref("employment", employment),
        "employee": urls.ref("employee", employee), "status": _status(as_of, start, end), "startsOn": _text(start),
        "endsOn": _text(end), "businessEstablishment": urls.ref("business-establishment", cycle(ESTABLISHMENTS, n)),
        "jobTitle": [None, "Developer “😀”", "null", "0012"][n % 4] if n % 9 else LONG_TEXT[:1024],
        "jobQualification": urls.ref("job-qualification", cycle([None] + QUALIFICATIONS, n)),
        "manager": urls.ref("employee", manager),
        "occupationCategory": urls.ref("occupation-category", cycle([None, "401", "499"], n)),
        "workingTimeArrangement": urls.ref("working-time-arrangement", cycle([None, "23"], n)),
        "department": urls.ref("department", department), "document": urls.ref("document", cycle([None, "D-1"], n)),
        "notes": [None, "", LONG_TEXT, "tab\tand \"quote\""][n % 4 if n < 40 else n % 2],
        "t9n": {"jobTitle": {"fr-FR": "Développeur 😀"}} if n % 2 else None, "links": {}} | stamps(n + 5)
    changes = cycle([[], ["jobTitle", "department"], ["salaryGrade"]], n)
    record |= {"changedAttributes": changes} if n % 4 == 1 else {"updatedAttributes": changes}  # older and newer name
    if n % 6 == 0:
        record["redacted"] = cycle([["jobTitle", "manager"], [], None], n // 6)
    return (without(record, "notes", "manager", "jobTitle", "endsOn" if end is None else "notes") if n % 7 == 6 else record) \
        | without(unknown(n + 8), "redacted")


def _employee(urls, n, id_, employments, positions):
    email = [f"canary.person{n}@canary-mail.example", None, "O'Neil+tag@exämple.net"][n % 3]
    record = urls.ref("employee", id_) | {
        "remoteId": [None, "00002345", "null"][n % 3], "portrait": urls.ref("portrait", 66512232 + n if n % 2 else None),
        "givenName": cycle(NAMES, n), "familyName": cycle(NAMES, n * 3 + 1) if n % 2 else f"Vextermoor-{n}",
        "employeeNumber": [f"{n:07d}", None, "", "1E5"][n % 4], "status": employments[-1]["status"] if employments else "ghost",
        "email": email, "birthDay": {"day": 29, "month": 2} if n % 3 else None, "phoneNumber": [None, "+33145784512"][n % 2],
        "applicableEmployment": urls.ref("employment", employments[-1]["id"] if employments else None),
        "applicableJobPosition": urls.ref("job-position", positions[-1]["id"] if positions else None),
        "links": {"portrait": urls.link("files/66512232?a=1"), "personalRecord": None}} | stamps(n)
    if n % 8 == 1:
        record["birthDay"] = {"day": 1, "month": 12, "year": 1985}
    if n % 8 == 5:
        record = without(record, "remoteId", "email", "birthDay", "portrait", "phoneNumber", "employeeNumber")
    return record | unknown(n)


def _personal_record(urls, n, id_):
    bank = [{"format": "iban", "bankName": "BNP \"Paribas\"", "accountIdentifier": f"FR76canary{n:06d}", "bankIdentifier": None},
            None, {"format": "other"},
            {"format": "sortCode", "accountIdentifier": "0012", "bankIdentifier": "AGRI", "holder": {"x": 1}}]
    record = urls.ref("employee-personal-record", 897000 + n) | {
        "employee": urls.ref("employee", id_), "title": ["mister", "miss", "unknown", "mx"][n % 4],
        "legalGender": ["male", "female", "diverse", "unspecified"][n % 4],
        "birthDate": [None, "1989-12-21", "2000-02-29", "0001-01-01"][n % 4] if n % 10 else "9999-12-31",
        "insuranceNumber": [{"format": "frenchSSN", "value": "1760774865895 37"}, None, {"format": "other", "value": ""}][n % 3],
        "nationalitiesCountryCodes": [["FRA"], [], ["FRA", "XKX"]][n % 3], "bankAccount": bank[n % 4],
        "phoneNumber": None if n % 2 else "+33456789634", "email": f"canary.home{n}@canary-mail.example", "links": {}}
    return record | (stamps(n + 1) if n % 3 else {}) | unknown(n + 1)  # the documented example has no time stamps
