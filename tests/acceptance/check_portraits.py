"""Portraits: the images of a tenant come byte for byte, once, and the ways that the documentation shows make files of them."""
import contextlib
import hashlib
import io
import os
import re
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "portraits.md"
DAY = "2026-11-22"
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG"}


def portraits(ctx):
    """A tenant's portraits as files, by DuckDB and by pandas; and none of them asked for twice."""
    root = ctx.new_lake()
    with _tenant(ctx) as environment:
        names = environment | {"LUCCA_LAKE": str(root)}
        made = ctx.program.run("sync", "--portraits", "images", "--as-of", DAY, env=names)
        ctx.check("portraits: sync ends well", [] if made.code == 0 else [made.tail()])
        found = re.search(r"portraits: 0 images are as the lake has them, (\d+) asked for: (\d+) received", made.err)
        ctx.check("portraits: every image is received", found is not None and found[1] == found[2] and int(found[1]) > 20)
        again = ctx.program.run("sync", "--portraits", "images", "--as-of", DAY, env=names)
        ctx.check("portraits: none is asked for again", "portraits: %s images are as the lake has them, 0 asked for" % found[1] in again.err)
        rows = pq.read_table(root / "personal" / "portraits_images").to_pylist()
        _single(ctx, names, rows)
    problems = []
    for row in rows:
        with Image.open(io.BytesIO(row["content"])) as image:
            image.load()
            if image.format != KINDS[row["content_type"]] or image.size != (16, 16):
                problems.append(f"{row['content_type']} is a {image.format} of {image.size}")
        if hashlib.sha256(row["content"]).hexdigest() != row["sha256"]:
            problems.append("another sha256")
    ctx.check("portraits: they are images of the types they are said to be", problems)
    wanted = {f"{row['employee_id']}.{row['content_type'].split('/')[1]}": row["content"] for row in rows}
    for number, code in enumerate(re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(), flags=re.M | re.S)):
        folder = ctx.new_lake()
        folder.mkdir()
        os.symlink(root, folder / "lake")
        with contextlib.chdir(folder):
            exec(compile(code, str(GUIDE), "exec"), {})  # the code is the documentation's
        made = {file.name: file.read_bytes() for file in (folder / "portraits").iterdir()}
        ctx.check(f"portraits: example {number + 1} of the documentation makes files of all of them", made == wanted)
    _spark(ctx, root, rows)


def _single(ctx, names, rows):
    """One image by `get`, and what is said of it; nothing for an id without a portrait."""
    target, one = ctx.new_lake(), rows[0]
    got = ctx.program.run("get", "portrait", one["id"], "-o", target, env=names)
    ctx.check("portraits: get writes an image", [] if got.code == 0 and target.read_bytes() == one["content"] else [got.tail()])
    said = ctx.program.run("get", "portraits", one["id"], env=names)
    ctx.check("portraits: get prints the record", said.code == 0 and f'"id":"{one["id"]}"' in said.out.replace(" ", ""))
    nobody = ctx.program.run("get", "portrait", "1", "-o", ctx.new_lake(), env=names)
    ctx.check("portraits: an id without a portrait ends with code 4", [] if nobody.code == 4 and "1" in nobody.err else [nobody.tail()])


def _spark(ctx, root, rows):
    import readers
    wanted = {row["id"]: row["content"] for row in rows}
    for name, ask in {"DuckDB": lambda sql: readers.duckdb_with_views(root).sql(sql).to_arrow_table(),
                      "Spark": lambda sql: readers.spark_with_views(root).sql(sql).toArrow()}.items():
        found = ask("SELECT id, content FROM portraits_images").to_pylist()
        ctx.check(f"portraits: {name} reads the bytes through its view", {r["id"]: bytes(r["content"]) for r in found} == wanted)


@contextlib.contextmanager
def _tenant(ctx):
    """The program's own fake tenant, which has portraits, and the variables that read from it."""
    command = [ctx.program.binary, "fake-tenant", "--employees", "60", "--requests-per-minute", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={"PATH": os.environ.get("PATH", ""), "HOME": ctx.program.home.name}) as child:
        try:
            names = {}
            for line in child.stdout:
                found = re.match(r"export (\w+)='?([^']*?)'?\s*$", line)
                if found:
                    names[found[1]] = found[2]
                if "FAKE_TENANT_PID" in names:
                    break
            yield names
        finally:
            child.terminate()
