"""Running again, running on S3, running within the budget, running large."""
import csv
import io
import os
import shlex
import time
from datetime import timedelta
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.fs

import lake
import loopback_s3
import people
from context import expected, unequal
from faults import Fault


def demo(ctx):
    """What `demo` says to try next works where it says so, and DuckDB reads the same."""
    here = ctx.new_lake()
    here.mkdir(parents=True, exist_ok=True)
    result = ctx.program.run("demo", "--employees", "40", cwd=here)
    ctx.check("demo: runs", [] if result.code == 0 else [result.tail()])
    commands = [shlex.split(line) for line in result.err.partition("Try next")[2].splitlines() if line.startswith("  ")]
    ctx.check("demo: three things to try next", [] if len(commands) == 3 else [str(commands)])
    for program, *arguments in commands[:2]:
        tried = ctx.program.run(*arguments, cwd=here)
        ctx.check(f"demo: {arguments[0]}", [] if program == ctx.program.binary and tried.code == 0 and tried.out else [program + tried.tail()])
    answered = ctx.program.run(*commands[0][1:], "--format", "csv", cwd=here)
    rows = list(csv.DictReader(io.StringIO(answered.out)))
    ctx.check("demo: duckdb is given the views", [] if commands[2][:2] == ["duckdb", "-init"] else [str(commands[2])])
    found, _ = lake.with_duckdb("headcount", (here / commands[2][2]).read_text())
    ctx.check("demo: DuckDB counts as many people", [] if sum(row["headcount"] for row in found) == sum(int(row["people"]) for row in rows) > 0
              else [f"{found} {rows}"])


def rerun(ctx):
    """The same date replaces, another date adds, a failed run changes nothing."""
    lucca, root = ctx.server(lambda origin: people.build(origin, empty=("professions",))), ctx.new_lake()
    as_of = lucca.tenant.as_of
    ctx.synced("rerun, first", lucca, root)
    first = {p.name for p in lake.files(root)}
    lucca.serve(people.build(lucca.origin))  # the data has changed since: professions have appeared
    ctx.synced("rerun, same date", lucca, root)
    tables = expected(lucca)
    ctx.check("rerun: superseded files are gone", [n for n in first & {p.name for p in lake.files(root)}])
    ctx.check("rerun: every row once, values of the second run", unequal(root, tables, as_of))
    ctx.check("rerun: manifest fits", lake.manifest_problems(root, as_of) + lake.strays(root))

    failed = ctx.program.sync(lucca.serve(lucca.tenant, [Fault("forbidden", path="job-positions")]), root)
    ctx.check("rerun: a failed run exits non-zero", failed.code != 0)
    ctx.check("rerun: a failed run leaves the snapshot as it was",
              unequal(root, tables, as_of) + lake.manifest_problems(root, as_of))

    other = as_of + timedelta(days=1)
    ctx.synced("rerun, other date", lucca.serve(lucca.tenant), root, as_of=other)
    later = expected(lucca)
    ctx.check("rerun: the first date is still there", unequal(root, tables, as_of))
    ctx.check("rerun: the other date is there", unequal(root, later, other))
    people_on = {str(day): len(tables["employees"]) for day in (as_of, other)}
    for name, shown in {"employees": [other], "all_days.employees": [as_of, other]}.items():
        views, _ = lake.with_duckdb(name, Path(root, "views", "duckdb.sql").read_text())
        found = {str(day): sum(r["as_of"] == str(day) for r in views) for day in (as_of, other)}
        ctx.check(f"rerun: the view {name}", len(views) == sum(found.values())
                  and found == {str(day): people_on[str(day)] if day in shown else 0 for day in (as_of, other)})
    days = {"newest": ((), "employees", [other]), "--as-of DATE": (("--as-of", as_of), "employees", [as_of]),
            "--as-of all": (("--as-of", "all"), "employees", [as_of, other]),
            "all_days": ((), "all_days.employees", [as_of, other])}
    for name, (flags, table, shown) in days.items():
        wanted = {str(day): people_on[str(day)] for day in shown}
        result = ctx.program.query(root, f"SELECT as_of, count(*) AS n FROM {table} GROUP BY as_of", "--format", "csv", *flags)
        found = dict(line.split(",") for line in result.out.strip().splitlines()[1:]) if result.code == 0 else {}
        ctx.check(f"rerun: query {name}", [] if {k: int(v) for k, v in found.items()} == wanted else [f"{found} {result.tail()}"])
    days = ds.dataset(str(root / "core" / "employees"), partitioning="hive").to_table(columns=["as_of"]).column("as_of").to_pylist()
    ctx.check("rerun: as_of is a hive partition", {str(d) for d in days} == {str(as_of), str(other)})


