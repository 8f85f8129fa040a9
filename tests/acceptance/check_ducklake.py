"""DuckLake: examples/ducklake registers exactly the published files, and DuckDB reads from them what the lake holds."""
import re
import subprocess
from pathlib import Path

import snapshots
from extensions import python, told

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "ducklake"
DAYS = ("2026-11-20", "2026-11-21")
# Columns that the first day does not have yet: text, list, date.
LATER = {"business_establishments": ["name", "address_lines"], "employments": ["end_date"]}
# Columns of every type, and few of them: that all tables can be registered is shown by Iceberg, in the same way.
TABLES = "business_establishments,departments,employee_attribute_definitions,employee_attributes,employees,employments,job_positions,legal_entities"


def ducklake(ctx):
    """Two days of a lake as DuckLake tables, one of them replaced and one dropped: values, files and comments, by its own DuckDB."""
    lake, catalogue = ctx.new_lake(), Path(f"{ctx.new_lake()}.ducklake")
    register = lambda: _run(ctx, EXAMPLE / "register.py", "--lake", lake, "--catalogue", catalogue, "--lucca-lake", ctx.program.binary)  # noqa: E731
    same = lambda *days: _differences(lake, catalogue, days)  # noqa: E731
    with ctx.program.fake_tenant("--employees", 40) as tenant:
        sync = lambda day: ctx.program.run("sync", "--lake", lake, "--as-of", day, "--tables", TABLES, "--requests-per-minute", 6000, env=tenant).code  # noqa: E731
        ctx.check("ducklake: sync of a day", sync(DAYS[0]) == 0)
        snapshots.without_columns(lake, DAYS[0], LATER)
        register()
        ctx.check("ducklake: sync of the next day", sync(DAYS[1]) == 0)
        register()
        ctx.check("ducklake: both days: rows, files, columns and comments are those of the lake", same(*DAYS))
        before = catalogue.read_bytes()
        said = register()
        ctx.check("ducklake: said again it changes nothing", not re.search(r"[1-9]\d* (added|dropped)", said) and len(before) == catalogue.stat().st_size)
        ctx.check("ducklake: sync that replaces a day", sync(DAYS[1]) == 0)
    said = register()
    ctx.check("ducklake: of a replaced day the new files are there and the old ones are not", same(*DAYS))
    ctx.check("ducklake: it says so", "departments: 2 files, 1 added, 1 dropped" in said)
    dropped = ctx.program.run("gc", "--lake", lake, "--drop", DAYS[0], "--yes")
    ctx.check("ducklake: a day is dropped from the lake", [] if dropped.code == 0 else [dropped.tail()])
    register()
    ctx.check("ducklake: a dropped day is gone", same(DAYS[1]))
    published = {path for table in snapshots.published(lake).values() for path in table.paths()}
    ctx.check("ducklake: the lake's files are all there", [path for path in published if not Path(path).exists()])


def _run(ctx, *command):
    done = subprocess.run([python(), *command], capture_output=True, text=True, timeout=120)
    ctx.check("ducklake: the example ends well", [] if done.returncode == 0 else [done.stderr[-600:]])
    return done.stdout


def _differences(lake, catalogue, days):
    wanted = {name: table.paths() for name, table in snapshots.published(lake).items()}
    found = told("ducklake_rows.py", EXAMPLE, catalogue, about=wanted)
    if isinstance(found, list):
        return found
    right = {"differences": 0, "files": True, "columns": True, "uncommented": []}
    out = [f"{name}: {said}" for name, said in found.items() if said == "only in one" or {k: said[k] for k in right} != right]
    seen = sorted({day for said in found.values() for day in said["days"]}) if not out else list(days)
    return out + ([] if seen == list(days) else [f"days {seen}"])
