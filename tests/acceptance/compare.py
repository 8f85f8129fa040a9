"""Compares expected and actual rows, value by value, and says where they part."""
from expect import AnyOf
from wire import loads


def same(kind, wanted, found):
    """Whether a value is the expected one, type included: True is not 1, "1" is not 1, JSON text is equal by content."""
    if isinstance(wanted, AnyOf):
        return any(same(kind, option, found) for option in wanted.options)
    if kind == "j" and found is not None:
        try:
            found = loads(found)
        except (TypeError, ValueError):
            return False
    return _equal(wanted, found)


def _equal(a, b):
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return a == b


def differences(wanted, found, columns, key=("id",), limit=5):
    """The first differences between two lists of rows, as text; an empty list means equal. Order of rows is not compared."""
    out = []
    if len(wanted) != len(found):
        out.append(f"{len(found)} rows, expected {len(wanted)}")

    def keyed(rows):
        return {tuple(r.get(k) for k in key): r for r in rows}

    expected, actual = keyed(wanted), keyed(found)
    if len(actual) != len(found):
        out.append(f"{len(found) - len(actual)} rows more than distinct {key}")
    out += [f"missing {k}" for k in sorted(expected.keys() - actual.keys(), key=str)[:limit]]
    out += [f"invented {k}" for k in sorted(actual.keys() - expected.keys(), key=str)[:limit]]
    for name, kind in columns:
        for k in sorted(expected.keys() & actual.keys(), key=str):
            if name not in actual[k]:
                out.append(f"no column {name}")
                break
            if not same(kind, expected[k][name], actual[k][name]):
                out.append(f"{k} {name}: {_short(actual[k][name])}, expected {_short(expected[k][name])}")
                if len(out) > limit:
                    return out
                break
    return out


def _short(value):
    text = repr(value)
    return text if len(text) < 160 else f"{text[:80]}…{text[-40:]} ({len(text)} characters)"
