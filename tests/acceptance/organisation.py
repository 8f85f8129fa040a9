"""The tenant's organisation: legal entities, establishments, departments, jobs and contract templates.

Small and awkward: references to things the caller may not see, properties absent and null, enum values from the future,
unknown properties at top level and inside nested objects.
"""
from awkward import LONG_TEXT, STAMPS, UNKNOWN, cycle

PLURALS = {"legal-entity": "legal-entities", "business-establishment": "business-establishments", "file": "files",
           "occupation-category": "occupation-categories", "job-qualification": "job-qualifications"}
# Seen in references, never listed: the caller has no access to them.
HIDDEN = {"legal-entity": "199", "department": "8998", "department-parent": "8999", "employee": "990001", "profession": "699"}
LEGAL_ENTITIES = ["101", "102", "103", "104"]
DEPARTMENTS = [str(n) for n in range(301, 313)]
ESTABLISHMENTS = [str(n) for n in range(501, 507)]
QUALIFICATIONS = [str(n) for n in range(701, 708)]


class Urls:
    """Makes the `id`, `type`, `url` triples every resource and reference starts with."""

    def __init__(self, origin):
        self.root = origin + "/lucca-api"

    def ref(self, kind, id_):
        """Reference to a resource, or None for no id."""
        if id_ is None:
            return None
        url = "about:blank" if kind == "working-time-arrangement" else f"{self.root}/{PLURALS.get(kind, kind + 's')}/{id_}"
        return {"id": str(id_), "type": kind, "url": url}

    def link(self, path):
        """Item-level link; real ones may carry a token, hence the canary."""
        return {"href": f"{self.root}/{path}&token=canary-href-token"}


def stamps(number):
    """createdAt and lastUpdatedAt, every awkward spelling in turn."""
    return {"createdAt": cycle(STAMPS, number), "lastUpdatedAt": cycle(STAMPS, number * 7 + 3)}


def unknown(number):
    """Properties this version of the API does not document."""
    return cycle(UNKNOWN, number) or {}


def without(record, *names):
    """The record with these optional properties absent, which is not the same as null."""
    return {k: v for k, v in record.items() if k not in names}


def build(urls):
    """Collection name → records, in the order of their ids."""
    return {"legal-entities": _legal_entities(urls), "business-establishments": _establishments(urls),
            "departments": _departments(urls), "professions": _professions(urls),
            "job-qualifications": _qualifications(urls), "occupation-categories": _categories(urls),
            "employment-templates": _templates(urls)}


def _legal_entities(urls):
    out = []
    for n, id_ in enumerate(LEGAL_ENTITIES):
        tax = [{"format": "franceSIREN", "value": "0044163769"}, None, {"format": "italyCF", "value": "0012", "checked": True},
               {"format": "other", "value": "null"}][n]
        record = urls.ref("legal-entity", id_) | {
            "legalName": ["Lucca S.A.S. “Siège”", "null", "0012", "\u200fשרה & Söhne\tGmbH"][n],
            "remoteId": ["LE:83", None, "", "12"][n], "isArchived": n == 3, "countryCode": ["FRA", "DEU", "ESP", "XXQ"][n],
            "currencyCode": ["EUR", "EUR", "ESP", "CHF"][n],
            "taxIdentificationNumber": tax, "industryCode": {"format": "martianX", "value": "7022Z"} if n % 2 else None,
            "lastArchivedAt": cycle(STAMPS, n) if n == 3 else None,
            "links": {"businessEstablishments": urls.link(f"business-establishments?legalEntity.id={id_}")}} | stamps(n)
        out.append((without(record, "remoteId", "industryCode", "lastArchivedAt") if n == 2 else record) | unknown(n + 3))
    return out