def s3(ctx):
    """The same sync to an independent S3 gives the same tables."""
    keys = {"AWS_ACCESS_KEY_ID": "acceptance", "AWS_SECRET_ACCESS_KEY": "canary-s3-secret-5Hd"}
    with loopback_s3.running(*keys.values()) as (endpoint, bucket):
        env = keys | {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": loopback_s3.REGION, "AWS_ALLOW_HTTP": "true"}
        _on_s3(ctx, bucket, endpoint, env)
        with loopback_s3.overwriting(endpoint) as clone:
            _refused_by(ctx, bucket, env | {"AWS_ENDPOINT_URL": clone})


def _refused_by(ctx, bucket, env):
    """A store that overwrites what must be put only if absent could undo a publication: nothing is written to it."""
    lucca, url = ctx.server(), "s3://lake/overwriting"
    names = ctx.program.names(lucca, url) | env
    checked = ctx.program.run("check", env=names)
    told = [line for line in checked.out.splitlines() if "put-if-absent" in line and "If-None-Match" in line]
    ctx.check("s3: check refuses a store that overwrites, and says why", [] if checked.code and told else [checked.out[-600:] + checked.tail()])
    asked = len(lucca.requests)
    synced = ctx.program.sync(lucca, url, env=env)
    ctx.check("s3: so does sync, before any request",
              [] if synced.code == 2 and "If-None-Match" in synced.err and len(lucca.requests) == asked else [synced.tail()])
    left = bucket.list_objects_v2(Bucket="lake", Prefix="overwriting/").get("Contents", [])
    ctx.check("s3: nothing is left in it", [o["Key"] for o in left if "/_lake/runs/" not in o["Key"]])


def _on_s3(ctx, bucket, endpoint, env):
    lucca, url = ctx.server(), "s3://lake/some/prefix"
    if ctx.synced("s3", lucca, url, env=env).code:
        return
    copy, tables, as_of = ctx.new_lake(), expected(lucca), lucca.tenant.as_of
    first = download(bucket, copy)
    ctx.check("s3: equal tables", unequal(copy, tables, as_of))
    ctx.check("s3: manifest fits", lake.manifest_problems(copy, as_of) + lake.strays(copy))
    files = pyarrow.fs.S3FileSystem(access_key=env["AWS_ACCESS_KEY_ID"], secret_key=env["AWS_SECRET_ACCESS_KEY"],
                                    endpoint_override=endpoint, region=env["AWS_REGION"])
    found = ds.dataset("lake/some/prefix/core/employees", filesystem=files, partitioning="hive").count_rows()
    ctx.check("s3: PyArrow reads it there", found == len(tables["employees"]))
    result = ctx.program.query(url, "SELECT count(*) AS n FROM employees", "--format", "csv", env=env)
    ctx.check("s3: query reads it there", [] if result.out.split() == ["n", str(found)] else [result.out[:100] + result.tail()])
    ctx.synced("s3, again", lucca.serve(lucca.tenant), url, env=env)
    again = ctx.new_lake()
    second = download(bucket, again)
    ctx.check("s3: a second run replaces the first", unequal(again, tables, as_of) + lake.manifest_problems(again, as_of))
    ctx.check("s3: superseded files are gone", sorted(n for n in first & second if n.endswith(".parquet")))
    _killed_on_s3(ctx, bucket, env)
    uploads = bucket.list_multipart_uploads(Bucket="lake").get("Uploads", [])
    ctx.check("s3: no multipart upload left open", [u["Key"] for u in uploads])


def _killed_on_s3(ctx, bucket, env):
    """The lease of a killed run must not hold up its successor on the same machine."""
    lucca = ctx.server(lambda origin: people.build(origin, scale=3), latency=0.05)
    for number in range(3):
        run = ctx.program.start_sync(lucca.serve(lucca.tenant), "s3://lake/killed", env=env)
        while len(lucca.requests) < 12 * (number + 1) and run.poll() is None:
            time.sleep(0.005)
        run.kill()
        run.communicate()
        second = ctx.program.sync(lucca.serve(lucca.tenant), "s3://lake/killed", env=env)
        ctx.check(f"s3: killed run {number}: the next one goes on at once",
                  [] if second.code == 0 and "continued" in second.err else [second.tail()])
    copy = ctx.new_lake()
    download(bucket, copy, "killed/")
    ctx.check("s3: killed runs: equal tables", unequal(copy, expected(lucca), lucca.tenant.as_of))


def download(bucket, to, prefix="some/prefix/"):
    """Copies what is under the prefix; returns the keys."""
    pages = bucket.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    for key in keys:
        path = to / key.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        bucket.download_file("lake", key, str(path))
    return set(keys)


def budget(ctx):
    """The tenant's window is respected by the default settings, without being asked to."""
    lucca = ctx.server(rate=(50, 60.0))
    result = ctx.synced("budget", lucca, ctx.new_lake(), rpm=None, timeout=240)
    ctx.check("budget: no 429 within one window", lucca.too_many == 0)
    ctx.note(f"{len(lucca.requests)} requests in {result.seconds:.0f} s")
    if os.environ.get("ACCEPTANCE_SLOW"):  # crosses the window, so it takes over a minute
        lucca = ctx.server(lambda origin: people.build(origin, scale=6), rate=(50, 60.0))
        root = ctx.new_lake()
        result = ctx.synced("budget, two windows", lucca, root, rpm=None, timeout=600)
        ctx.check("budget: no 429 across windows", lucca.too_many == 0)
        ctx.check("budget: equal tables across windows", unequal(root, expected(lucca), lucca.tenant.as_of))
        sent = len(lucca.requests)
        ctx.note(f"{sent} requests in {result.seconds:.0f} s; the window allows them in {(sent - 1) // 50 * 60} s")
        ctx.check("budget: the budget is used", result.seconds < (sent - 1) // 50 * 60 + 60)


def concurrency(ctx):
    """Slow answers are waited for side by side."""
    lucca = ctx.server(lambda origin: people.build(origin, scale=6), latency=0.5)
    root = ctx.new_lake()
    result = ctx.synced("concurrency", lucca, root)
    pages = [r for r in lucca.requests if r.path.endswith("/employee-attributes")]
    at_once = max((sum(o.time <= r.time < o.finished for o in pages) for r in pages), default=0)
    ctx.check("concurrency: more than 3 requests in flight", lucca.most_in_flight > 3)
    ctx.check("concurrency: more than 3 employee-attributes requests in flight", [] if at_once > 3 else [f"{at_once}"])
    ctx.check("concurrency: equal tables", unequal(root, expected(lucca), lucca.tenant.as_of))
    ctx.note(f"{len(lucca.requests)} requests of 0.5 s in {result.seconds:.1f} s, at most {lucca.most_in_flight} in flight, "
             f"{at_once} of employee-attributes ({len(pages)} pages)")


def memory(ctx):
    """Ten times the people, about the same memory."""
    peaks = {}
    for scale in (1, 10):
        lucca, root = ctx.server(lambda origin, scale=scale: people.build(origin, scale=scale)), ctx.new_lake()
        result = ctx.synced(f"memory, scale {scale}", lucca, root)
        peaks[scale] = result.peak_mb
        rows = sum(map(len, lucca.tenant.collections.values()))
        ctx.note(f"{rows} records, {len(lucca.requests)} requests: peak {result.peak_mb:.0f} MB, {result.seconds:.1f} s")
    ratio = peaks[10] / max(peaks[1], 1)
    ctx.check("memory: less than 1.5 times at 10 times the records", [] if ratio < 1.5 else [f"{ratio:.2f} times"])
    ctx.note(f"ratio {ratio:.2f}")
