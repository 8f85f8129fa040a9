"""Values that programs like to get wrong. Each list is cycled over the people, so that every one is served."""

# Names that look like something else, break CSV or SQL, or change when someone normalises or trims them.
NAMES = [
    "null", "0012", "true", "NaN", "1e5", "-", "=1+1", "NULL", "None", "undefined", "2024-01-15",
    'Quo"te', "O'Neil", "Back\\slash", "Tab\there", "Line\nbreak", "Carriage\r\nreturn", "Comma, Jr.", "Semi;colon", "Pi|pe",
    "Robert'); DROP TABLE employees;--", "{\"json\": 1}", "[1,2]", "%s%n{}", "${HOME}", "$1 \\1",
    "Zoë", "Zoe\u0308", "Ångström", "Łukasz", "Ñandú", "İIıi", "ß", "李小龍", "サトウ", "Θεόδωρος", "Ольга", "ไทย",
    "مريم", "שרה", "\u200fright\u200e", "\u202eoverride\u202c", "zero\u200bwidth", "no\u00a0break", "\ufeffbom", "ﬁ ligature",
    "👩‍👩‍👧‍👦", "🇫🇷", "😀 Smith", "👍🏽", "\U0010ffff", "\ue000private", "line\u2028separator", "\u0001control\u007f", "\ufffd",
    " Lead", "Trail ", "  ", "a" * 255,
]

# Offsets either side of midnight and of the year, 0 to 9 fractional digits, digits to cut and not to round, the extremes
# that .NET sends for "no date", and instants before 1970, where cutting and rounding towards zero differ.
STAMPS = [
    "2014-04-12T09:43:52Z", "2014-04-12T09:43:52.4Z", "2014-04-12T09:43:52.43Z", "2014-04-12T09:43:52.432Z",
    "2014-04-12T09:43:52.4321Z", "2014-04-12T09:43:52.43219Z", "2014-04-12T09:43:52.432198Z",
    "2014-04-12T09:43:52.4321989Z", "2014-04-12T09:43:52.43219899Z", "2014-04-12T09:43:52.432198999Z",
    "2024-01-01T00:30:00+02:00", "2023-12-31T13:00:00.0001-11:30", "2024-06-30T23:59:59.9999999+05:45",
    "2024-02-29T12:00:00+14:00", "2024-02-29T23:59:59.999999+00:00", "2020-05-05T05:05:05.5-00:00",
    "2000-01-01T00:00:00+00:00", "2025-03-30T02:30:00+01:00", "2025-10-26T02:30:00.1234567+02:00",
    "1969-12-31T23:59:59.1234567Z", "1969-12-31T23:59:59.9999999+00:00", "1900-01-01T00:00:00.0000019Z",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000009Z", "9999-12-31T23:59:59.9999999Z",
]

# Longer than any buffer one would guess, and not all of it one byte per character.
LONG_TEXT = ("Thirty thousand characters, “quoted”, tab\t, line\n, 😀, \u200fعربى\u200e. " * 600)[:30_000]

# What a newer version of the API might add. One of them per record, in turn; None adds nothing. Some names collide with our
# columns once lowered to snake_case: they must not end up there.
UNKNOWN = [
    None, {"costCentre": "CC-12"}, None, {"seatNumber": 42}, {"isRemote": True}, {"nickname": None},
    {"big": 123456789012345678901234567890}, {"ratio": 0.1}, {"Email": "not-the-email"}, {"tags": ["a", "é", None, 1]},
    {"badge": {"colour": "blue", "levels": [1, {"deep": "😀"}]}}, {"empty": {}, "none": []}, {"id_": "x", "ID": "y"},
    {"given_name": "not a column", "employee_id": "not a column"}, {"_extra": "not ours"}, {"weird key \"é\"\t": "v"},
    {"redacted": ["email", "phoneNumber"]}, {"longNote": LONG_TEXT},
]


def cycle(values, index):
    """The value whose turn it is."""
    return values[index % len(values)]
