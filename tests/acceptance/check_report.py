"""The report in real Chromium: every number equals the SQL over the lake, nothing leaves the file, and everybody can read it."""
import json
import os
import re
import time
from datetime import date
from pathlib import Path

import duckdb
import people
import snapshots
from browser import axe, launched, opened

QUERIES = Path(__file__).resolve().parents[2] / "queries" / "report"
DAYS = ("2026-02-15", "2026-03-15")
# What a name must not do, whoever wrote it: `window.broken` would tell.
HOSTILE = ["<script>window.broken = 1</script>", "</script><script>window.broken = 1</script>", "\" onload=\"window.broken = 1",
           "<img src=x onerror='window.broken = 1'>", "</title></style><svg/onload=window.broken=1>", "\u202egnimoc\u2066",
           "{{ 7 * 7 }}{% raw %}"]
MOST_BYTES, MOST_SECONDS = 2_000_000, 2.0

# Everything with a number: the query or manifest it is of, the key of its row, its column, the exact value and what is read.
CELLS = """() => [...document.querySelectorAll('[data-column]')].map(cell => {
    const data = cell.querySelector('data');
    const of = name => cell.closest(`[data-${name}]`)?.dataset[name] ?? null;
    return {query: of('query'), manifest: of('manifest'), key: of('key'), column: cell.dataset.column,
            value: data ? data.value : null, text: (data ?? cell).textContent.trim()};
})"""
TABLES = """() => [...document.querySelectorAll('[data-total]')].map(table => ({
    query: table.dataset.query, total: Number(table.dataset.total),
    keys: [...new Set([...table.querySelectorAll('[data-key]')].map(row => row.dataset.key))],
    more: Number(document.querySelector(`[data-more="${table.dataset.query}"]`)?.dataset.count ?? 0)}))"""
BARE = "() => [...document.querySelectorAll('data')].filter(data => !data.closest('[data-column]')).length"


def report(ctx):
    """The report in real Chromium: numbers equal the SQL, nothing leaves the file, everybody can read it."""
    with launched() as browser:
        _company(ctx, browser)
        _hostile(ctx, browser)
        _partial(ctx, browser)
        _large(ctx, browser)


def _company(ctx, browser):
    """250 people, two snapshots, both languages and themes."""
    root = ctx.new_lake()
    with ctx.program.fake_tenant("--employees", 250, "--today", DAYS[1]) as names:
        for day in DAYS:
            result = ctx.program.run("sync", "--as-of", day, "--requests-per-minute", 1000000, "--lake", root, env=names)
            ctx.check(f"report: sync of {day}", [] if result.code == 0 else [result.tail()])
    for language in ("en", "fr"):
        path = _made(ctx, root, language=language)
        for theme in ("light", "dark"):
            page, seen = opened(browser, path, theme)
            ctx.check(f"report, {language} {theme}: no error, and no request leaves the file", seen)
            ctx.check(f"report, {language} {theme}: landmarks and headings", _landmarks(page, language))
            if shots := os.environ.get("REPORT_SHOTS"):
                page.screenshot(path=f"{shots}/report-{language}-{theme}.png", full_page=True)
            page.context.close()
            ctx.check(f"report, {language} {theme}: axe finds nothing serious", axe(browser, path, theme))
        page, _ = opened(browser, path)
        ctx.check(f"report, {language}: every number is that of the SQL", _numbers(ctx, page, root, DAYS[1], language))
        if language == "en":
            ctx.check("report: everything is reached by keyboard", _keyboard(page))
        page.context.close()
    path = _made(ctx, root, privacy="none")
    page, _ = opened(browser, path)
    ctx.check("report without names: every number is that of the SQL", _numbers(ctx, page, root, DAYS[1], "en"))
    ctx.check("report without names: nobody is named", _names(root, path.read_text()))
    ctx.check("report: nobody's birth date is in it", _birth_dates(root, [_made(ctx, root, privacy=c) for c in ("directory", "sensitive")]))
    page.context.close()
    result = ctx.program.run("report", "--lake", root, "--as-of", DAYS[0], "-o", root.parent / "first.html")
    page, _ = opened(browser, root.parent / "first.html")
    ctx.check("report of the first day: it ends well, with its numbers and nothing to compare with",
              [*([] if result.code == 0 else [result.tail()]), *_numbers(ctx, page, root, DAYS[0], "en"),
               *([] if "no snapshot of an earlier day" in page.content() else ["it compares with something"])])
    page.context.close()


