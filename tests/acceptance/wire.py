"""JSON text under our control: what the server sends must be known to the byte.

`json.dumps` decides spelling for us (1.10 becomes 1.1), so attribute values are written as `Raw` fragments and everything
else by `dumps`, whose spelling (escapes, white space) varies from record to record on purpose.
"""
import json
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Raw:
    """JSON text sent as it is."""

    text: str


def dumps(value, ascii_only=False, spaced=False):
    """JSON text of plain values and `Raw` fragments. `ascii_only` writes \\u escapes, `spaced` adds legal white space."""
    comma, colon = (" ,\n  ", " : ") if spaced else (",", ":")
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        pairs = (json.dumps(k) + colon + dumps(v, ascii_only, spaced) for k, v in value.items())
        return "{" + comma.join(pairs) + "}"
    if isinstance(value, list):
        return "[" + comma.join(dumps(v, ascii_only, spaced) for v in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def loads(text):
    """Python value of JSON text, numbers exact: a digit lost on the way shows as a difference."""
    return json.loads(text, parse_float=Decimal)


def members(text):
    """Top-level property → the JSON text of its value, to the byte."""
    decoder, out = json.JSONDecoder(), {}
    at = _skip(text, text.index("{") + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, at = decoder.raw_decode(text, start)
        out[key] = text[start:at]
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return out


def _skip(text, at):
    while text[at] in " \t\r\n":
        at += 1
    return at
