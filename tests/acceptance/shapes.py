"""Attribute definitions, and JSON texts for the values of custom attributes of every shape.

A text is kept to the byte: `value` in the lake must read exactly so. `SHAPES` pairs a custom definition with the base schema
it declares and with the texts its values take in turn.
"""
from awkward import LONG_TEXT
from wire import dumps

_REF = '{"id":"%s","type":"%s","url":"https://example.ilucca.net/lucca-api/%s/%s"}'

SHAPES = [
    ("e_motto", "short-text", [
        '"plain"', '""', '" "', '"2024-01-15"', '"2024-02-30"', '"12.50"', '"0012"', '"true"', '"null"', '"1e3"', '"{}"',
        r'"tab\t quote\" slash\/ back\\ \u00e9 \ud83d\ude00 \u200f"', '"raw é 😀 \u200f \u2028"', r'"line\r\nbreak"',
        '"canary-motto-91f3"']),
    ("e_story", "long-text", ['"short"', dumps(LONG_TEXT), dumps(LONG_TEXT, ascii_only=True)]),
    ("e_remote", "boolean", ["true", "false"]),
    ("e_points", "int32", ["0", "-0", "1", "-2147483648", "2147483647"]),
    ("e_rate", "decimal", [
        "1.10", "1e3", "1E+2", "12345678901234567890", "-9223372036854775809", "-0.0", "0.1", "2.5e-7", "100.000",
        "3.14159265358979323846264338327950288", "1.7976931348623157e308"]),
    ("e_visaDate", "legacy-date", [
        '"2024-01-15"', '"2024-01-15T00:00:00"', '"1899-12-31"', '"9999-12-31T00:00:00"', '"2024-02-29"', "null"]),
    ("e_contact", "email", ['"canary.private@canary-mail.example"', '"null"']),
    ("e_site", "url", [r'"https:\/\/example.net\/?q=1&r=%20"']),
    ("e_scan", "file-reference", [_REF % ("2face165-5345-4cf3-ab05-5421a6b19df2", "file", "files", "2face165"), "null"]),
    ("e_buddy", "employee-reference", [_REF % ("417", "employee", "employees", "417"), '{"id":"418","type":"employee"}']),
    ("e_tShirtSize", "taxonomy-label-reference", [
        _REF % ("984", "taxonomy-label", "taxonomy-labels", "984"),
        _REF % ("985", "taxonomy-label-reference", "taxonomy-label-references", "985"), "null"]),
    ("e_children", "object", [
        '{"givenName":"canary-child-Ysolde","birthDate":"2015-05-05"}',
        '{ "givenName" : "Zo\\u00eb" ,\n\t"age":7.0 , "school" : {"id":"77","type":"taxonomy-label"} }',
        '{"nested":{"deeper":{"deepest":[[],[{}]]}}}', "{}", "null"]),
    ("e_anything", "short-text", [
        "null", "[]", "{}", '["a","b"]', '[1, 2.50,"x",null,true,{"k":[ ]}]', '[ ]', "[[1],[2,[3]]]", "true", "7", '"seven"',
        '[{"id":"5","type":"department"},{"id":"6","type":"department"}]']),
]

# Not custom, but near misses of the prefixes that send a definition to the personal zone.
NEAR_MISSES = [("personality.type", '"INTJ"'), ("employee.e_fake", '"still core"'), ("skills.level", "3"), ("e2.x", '"core"')]

# Built-in definitions: id, what they describe, declared type of the value.
BUILT_IN = [
    ("employee.givenName", "employee", "string"), ("employee.familyName", "employee", "string"),
    ("employee.email", "employee", "string"), ("employee.status", "employee", "string"),
    ("employee.birthDay", "employee", "object"), ("employee.employeeNumber", "employee", "string"),
    ("employee.portrait", "employee", "object"), ("personal.birthDate", "employee", "date"),
    ("personal.bankAccount", "employee", "object"), ("personal.email", "employee", "string"),
    ("personal.legalGender", "employee", "string"), ("personal.nationalitiesCountryCodes", "employee", "array"),
    ("user.seniorityDate", "employee", "date"), ("user.cost", "employee", "object"), ("user.corporateCard", "employee", "boolean"),
    ("user.unitSellPrice", "employee", "number"), ("employment.start", "employment", "object"),
    ("employment.end", "employment", "object"), ("employment.legalEntity", "employment", "object"),
    ("jobPosition.department", "job-position", "object"), ("jobPosition.jobTitle", "job-position", "string"),
    ("jobPosition.startsOn", "job-position", "date"), ("jobPosition.manager", "job-position", "object"),
] + [(name, "employee", "string") for name, _ in NEAR_MISSES]
# Definitions whose string values are dates by declaration, so that a date reading is due.
DATE_DEFINITIONS = {name for name, _, kind in BUILT_IN if kind == "date"} | {n for n, s, _ in SHAPES if s == "legacy-date"}


def definitions():
    """Records of employee-attribute-definitions, without `url` and time stamps."""
    out = []
    for number, (name, target, kind) in enumerate(BUILT_IN):
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name.replace(".", "-")}
        schema |= {"type": "string", "format": "date"} if kind == "date" else {"type": [kind, "null"]}
        out.append({"id": name, "name": name.split(".")[1], "multipleValueHandling": None, "taxonomy": None, "schema": schema,
                    "propertyDescriptions": {}, "isArchived": number % 7 == 3} | _target(number, target))
    for number, (name, title, _) in enumerate(SHAPES):
        schema = {"$id": f"/lucca-api/schemas/{title}", "title": title, "type": ["object", "null"], "multipleOf": 0.01}
        many = {"sorting": "ascending", "sortingProperty": "birthDate" if number % 2 else None}
        out.append({"id": name, "name": f"Custom “{name}”\t😀", "schema": schema, "isArchived": False,
                    "multipleValueHandling": many if title == "object" else None,
                    "propertyDescriptions": {"givenName": {"name": "Given name", "taxonomy": None, "sortOrder": 0,
                                                           "t9n": {"name": {"fr-FR": "Prénom"}}}} if title == "object" else None,
                    "taxonomy": {"id": "45", "type": "taxonomy", "url": "https://example.ilucca.net/lucca-api/taxonomies/45"}
                    if title.startswith("taxonomy") else None} | _target(number, "employee"))
        if number % 3 == 0:  # newer, so not on every definition
            out[-1]["applicabilitySchema"] = {"type": "object", "properties": {"template": {"enum": ["4", None, 1.50]}}}
    return sorted(out, key=lambda d: d["id"])


def _target(number, target):
    """The older and the newer name of one property, on different records; one kind nobody knows yet."""
    if number % 11 == 10:
        return {"targetType": "contract-amendment"}
    return {"targetType": target} if number % 2 else {"ofResourceType": target}