def _hostile(ctx, browser):
    """A tenant whose names of people, departments and legal entities are markup."""
    def tenant(origin):
        built = people.build(origin)
        for name, texts in {"employees": ("givenName", "familyName"), "departments": ("name",), "legal-entities": ("legalName", "name")}.items():
            for number, record in enumerate(built.collections[name]):
                record.update({text: HOSTILE[number % len(HOSTILE)] for text in texts if text in record})
        return built

    root = ctx.new_lake()
    ctx.synced("report, hostile names", ctx.server(tenant), root)
    path = _made(ctx, root, privacy="sensitive")
    page, seen = opened(browser, path)
    broken = page.evaluate("() => [window.broken ?? null, document.scripts.length, document.querySelectorAll('img, [onload], [onerror]').length]")
    ctx.check("report, hostile names: they are text", [*seen, *([] if broken == [None, 0, 0] else [str(broken)])])
    shown = page.evaluate("() => document.body.textContent")
    ctx.check("report, hostile names: and are read as they are", [name for name in HOSTILE[:3] if name not in shown])
    ctx.check("report, hostile names: every number is that of the SQL",
              _numbers(ctx, page, root, str(people.AS_OF), "en"))
    page.context.close()


def _partial(ctx, browser):
    """A lake with few tables, one of a key of the older APIs, and one without a snapshot."""
    few, keyed = ctx.new_lake(), ctx.new_lake()
    with ctx.program.fake_tenant("--employees", 60, "--today", DAYS[1]) as names:
        result = ctx.program.run("sync", "--as-of", DAYS[1], "--tables", "departments", "--requests-per-minute", 1000000, "--lake", few, env=names)
        ctx.check("report, few tables: sync ends well", [] if result.code == 0 else [result.tail()])
    page, seen = opened(browser, _made(ctx, few))
    said = page.inner_text("#headcount") + page.inner_text("#deadlines")
    ctx.check("report, few tables: it says which ones are not there",
              [*seen, *[name for name in ("employments", "job_positions") if name not in said]])
    page.context.close()
    with ctx.program.fake_tenant("--employees", 60, "--today", DAYS[1], "--legacy-key") as names:
        result = ctx.program.run("sync", "--as-of", DAYS[1], "--requests-per-minute", 1000000, "--lake", keyed, env=names)
        ctx.check("report, legacy key: sync ends well", [] if result.code == 0 else [result.tail()])
    page, seen = opened(browser, _made(ctx, keyed))
    day = snapshots.published(keyed)
    ctx.check("report, legacy key: every number is that of the SQL", [*seen, *_numbers(ctx, page, keyed, _day(day), "en")])
    page.context.close()
    result = ctx.program.run("report", "--lake", ctx.new_lake())
    ctx.check("report, no snapshot: it says so", [] if result.code == 2 and "sync" in result.err else [result.tail()])


def _large(ctx, browser):
    """Its size does not grow with the number of people."""
    root = ctx.new_lake()
    with ctx.program.fake_tenant("--employees", 1500, "--today", DAYS[1]) as names:
        result = ctx.program.run("sync", "--as-of", DAYS[1], "--attributes", "off", "--requests-per-minute", 1000000, "--lake", root, env=names)
        ctx.check("report, 1,500 people: sync ends well", [] if result.code == 0 else [result.tail()])
    path = _made(ctx, root)
    begun = time.monotonic()
    page, seen = opened(browser, path)
    took, size = time.monotonic() - begun, path.stat().st_size
    ctx.note(f"1,500 people: {size / 1e6:.2f} MB, shown after {took:.2f} s")
    left_out = [row for row in page.evaluate(TABLES) if row["more"]]
    ctx.check("report, 1,500 people: small, quick, and it says what it leaves out",
              [*seen, *([] if size < MOST_BYTES and took < MOST_SECONDS else [f"{size} bytes, {took:.2f} s"]),
               *([] if left_out else ["nothing is left out"]), *_numbers(ctx, page, root, _day(snapshots.published(root)), "en")])
    page.context.close()


def _day(tables):
    return {day for table in tables.values() for day, _ in table.files}.pop()


def _made(ctx, root, language="en", privacy="directory"):
    path = root.parent / f"{root.name}-{language}-{privacy}.html"
    result = ctx.program.run("report", "--lake", root, "-o", path, "--lang", language, "--max-privacy", privacy)
    ctx.check(f"report of {root.name}, {language}, {privacy}: it ends well", [] if result.code == 0 else [result.tail()])
    return path


def _landmarks(page, language):
    counts = page.evaluate("""() => Object.fromEntries(['header', 'nav[aria-label]', 'main', 'footer', 'h1', 'main section[aria-labelledby]']
        .map(name => [name, document.querySelectorAll(name).length]))""")
    bad = [f"{name}: {number}" for name, number in counts.items() if number != (10 if "section" in name else 1)]
    bad += [] if page.get_attribute("html", "lang") == language else ["another language"]
    bad += page.evaluate("() => [...document.querySelectorAll('nav a')].map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))")
    bad += page.evaluate("() => [...document.querySelectorAll('th:not([scope])')].map(th => 'no scope: ' + th.textContent)")
    bad += page.evaluate("() => [...document.querySelectorAll('figure:not(:has(figcaption))')].map(() => 'a figure without caption')")
    return bad + page.evaluate("() => [...document.querySelectorAll('table:not(:has(caption))')].map(() => 'a table without caption')")


