"""Proves that `readers` and `portable` notice what is wrong: every value of a small lake is spoilt in turn, for every reader.

`python tests/acceptance/selfcheck_readers.py` needs requirements.txt and Java, and not the program.
"""
import json
import tempfile
from datetime import date, datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import check_portable
import check_readers
import portable
from lake import ARROW
from readers import READERS
from snapshots import published
from spark import lakes, lucca_queries, session

INSTANT = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=timezone.utc)
ROWS = {"id": ["a", "b"], "flag": [True, None], "small": [1, None], "big": [1 << 60, None], "real": [0.1, None],
        "day": [date(1969, 12, 31), None], "at": [INSTANT, None], "tags": [["x", None], None], "text": ["O'Neil\n\"é\"", None]}
TYPES = {"flag": pa.bool_(), "small": pa.int32(), "big": pa.int64(), "real": pa.float64(), "day": pa.date32(), "at": ARROW["t"],
         "tags": pa.list_(pa.string())}
SPOILT = {"id": "c", "flag": False, "small": 2, "big": 1 << 60 | 1, "real": 0.1000001, "day": date(1970, 1, 1),
          "at": INSTANT.replace(microsecond=999998), "tags": ["x"], "text": "O'Neil\n\"e\""}
# Readers without our own program and without generated views, which only the program can write.
PUBLIC = {name: read for name, read in READERS.items() if name != "query" and "view" not in name}
QUERY = "-- {0}: {0}\n-- column id string! none: x\n-- column n {2} none: x\n{1}"


def rows(**changes):
    columns = ROWS | changes
    return pa.table({name: pa.array(values, TYPES.get(name, pa.string())) for name, values in columns.items()})


def small_lake(root, tables, as_of="2025-06-16"):
    """Publishes Arrow tables for one day, with as much of a manifest as readers need."""
    entries = []
    for name, table in tables.items():
        path = f"core/{name}/as_of={as_of}/r-0000.parquet"
        Path(root, path).parent.mkdir(parents=True)
        pq.write_table(table, Path(root, path), store_schema=False)
        entries.append({"name": name, "zone": "core", "files": [{"path": path}]})
    manifest = Path(root, f"_lake/manifests/as_of={as_of}/0000000001.json")
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"format_version": 1, "as_of": as_of, "sequence": 1, "tables": entries}))
    return root


def readers(scratch):
    root = small_lake(scratch / "readers", {"people": rows(), "nobody": rows().slice(0, 0)})
    tables = published(root)
    for name, read in PUBLIC.items():
        see = lambda table, wanted, read=read: check_readers.compared(None, root, table, read, wanted)  # noqa: E731
        for table in tables.values():
            assert see(table, table.table()) == [], (name, see(table, table.table()))
        people = tables["people"]
        day = people.table().column("as_of")
        for column, value in SPOILT.items():
            for number in range(2):
                wrong = list(ROWS[column])
                wrong[number] = value
                assert see(people, rows(**{column: wrong}).append_column("as_of", day)), (name, column, number)
        assert see(people, people.table().slice(1)) and see(people, pa.concat_tables([people.table()] * 2)), name
        assert see(people, people.table().drop_columns("tags")), name
        assert see(people, people.table().append_column("more", day)), name
        assert see(people, people.table().set_column(2, "small", pa.array([1, None], pa.int64()))), name
        assert see(people, people.table().set_column(9, "as_of", pa.array([date(2025, 6, 17)] * 2))), name


def portable_queries(scratch):
    """Two queries, the first of which reads the second, in both engines against right and wrong published tables."""
    folder = scratch / "queries"
    folder.mkdir()
    after = "SELECT id, n FROM base WHERE DATE'2025-06-16' = CAST($as_of AS DATE) ORDER BY n DESC, id -- ) ORDER BY (\n"
    (folder / "after.sql").write_text(QUERY.format("after", after, "double"))
    (folder / "base.sql").write_text(QUERY.format("base", "SELECT id, n / 3 AS n FROM people ORDER BY id", "double"))
    (folder / "lost.sql").write_text(QUERY.format("lost", "SELECT id, n FROM nowhere", "double"))
    queries = lucca_queries.read_queries(folder)
    people = pa.table({"id": ["a", "b", "c"], "n": pa.array([1.0, 2.0, None])})
    snapshot = lakes.published(session(), [], [f"small={small_lake(scratch / 'portable', {'people': people})}"], "newest")[0]
    ids = {"base": ["a", "b", "c"], "after": ["b", "a", "c"]}
    values = {"a": 1 / 3, "b": 2 / 3, "c": None}
    right = {name: pa.table({"id": order, "n": pa.array([values[i] for i in order], pa.float64())}) for name, order in ids.items()}
    for name, compute in check_portable.ENGINES.items():
        results, skipped = compute(snapshot, queries)
        assert [(query.name, table) for query, table in skipped] == [("lost", "nowhere")], (name, skipped)
        for query in queries[:2]:
            wanted, result = right[query.name], results[query.name]
            assert check_portable.problems([query], right, results) == [], (name, query.name)
            for wrong in (wanted.slice(1), wanted.take([1, 0, 2]), wanted.rename_columns(["id", "m"]),
                          wanted.set_column(1, "n", pa.array([0.5, 0.5, 0.5])),
                          wanted.set_column(1, "n", pa.array([1, 1, 1]))):
                assert portable.unlike(wrong, result), (name, query.name, wrong)
        assert check_portable.problems(queries, right, results, skipped), "a query that is not published"
        assert check_portable.problems(queries[:1], right, {}), "a query that was not computed"


def values():
    assert portable.same(0.1, 0.1 + 1e-12) and not portable.same(0.1, 0.1001) and not portable.same(0.0, None)
    assert not portable.same(1, True) and not portable.same(1, 1.0) and not portable.same("1", 1) and not portable.same(None, "")
    assert not portable.same(("a",), ("a", None)) and portable.same(("a", None), ("a", None))
    assert portable.ends_in_order("SELECT 1 ORDER BY x, f(y) -- end")
    assert not portable.ends_in_order("SELECT row_number() OVER (ORDER BY x)") and not portable.ends_in_order("-- ORDER BY\nSELECT 1")


def main():
    values()
    with tempfile.TemporaryDirectory(prefix="selfcheck-") as scratch:
        readers(Path(scratch))
        portable_queries(Path(scratch))
    print("self-check of the readers passed")


if __name__ == "__main__":
    main()
