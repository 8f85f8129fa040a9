"""One form for the tables of all readers: the lake's own names of types, and rows of plain Python values."""
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

KINDS = {pa.bool_(): "boolean", pa.int32(): "int32", pa.int64(): "int64", pa.float64(): "double", pa.date32(): "date"}


def kind(arrow_type):
    """The lake's name of a type, whatever the reader's memory layout of it; any other type stays what it is."""
    if pa.types.is_string(arrow_type) or pa.types.is_large_string(arrow_type) or pa.types.is_string_view(arrow_type):
        return "string"
    if pa.types.is_timestamp(arrow_type) and arrow_type.unit == "us" and arrow_type.tz in ("UTC", "Etc/UTC", "+00:00"):
        return "timestamp"
    if (pa.types.is_list(arrow_type) or pa.types.is_large_list(arrow_type)) and kind(arrow_type.value_type) == "string":
        return "string_list"
    return KINDS.get(arrow_type, str(arrow_type))


def kinds(table):
    """Column → kind."""
    return {field.name: kind(field.type) for field in table.schema}


def rows(table, names=None):
    """Rows as tuples, columns in the order of `names`. An instant is its microseconds since 1970: Python's own clock types
    do not reach as far as the lake's."""
    columns = []
    for name in names or table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        elif pa.types.is_date(column.type):
            column = pc.cast(column, pa.string())
        values = column.to_pylist()
        columns.append([tuple(v) if isinstance(v, list) else v for v in values])
    return list(zip(*columns)) if columns else []


def differences(wanted, found, ignored=(), limit=4):
    """The first differences between two tables in columns, types and rows, as text. Neither order counts."""
    expected, actual = kinds(wanted), {n: k for n, k in kinds(found).items() if n not in ignored}
    out = [f"no column {n}" for n in expected if n not in actual] + [f"column {n} too many" for n in actual if n not in expected]
    out += [f"{n} is {actual[n]}, not {k}" for n, k in expected.items() if actual.get(n, k) != k]
    if out:
        return out[:limit]
    names = list(expected)
    left, right = (Counter(rows(t, names)) for t in (wanted, found))
    out += [f"{found.num_rows} rows, expected {wanted.num_rows}"] if wanted.num_rows != found.num_rows else []
    missing, invented = (sorted((a - b).elements(), key=repr) for a, b in ((left, right), (right, left)))
    for row in missing[:limit]:
        like = min(invented, key=lambda other: sum(a != b for a, b in zip(row, other)), default=None)
        if like is None:
            out.append(f"missing {row!r}"[:300])
        else:
            out += [f"{n}: {b!r}, expected {a!r}"[:300] for n, a, b in zip(names, row, like) if a != b][:limit]
    return out + ([f"invented {row!r}"[:300] for row in invented[:limit]] if invented and not missing else [])
