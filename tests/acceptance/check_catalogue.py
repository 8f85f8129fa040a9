"""Catalogue: the site, Markdown, JSON and OpenLineage say the same of every table and column, and other programs read them."""
import html
import json
import os
import re
import time
import typing
from pathlib import Path
from urllib.parse import unquote, urldefrag

import attr
import duckdb
import html5lib
import people
import pyarrow.parquet as pq
from browser import axe, launched, opened
from openlineage.client import event_v2
from openlineage.client import facet_v2 as facets
from readers import duckdb_with_views

PEOPLE = 60
HOSTILE = ["<script>alert(1)</script>", "</title></style><img src=x onerror=alert(1)>", "\" onload=\"alert(1)", "| a | `b` [c](javascript:d)",
           "{{ 7 * 7 }}{% raw %}"]
HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


def catalogue(ctx):
    """Every link resolves, every column is there, examples run in DuckDB, events parse by OpenLineage's own client, names are inert."""
    begun = time.monotonic()
    root, site = ctx.new_lake(), ctx.new_lake()
    made = ctx.program.run("demo", "--lake", root, "--employees", PEOPLE, "-q")
    ctx.check("catalogue: demo", [] if made.code == 0 else [made.tail()])
    tables = _site(ctx, "with a lake", site, "--lake", root, read=None)
    french = ctx.new_lake()
    _site(ctx, "in French", french, "--lake", root, "--lang", "fr")
    _looked_at(ctx, {"light": site, "dark": french})
    alone = _site(ctx, "without a lake", ctx.new_lake())
    ctx.check("catalogue: without a lake every table that all tenants have", sorted(set(tables) - set(alone)))
    _columns(ctx, root, tables)
    _examples(ctx, root, tables)
    _events(ctx, (site / "openlineage.ndjson").read_text(), tables)
    _same(ctx, root, site)
    _hostile(ctx)
    ctx.note(f"{time.monotonic() - begun:.1f} s")


def _site(ctx, name, folder, *flags, read=("index.html", "columns.html", "tables/employee_snapshot.html", "tables/tenure.html")):
    """Writes the site and checks its links, and `read` or all of its pages as a browser reads them; its tables by name."""
    result = ctx.program.run("catalogue", "-o", folder, *flags)
    if not ctx.check(f"catalogue {name}: is written", [] if result.code == 0 else [result.tail()]):
        return {}
    entries = {entry["name"]: entry for entry in json.loads((folder / "catalogue.json").read_text())}
    texts = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.html"))}
    pages = {page: _parsed(text) for page, text in texts.items() if read is None or page in read}
    wrong = [f"{page}: {error}" for page, (_, errors) in pages.items() for error in errors]
    ctx.check(f"catalogue {name}: {len(pages)} pages are HTML without an error", wrong or ([] if pages else ["there is none"]))
    ids = {page: _values(text, "id") for page, text in texts.items()}
    ctx.check(f"catalogue {name}: no page has an id twice", [page for page, found in ids.items() if len(set(found)) != len(found)])
    same = [page for page, (tree, _) in pages.items() if ids[page] != [e.attrib["id"] for e in tree.iter() if "id" in e.attrib]]
    ctx.check(f"catalogue {name}: ids are read as they are written", same)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    broken, links = [], 0
    for page, text in texts.items():
        for href in _values(text, "href"):
            if href.startswith("data:"):
                continue
            links += 1
            to, anchor = urldefrag(href)
            target = os.path.normpath(os.path.join(os.path.dirname(page), unquote(to))) if to else page
            if target not in files or (anchor and anchor not in ids[target]):
                broken.append(f"{page}: {href}")
    ctx.check(f"catalogue {name}: {links} links lead to what is there", broken)
    missing = [table for table, entry in entries.items()
               if len([i for i in ids.get(f"tables/{table}.html", ()) if i.startswith("column-")]) != len(entry["columns"])]
    ctx.check(f"catalogue {name}: {len(entries)} tables with all their columns", missing)
    active = [f"{page}: {e.tag}" for page, (tree, _) in pages.items() for e in tree.iter()
              if e.tag in (HTML + "script", HTML + "iframe", HTML + "img", SVG + "script") or any(k.startswith("on") for k in e.attrib)]
    ctx.check(f"catalogue {name}: nothing on a page acts or loads", active)
    return entries


