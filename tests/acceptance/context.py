"""What every check works with: the program, a place to write, and the list of results."""
import tempfile
from pathlib import Path

import derived
import expect
import lake
import people
from compare import differences
from server import Lucca


class Context:
    """Collects named results; a check is passed when its list of problems is empty."""

    def __init__(self, program):
        self.program, self.passed, self.failed = program, 0, []
        self.scratch = tempfile.TemporaryDirectory(prefix="acceptance-lakes-")
        self.servers, self.canaries, self.lakes = [], set(), 0

    def check(self, name, problems):
        """Records and prints one result. `problems` is a list of texts, or a bool that says whether all is well."""
        problems = ([] if problems else ["not so"]) if isinstance(problems, bool) else list(problems)
        self.passed += not problems
        print(f"{'FAIL' if problems else 'ok  '} {name}", flush=True)
        for problem in problems[:8]:
            print(f"     {problem}", flush=True)
        if problems:
            self.failed.append(name)
        return not problems

    def note(self, text):
        """A figure worth seeing that is neither right nor wrong."""
        print(f"     {text}", flush=True)

    def server(self, tenant=None, **options):
        """A fake serving a small tenant (or `tenant(origin)`); closed at the end."""
        lucca = Lucca(**options)
        self.servers.append(lucca)
        lucca.serve((tenant or people.build)(lucca.origin))
        self.canaries |= lucca.tenant.personal_values()
        return lucca

    def new_lake(self):
        self.lakes += 1
        return Path(self.scratch.name, f"lake{self.lakes}")

    def synced(self, name, lucca, root, **options):
        """Runs a sync that has to succeed."""
        result = self.program.sync(lucca, root, **options)
        self.check(f"{name}: sync ends well", [] if result.code == 0 else [result.tail()])
        return result

    def close(self):
        for lucca in self.servers:
            lucca.close()
        self.scratch.cleanup()


def expected(lucca):
    """Tables due in the lake after a sync, given the applicability filter the program chose to send."""
    days = {r.query.get("applicability.asOf") for r in lucca.requests if r.path.endswith("/employee-attributes")}
    assert len(days) <= 1, f"one sync asked for attributes as of {days}"
    return expect.tables(lucca.tenant, attributes_as_of=days.pop() if days else None)


def api_columns(table):
    return expect.columns(table) + [("_extra", "j")]


def derived_tables(tables, as_of):
    """Derived table → (expected rows, columns, key)."""
    return {"headcount": (derived.headcount(tables, str(as_of)), derived.HEADCOUNT, ("department_id", "legal_entity_id")),
            "probation_deadlines": (derived.probation_deadlines(tables, str(as_of)),
                                    [(name, kind) for name, (kind, _) in derived.PROBATION.items()], ("employment_id",))}


def renamed(table, rows):
    """Rows of probation_deadlines under our names of its columns."""
    if table != "probation_deadlines" or not rows:
        return rows
    names = {ours: next((n for n in may_be if n in rows[0]), None) for ours, (_, may_be) in derived.PROBATION.items()}
    return [{ours: row[name] for ours, name in names.items() if name} for row in rows]


def unequal(root, tables, as_of):
    """Differences in any table of a local lake for one date, read by glob with PyArrow."""
    out = []
    for table, rows in tables.items():
        out += [f"{table}: {d}" for d in _compared(root, table, as_of, rows, api_columns(table), ("id",))]
    for table, (rows, columns, key) in derived_tables(tables, as_of).items():
        out += [f"{table}: {d}" for d in _compared(root, table, as_of, rows, columns, key)]
    return out


def _compared(root, table, as_of, rows, columns, key):
    paths = lake.files(root, table, as_of)
    return differences(rows, renamed(table, lake.with_pyarrow(paths)), columns, key) if paths else ["no file"]


def nothing_published(root):
    """What a reader could see of a run that must not have published."""
    seen = [f"visible: {p.relative_to(root)}" for p in lake.files(root)]
    return seen + [f"manifest: {m[0].name}" for m in lake.manifests(root)]