def _keyboard(page):
    page.keyboard.press("Tab")
    bad = [] if page.evaluate("() => document.activeElement.className") == "skip" else ["the first stop is not the way to the content"]
    page.keyboard.press("Enter")
    bad += [] if page.evaluate("() => location.hash") == "#main" else ["it does not lead there"]
    page.focus("summary")
    before = page.evaluate("() => document.activeElement.parentElement.open")
    page.keyboard.press("Enter")
    return bad + ([] if page.evaluate("() => document.activeElement.parentElement.open") != before else ["a summary does not open"])


def _numbers(ctx, page, root, day, language):
    """What is shown otherwise than SQL over the lake gives it."""
    db, manifest, previous = _lake(root, day)
    answers, bad = {}, []
    for path in QUERIES.glob("*.sql"):
        text = path.read_text()
        key = re.search(r"^-- key (.+)$", text, re.M)
        try:
            rows = db.sql(text.replace("$as_of", f"DATE '{day}'"))
        except duckdb.CatalogException:
            continue
        names = rows.columns
        found = [dict(zip(names, row)) for row in rows.fetchall()]
        keys = [name.strip() for name in key[1].split(",")] if key else []
        answers[path.stem] = {json.dumps([_plain(row[name]) for name in keys]): row for row in found}
    cells = page.evaluate(CELLS)
    for cell in cells:
        wanted = _wanted(cell, answers, manifest, previous)
        found = None if cell["value"] is None else int(cell["value"])
        if wanted != found:
            bad.append(f"{cell['query'] or cell['manifest']} {cell['key']} {cell['column']}: {found}, SQL gives {wanted}")
        if found is not None and _written(found, language) != cell["text"].removeprefix("+"):
            bad.append(f"{cell['text']!r} is no way to write {found}")
    for table in page.evaluate(TABLES):
        rows = answers[table["query"]]
        if table["total"] != len(rows) or len(table["keys"]) + table["more"] != len(rows):
            bad.append(f"{table['query']}: {len(table['keys'])} shown, {table['more']} left out, of {len(rows)}")
    if bare := page.evaluate(BARE):
        bad.append(f"{bare} numbers do not say what they are of")
    ctx.note(f"{len(cells)} numbers compared")
    db.close()
    return bad


def _wanted(cell, answers, manifest, previous):
    if cell["manifest"] == "references":
        return manifest["state"]["references"][cell["key"]][cell["column"] == "unresolved"]
    if cell["manifest"] == "rows":
        now, before = (_rows(of, cell["key"]) for of in (manifest, previous))
        return {"now": now, "before": before, "change": (now or 0) - (before or 0)}[cell["column"]]
    row = answers[cell["query"]].get(json.dumps(json.loads(cell["key"])))
    return "no such row" if row is None else row[cell["column"]]


def _rows(manifest, table):
    found = [sum(file["rows"] for file in t["files"]) for t in manifest["tables"] if t["name"] == table]
    return found[0] if found else None


def _lake(root, day):
    """The tables of a day in DuckDB, those of the day before under their other names, and both manifests."""
    def manifest(of):
        return json.loads(sorted((root / "_lake" / "manifests" / f"as_of={of}").glob("*.json"))[-1].read_text())

    days = sorted(path.name.removeprefix("as_of=") for path in (root / "_lake" / "manifests").iterdir())
    earlier = [other for other in days if other < day]
    now, before = manifest(day), manifest(earlier[-1]) if earlier else None
    db = duckdb.connect()
    for prefix, of in (("", now), ("previous_", before)):
        for table in of["tables"] if of else []:
            files = ", ".join("'{}'".format(str(root / file["path"]).replace("'", "''")) for file in table["files"])
            db.execute(f"CREATE VIEW {prefix}{table['name']} AS SELECT * FROM read_parquet([{files}], hive_partitioning = false)")
    return db, now, before


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _written(value, language):
    digits = f"{abs(value):,}"
    return ("\u2212" if value < 0 else "") + (digits if language == "en" else digits.replace(",", "\u202f"))


def _names(root, html):
    db, manifest, _ = _lake(root, DAYS[1])
    names = db.sql("SELECT DISTINCT given_name || ' ' || family_name FROM employees WHERE length(family_name) > 3").fetchall()
    db.close()
    return [f"{name} is named" for (name,) in names if name in html]


def _birth_dates(root, paths):
    db, _, _ = _lake(root, DAYS[1])
    days = {day.isoformat() for (day,) in db.sql("SELECT DISTINCT birth_date FROM employee_personal_records WHERE birth_date IS NOT NULL").fetchall()}
    db.close()
    return [f"{path.name}: {day}" for path in paths for day in days if day in path.read_text()]
