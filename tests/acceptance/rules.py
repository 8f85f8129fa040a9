"""What the API documents about each collection: scope, page limit, filters, sort keys, embedded dictionaries."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """`lists` maps a filter to the largest number of values it takes."""

    scope: str
    lists: dict
    max_limit: int = 100
    sorts: tuple = ()
    embeds: tuple = ()


def _lists(*names):
    return {name: 100 for name in names}


COLLECTIONS = {
    "legal-entities": Rules("legal-entities", _lists("countryCode", "isArchived")),
    "business-establishments": Rules("business-establishments", _lists("legalEntity.id", "isArchived"), embeds=("legal-entity",)),
    "departments": Rules("departments", _lists("isArchived")),
    "professions": Rules("job-qualifications", _lists("isArchived")),
    "job-qualifications": Rules("job-qualifications", _lists("rank", "profession.id")),
    "occupation-categories": Rules("occupation-categories", {}),
    "employees": Rules("employees", _lists("id", "email", "status"), sorts=("id", "familyName", "createdAt"),
                       embeds=("employment", "job-position")),
    "employee-personal-records": Rules("employee-personal-records", _lists("employee.id", "legalGender"), embeds=("employee",)),
    "employments": Rules("employments", _lists("id", "remoteId", "employee.id", "legalEntity.id", "template.id", "start.date",
                                               "end.date", "status"), sorts=("id", "start.date", "end.date"), embeds=("employee",)),
    "employment-templates": Rules("employment-templates", {}),
    "job-positions": Rules("job-positions", _lists("id", "remoteId", "employment.id", "businessEstablishment.id", "status",
                                                   "startsOn", "endsOn", "jobQualification.id", "occupationCategory.id",
                                                   "manager.id", "department.id"),
                           sorts=("id", "startsOn", "endsOn"), embeds=("department", "job-qualification", "employee", "employment")),
    "probationary-periods": Rules("probationary-periods", _lists("employment.id"), sorts=("id", "startsOn", "endsOn")),
    "employee-attribute-definitions": Rules("employee-attribute-definitions", {}),
    "employee-attributes": Rules("employee-attributes", {"employee.id": 1000, "definition.id": 1000}, max_limit=1000,
                                 embeds=("employee-attribute-definition", "taxonomy-label")),
}
# Understood everywhere; `applicability.asOf` on employee-attributes only.
COMMON = ("include", "limit", "page")
INCLUDES = {"links", "totalCount", "embedded"}


def undocumented(collection, query):
    """Parameters of a query that the collection does not document: a real server may refuse or ignore them."""
    rules = COLLECTIONS[collection]
    known = {*COMMON, *rules.lists, *({"sort"} if rules.sorts else ()),
             *({"applicability.asOf"} if collection == "employee-attributes" else ())}
    return sorted(set(query) - known)


def property_at(record, path):
    """The value at a dotted path, or None."""
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return record


def matches(record, path, wanted):
    """Strict equality with one of the wanted texts; the text `null` stands for null."""
    value = property_at(record, path)
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text in wanted


def applicable(record, day):
    """Whether an attribute holds on a day; no window means always, both ends belong to the window."""
    window = record.get("applicability") or {}
    return (window.get("start") or "") <= day and (window.get("end") or "9999-99-99") >= day
