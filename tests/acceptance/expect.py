"""What the lake must hold: every table, column and type, worked out from the served JSON by the documented column rules.

Own code on purpose. A value is a Python scalar; a date is its ISO text; a timestamp is microseconds since 1970 in UTC; a
list is a list of strings. Where the documents allow two readings the value is `AnyOf`.
"""
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from rules import applicable
from wire import loads, members

# path[=column]:kind. Kinds: s string, b bool, i int32, f double, d date, t timestamp, r reference, R references, l list of
# strings, j JSON kept as text, v the attribute value.
PATHS = {
    "legal-entities": "legalName:s remoteId:s isArchived:b countryCode:s currencyCode:s taxIdentificationNumber.format:s "
                      "taxIdentificationNumber.value:s industryCode.format:s industryCode.value:s createdAt:t lastUpdatedAt:t "
                      "lastArchivedAt:t",
    "business-establishments": "name:s remoteId:s isArchived:b legalEntity:r isHeadquarters:b taxIdentificationNumber.format:s "
                               "taxIdentificationNumber.value:s industryCode.format:s industryCode.value:s "
                               "address.addressLines=address_lines:l address.postalCode:s address.locality:s "
                               "address.administrativeArea:s address.countryCode:s timezoneId:s lastArchivedAt:t createdAt:t "
                               "lastUpdatedAt:t",
    "departments": "name:s description:s remoteId:s isArchived:b parent:r level:i manager:r sortOrder:i owningApplication:s",
    "professions": "title:s isArchived:b t9n:j",
    "job-qualifications": "title:s profession:r rank:i t9n:j createdAt:t lastUpdatedAt:t",
    "occupation-categories": "title:s businessEstablishments=business_establishment_ids:R t9n:j",
    "employment-templates": "title:s legalEntities=legal_entity_ids:R term:s audience:s source:s t9n:j createdAt:t lastUpdatedAt:t",
    "employees": "remoteId:s portrait:r givenName:s familyName:s employeeNumber:s status:s email:s birthDay.day=birth_day:i "
                 "birthDay.month=birth_month:i phoneNumber:s applicableEmployment:r applicableJobPosition:r createdAt:t "
                 "lastUpdatedAt:t",
    "employee-personal-records": "employee:r title:s legalGender:s birthDate:d insuranceNumber.format:s insuranceNumber.value:s "
                                 "nationalitiesCountryCodes:l bankAccount.format:s bankAccount.bankName:s "
                                 "bankAccount.accountIdentifier:s bankAccount.bankIdentifier:s phoneNumber:s email:s createdAt:t "
                                 "lastUpdatedAt:t",
    "employments": "remoteId:s employee:r legalEntity:r status:s start.date:d end.date:d document:r template:r createdAt:t "
                   "lastUpdatedAt:t",
    "job-positions": "remoteId:s employment:r employee:r status:s startsOn:d endsOn:d businessEstablishment:r jobTitle:s "
                     "jobQualification:r manager:r occupationCategory:r workingTimeArrangement:r department:r document:r notes:s "
                     "t9n:j updatedAttributes:l redacted:l createdAt:t lastUpdatedAt:t",
    "probationary-periods": "employment:r startsOn:d endsOn:d initialEndsOn:d extendedEndsOn:d createdAt:t lastUpdatedAt:t",
    "employee-attribute-definitions": "name:s schema:j applicabilitySchema:j propertyDescriptions:j taxonomy:r "
                                      "multipleValueHandling.sorting:s multipleValueHandling.sortingProperty:s targetType:s "
                                      "isArchived:b lastArchivedAt:t t9n:j createdAt:t lastUpdatedAt:t",
    "employee-attributes": "definition:r employee:r employment:r jobPosition:r applicability.start:d applicability.end:d value:v "
                           "createdAt:t lastUpdatedAt:t",
}
ALIASES = {"targetType": "ofResourceType", "updatedAttributes": "changedAttributes"}  # one property, two names
READINGS = [("value_text", "s"), ("value_number", "f"), ("value_boolean", "b"), ("value_date", "d"),
            ("value_reference_id", "s"), ("value_reference_type", "s")]
BOOKKEEPING = ("_extra", "_extracted_at", "_run_id")  # the last three columns of every API table
ZONES = {"employee_personal_records": "personal", "personal_attributes": "personal"}  # all others are core
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(T00:00:00)?")