def _establishments(urls):
    out = []
    for n, id_ in enumerate(ESTABLISHMENTS):
        address = {"addressLines": ["10 Place de la Joliette", "", "Les Docks “10.2”\t😀"][: n + 1], "postalCode": "00013",
                   "locality": "Marseille", "administrativeArea": None if n else "Bouches-du-Rhône", "countryCode": "FRA"}
        if n == 1:
            address |= {"floor": 3, "geo": {"lat": 43.30, "lon": 5.10}, "countryCode": "ZZZ"}
        if n == 2:
            address = {"addressLines": ["only lines"]}
        record = urls.ref("business-establishment", id_) | {
            "name": cycle(["Paris", "12", "false", 'Mars"eille'], n), "remoteId": "00004" if n % 2 else None, "isArchived": n == 5,
            "legalEntity": urls.ref("legal-entity", "199" if n == 5 else cycle(LEGAL_ENTITIES, n)),
            "taxIdentificationNumber": {"format": "franceSIRET", "value": "0000000000000"} if n != 3 else None,
            "address": None if n == 4 else address, "timezoneId": [None, "Europe/Paris", "Mars/Olympus"][n % 3],
            "lastArchivedAt": cycle(STAMPS, 10) if n == 5 else None, "links": {}} | stamps(n + 4)
        if n % 2:  # newer properties: absent from some records
            record |= {"isHeadquarters": n == 1, "industryCode": {"format": "franceAPE", "value": "7022Z"}}
        if n == 0:
            record["legalEntity"]["legalName"] = "unknown inside a reference"
        out.append(record | unknown(n + 5))
    return out


def _departments(urls):
    out = []
    for n, id_ in enumerate(DEPARTMENTS):
        parent = None if n == 0 else HIDDEN["department-parent"] if n == 5 else DEPARTMENTS[(n - 1) // 2]
        record = urls.ref("department", id_) | {
            "name": ["Direction", "null", "0012", "R&D \"Lab\"", "Ventes\n& marketing", "Orphan 😀", "שיווק", " \u00a0trimmed? ",
                     "true", "a,b;c|d", "Zoë", "Zoe\u0308"][n],
            "description": LONG_TEXT if n == 3 else None, "remoteId": [None, "", "FIN", "007"][n % 4], "isArchived": n == 11,
            "parent": urls.ref("department", parent), "level": 1 + n.bit_length(),
            "manager": urls.ref("employee", [None, "1001", HIDDEN["employee"]][n % 3]), "sortOrder": n,
            "links": {"activeEmployees": urls.link(f"employees?applicableJobPosition.department.id={id_}&status=active")}}
        if n % 3:  # newer property
            record["owningApplication"] = [None, "timmi-office"][n % 2]
        out.append((without(record, "description", "remoteId", "parent") if n == 8 else record) | unknown(n + 6))
    return out


def _professions(urls):
    titles = [{"title": {"fr-FR": "Développeur", "de-DE": "Entwickler:in", "ar": "\u200fمطور"}}, {}, None]
    out = [urls.ref("profession", 601 + n) | {"title": f"Profession “{n}”", "isArchived": n == 2, "t9n": titles[n % 3],
                                             "links": {}} | unknown(n) for n in range(4)]
    return [without(out[0], "links")] + out[1:3] + [without(out[3], "t9n")]


def _qualifications(urls):
    return [urls.ref("job-qualification", id_) | {
        "title": f"Lead {n}", "profession": urls.ref("profession", HIDDEN["profession"] if n == 6 else 601 + n % 4),
        "rank": [1, 2, 2147483647][n % 3], "t9n": {"title": {"fr": "Chef\u00a0d’équipe"}}, "links": {}} | stamps(n + 9) | unknown(n + 1)
        for n, id_ in enumerate(QUALIFICATIONS)]


def _categories(urls):
    scopes = [None, [], ["501"], ["501", "502", "999"]]  # null means every establishment, which an empty list does not
    return [urls.ref("occupation-category", 401 + n) | {
        "title": f"Cadre {n}", "t9n": {"title": {"fr-FR": "Cadre"}}, "links": {},
        "businessEstablishments": None if ids is None else [urls.ref("business-establishment", i) for i in ids]} | unknown(n + 4)
        for n, ids in enumerate(scopes)]


def _templates(urls):
    out = []
    for n in range(5):
        record = urls.ref("employment-template", 1 + n) | {
            "title": ["CDI", "CDD", "Convention de stage", "null", "Mandat"][n],
            "legalEntities": [urls.ref("legal-entity", i) for i in LEGAL_ENTITIES[:n]],
            "term": ["permanent", "fixed", "seasonal"][n % 3], "t9n": {"title": {"en-GB": "“Contract”"}},
            "links": {"extensionDefinitions": urls.link("employee-extension-definitions?extends.type=employment-template")}}
        record |= {"source": "external"} if n == 1 else {"audience": ["employee", "alien"][n % 2]}  # older and newer name
        out.append(record | stamps(n + 13) | unknown(n + 7))
    return out