def _looked_at(ctx, sites):
    """Two pages of each theme in Chromium."""
    with launched() as browser:
        for theme, folder in sites.items():
            for page in ("index.html", "tables/headcount_rollup.html"):
                path = folder / page
                shown, seen = opened(browser, path, theme)
                ctx.check(f"catalogue, {page} {theme}: no error, and no request leaves the file", seen)
                shown.context.close()
                ctx.check(f"catalogue, {page} {theme}: axe finds nothing serious", axe(browser, path, theme))


def _parsed(text):
    """The tree of a page, and what its parser complains about."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=True)
    tree = parser.parse(text)
    return tree, [f"{error} at {place}" for place, error, _ in parser.errors]


def _values(text, name):
    return [html.unescape(value) for value in re.findall(rf' {name}="([^"]*)"', text)]


def _columns(ctx, root, tables):
    """The columns of the published files, and how many rows they have."""
    wrong = []
    for path in (p for zone in ("core", "personal", "derived") for p in Path(root, zone).glob("*/*/*.parquet")):
        entry, file = tables.get(path.parent.parent.name), pq.ParquetFile(path)
        if entry is None or [c["name"] for c in entry["columns"]] != file.schema_arrow.names:
            wrong.append(f"{path.parent.parent.name}: other columns")
        elif entry["newest_day"] != {"rows": file.metadata.num_rows, "files": 1, "bytes": path.stat().st_size}:
            wrong.append(f"{path.parent.parent.name}: {entry['newest_day']}")
    ctx.check("catalogue: columns, rows and bytes are those of the published files", wrong)


def _examples(ctx, root, tables):
    """The example of each published table in DuckDB; of some also by the program, with as many rows."""
    wrong, ran = [], 0
    with duckdb_with_views(root) as db:
        for name, entry in tables.items():
            if entry["newest_day"] is None:
                continue
            ran += 1
            try:
                rows = db.sql(entry["example"]).fetchall()
            except duckdb.Error as error:
                wrong.append(f"{name}: {error}")
                continue
            if ran % 12 == 1:  # a test of the program runs all of them
                own = ctx.program.query(root, entry["example"], "--format", "json")
                if len(rows) != len(json.loads(own.out or "[]")):
                    wrong.append(f"{name}: {len(rows)} rows, {own.tail()}")
            if not rows and entry["newest_day"]["rows"]:
                wrong.append(f"{name}: no row of {entry['newest_day']['rows']}")
    ctx.check(f"catalogue: {ran} examples run in DuckDB and show something", wrong)


def _events(ctx, text, tables):
    """Every event as the official client's own types take it, facets by their schema; all fields are columns of their tables."""
    by_schema = _facets()
    wrong, inputs = [], 0
    known = {f"{entry['zone']}/{name}": {c["name"] for c in entry["columns"]} | {"as_of"} for name, entry in tables.items()}
    lines = text.splitlines()
    for line in lines:
        event = json.loads(line)
        try:
            _event(event, by_schema)
        except (TypeError, ValueError, KeyError) as error:
            wrong.append(f"{event['job']['name']}: {error!r}")
        for output in event["outputs"]:
            lineage = output["facets"].get("columnLineage", {"fields": {}})
            fields = [field for made in lineage["fields"].values() for field in made["inputFields"]] + lineage.get("dataset", [])
            inputs += len(fields)
            wrong += [f"{event['job']['name']}: {field}" for field in fields
                      if field["field"] not in known.get(field["name"], ())
                      or field["name"] not in {i["name"] for i in event["inputs"]}]
            wrong += [f"{event['job']['name']}: {name}" for name in lineage["fields"] if name not in known[output["name"]]]
    ctx.check(f"catalogue: {len(lines)} events with {inputs} input fields are read by OpenLineage's client",
              wrong or ([] if len(lines) == len(tables) else [f"{len(tables)} tables"]))


def _facets():
    """The client's types of facets by the addresses of their schemas."""
    modules = [module for module in vars(facets).values() if getattr(module, "__name__", "").startswith("openlineage.client.generated")]
    types = [cls for module in modules for cls in vars(module).values() if isinstance(cls, type) and attr.has(cls)]
    return {cls._get_schema(): cls for cls in types if "_get_schema" in vars(cls)}