@dataclass(frozen=True)
class AnyOf:
    """The documents allow each of these."""

    options: tuple


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _spec(collection):
    """(path, column, kind) for each documented property, `id` and `url` first."""
    out = [(["id"], "id", "s"), (["url"], "url", "s")]
    for item in PATHS[collection].split():
        (path, _, column), kind = item.split(":")[0].partition("="), item.split(":")[1]
        out.append((path.split("."), column or "_".join(map(snake, path.split("."))) + ("_id" if kind == "r" else ""), kind))
    return out


def collection_of(table):
    return "employee-attributes" if table == "personal_attributes" else table.replace("_", "-")


def columns(table):
    """[(column, kind)] without the bookkeeping columns."""
    out = []
    for _, column, kind in _spec(collection_of(table)):
        out += [(column, kind)] + (READINGS if kind == "v" else [])
    return out


def micros(text):
    """Microseconds since 1970 UTC of an RFC 3339 date-time; digits beyond microseconds are cut."""
    day, fraction, zone = _STAMP.fullmatch(text).groups()
    offset = timedelta(0)
    if zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    elapsed = datetime.fromisoformat(day).replace(tzinfo=timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc) - offset
    return elapsed // timedelta(microseconds=1) + int((fraction or "").ljust(6, "0")[:6])


def tables(tenant, attributes_as_of=None):
    """Table → rows as served. `attributes_as_of`: the applicability filter that the program sent, if any."""
    out = {}
    dates = _date_definitions(tenant)
    for name in PATHS:
        rows = [row(name, text, dates) for text in tenant.texts(name, True)]
        if name != "employee-attributes":
            out[name.replace("-", "_")] = rows
            continue
        if attributes_as_of:
            rows = [r for r, a in zip(rows, tenant.collections[name]) if applicable(a, attributes_as_of)]
        # Only what is known to be of the directory and of contracts is not personal.
        core = [r for r in rows if re.match(r"(employee|employment|jobPosition|probationaryPeriod|user)\.", r["definition_id"])]
        out["employee_attributes"] = core
        kept = {r["id"] for r in core}
        out["personal_attributes"] = [r for r in rows if r["id"] not in kept]
    return out


def _date_definitions(tenant):
    """Definitions whose schema declares a date, so that a date reading of their values is due."""
    return {d["id"] for d in tenant.collections["employee-attribute-definitions"]
            if d["schema"].get("format") == "date" or d["schema"].get("title") == "legacy-date"}


def row(collection, text, date_definitions=frozenset()):
    """The row of one record, from its JSON text."""
    record, spec, out = loads(text), _spec(collection), {}
    for path, column, kind in spec:
        value = record
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None and path[0] in ALIASES:
            value = record.get(ALIASES[path[0]])
        if kind == "r":
            value = value and value["id"]
        elif kind == "R":
            value = None if value is None else [r["id"] for r in value]
        elif kind == "t":
            value = value and micros(value)
        elif kind == "v":
            value = members(text).get("value")
            out |= readings(record["definition"]["id"] in date_definitions, value)
        out[column] = value
    return out | {"_extra": _extra(record, spec)}


def readings(is_date, text):
    """The typed readings of an attribute value: a reading is there only for its own JSON type."""
    out = dict.fromkeys(name for name, _ in READINGS)
    value = None if text is None else loads(text)
    if isinstance(value, str):
        out["value_text"] = value
        out["value_date"] = _as_date(value, is_date)
    elif isinstance(value, bool):
        out["value_boolean"] = value
    elif isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("type"), str):
            out |= {"value_reference_id": value["id"], "value_reference_type": value["type"]}
        elif set(value) == {"date"}:  # employment.start: whether a wrapped date is read as a date is left open
            out["value_date"] = AnyOf((None, value["date"]))
    elif value is not None and not isinstance(value, list):
        out["value_number"] = float(value)
    return out


def _as_date(text, declared):
    match = _DATE.fullmatch(text)
    try:
        day = match and date.fromisoformat(match[1]).isoformat()
    except ValueError:
        return None  # 2024-02-30 looks like a date and is none
    return day if declared or day is None else AnyOf((None, day))  # a text that happens to look like a date


def _extra(record, spec):
    """Properties not in the schema: under their own name, or nested under the name of the known object they came in."""
    known = {}
    for path, _, kind in spec:
        inner = known.setdefault(path[0], None if len(path) == 1 and kind != "r" else set())
        if inner is not None:
            inner |= {"id", "type", "url"} if kind == "r" else {path[1]}
    out = {}
    for key, value in record.items():
        if key in ("type", "links", "embedded") or key in ALIASES.values():
            continue
        if key not in known:
            out[key] = value
        elif known[key] is not None and isinstance(value, dict):
            inside = {k: v for k, v in value.items() if k not in known[key]}
            out |= {key: inside} if inside else {}
    return out or None