def _event(event, by_schema):
    job = event_v2.Job(event["job"]["namespace"], event["job"]["name"], facets=_of(event["job"].get("facets", {}), by_schema))
    inputs = [event_v2.InputDataset(d["namespace"], d["name"], facets=_of(d.get("facets", {}), by_schema)) for d in event["inputs"]]
    outputs = [event_v2.OutputDataset(d["namespace"], d["name"], facets=_of(d.get("facets", {}), by_schema)) for d in event["outputs"]]
    made = event_v2.JobEvent(eventTime=event["eventTime"], producer=event["producer"], job=job, inputs=inputs, outputs=outputs)
    if made.schemaURL != event["schemaURL"]:
        raise ValueError(f"{event['schemaURL']} for {made.schemaURL}")


def _of(found, by_schema):
    return {name: _typed(by_schema[body["_schemaURL"]], {k: v for k, v in body.items() if not k.startswith("_")})
            for name, body in found.items()}


def _typed(cls, value):
    """A value as the type that it is declared to be; an unknown or missing property is an error."""
    hints = typing.get_type_hints(cls)
    fields = {a.name: a for a in attr.fields(cls) if a.init}
    unknown = set(value) - set(fields)
    if unknown:
        raise TypeError(f"{cls.__name__} has no {sorted(unknown)}")
    return cls(**{name: _inner(hints[name], part) for name, part in value.items()})


def _inner(hint, value):
    arguments = [a for a in typing.get_args(hint) if a is not type(None)]
    if typing.get_origin(hint) is typing.Union or type(hint).__name__ == "UnionType":
        return _inner(arguments[0], value)
    if isinstance(hint, type) and attr.has(hint):
        return _typed(hint, value)
    if isinstance(value, list) and arguments:
        return [_inner(arguments[0], one) for one in value]
    if isinstance(value, dict) and arguments:
        return {name: _inner(arguments[-1], one) for name, one in value.items()}
    if isinstance(hint, type) and not isinstance(value, hint):
        raise TypeError(f"{value!r} is no {hint.__name__}")
    return value


def _same(ctx, root, site):
    """`tables` prints what the site holds, and writing it again changes no byte."""
    for form, file in (("json", "catalogue.json"), ("markdown", "catalogue.md")):
        printed = ctx.program.run("tables", "--lake", root, "--format", form)
        ctx.check(f"catalogue: tables --format {form} prints what the site holds", printed.out == (site / file).read_text())
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    again = ctx.program.run("catalogue", "-o", site, "--lake", root)
    after = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    ctx.check("catalogue: written again it is the same, byte by byte", again.code == 0 and before == after)
    (site / "mine.txt").write_text("mine")
    refused = ctx.program.run("catalogue", "-o", site, "--lake", root)
    ctx.check("catalogue: a folder with somebody's file is left alone", refused.code == 2 and "mine.txt" in refused.err)


def _hostile(ctx):
    """A tenant that calls its own definitions as nobody should."""
    def tenant(origin):
        built = people.build(origin)
        for number, definition in enumerate(built.collections["employee-attribute-definitions"]):
            definition["name"] = HOSTILE[number % len(HOSTILE)]
        return built
    root, site = ctx.new_lake(), ctx.new_lake()
    ctx.synced("catalogue, hostile tenant", ctx.server(tenant), root)
    tables = _site(ctx, "of a hostile tenant", site, "--lake", root)
    page = (site / "tables" / "employee_snapshot.html").read_text()
    ctx.check("catalogue: hostile labels are shown as text", "&lt;script&gt;alert(1)&lt;&#x2f;script&gt;" in page and "{{ 7 * 7 }}" in page)
    document = (site / "catalogue.md").read_text()
    lines = [line for line in document.splitlines() if "alert(1)" in line]
    loose = [line[:120] for line in lines if "<script" in line.replace("\\<", "") or "](javascript" in line.replace("\\]", "")]
    ctx.check("catalogue: hostile labels are text in Markdown", loose if lines else ["no line has one"])
    _columns(ctx, root, tables)
