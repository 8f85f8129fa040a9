"""Workbooks open in openpyxl and in LibreOffice, and each cell holds what DuckDB reads of the lake."""
import json
import re
from pathlib import Path

import spreadsheets

QUERIES = Path(__file__).resolve().parents[2] / "queries" / "report"
CLASSES = ["none", "directory", "personal", "sensitive"]

DAY = "2026-03-31"
# Lists, wide forms, private values, every type; a table without rows too.
TABLES = ["employees", "employments", "business_establishments", "employee_personal_records", "employee_attributes",
          "employee_snapshot", "personal_snapshot", "people_current", "movements", "registre_unique_du_personnel",
          "probation_deadlines", "turnover_12_months", "data_quality_findings", "events"]
HOSTILE = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://a.b\")", "http://a.b", "00012", "1e5", "TRUE", "2026-01-01",
           "a\r\nb", "_x0041_", " spaces ", "<&>'\"", "{=1}", "'quoted", "١٢", "😀"]
# Each beside what must be read: what a double or a spreadsheet's calendar cannot hold is text.
EXACT = {"9007199254740993": "9007199254740993", "999999999999999": 999999999999999,
         "CAST('12345678901234567.89' AS DECIMAL(38,2))": "12345678901234567.89", "CAST('0.10' AS DECIMAL(38,2))": 0.1,
         "0.1e0": 0.1, "CAST('NaN' AS DOUBLE)": "NaN", "DATE '1900-02-28'": "1900-02-28", "true": True, "NULL": None, "''": None}
WIDE = """SELECT a.id, a.given_name, a.family_name, a.email, a.status, b.id AS id2, b.given_name AS given_name2, b.family_name AS family_name2,
b.email AS email2, b.employee_number, a.birth_day, a.birth_month, b.birth_day AS birth_day2, a.created_at, b.created_at AS created_at2,
a.last_updated_at, a.applicable_employment_id, a.applicable_job_position_id, a.remote_id, b.status AS status2
FROM employees a CROSS JOIN employees b CROSS JOIN employees c LIMIT 100000"""


def xlsx(ctx):
    """Tables, hostile texts and exact numbers, labels in French, the workbook of HR tables, limits, and the cost beside CSV."""
    root = ctx.new_lake()
    made = ctx.program.run("demo", "--employees", "80", "--as-of", DAY, "--lake", root)
    ctx.check("xlsx: the demo ends well", [] if made.code == 0 else [made.tail()])
    folder = ctx.new_lake()
    folder.mkdir()
    _tables(ctx, root, folder)
    _values(ctx, root, folder)
    _french(ctx, root, folder)
    for ceiling in ("directory", "personal"):
        _report(ctx, root, folder, ceiling)
    _limits(ctx, root, folder)
    _cost(ctx, root, folder)


def _tables(ctx, root, folder):
    with spreadsheets.lake(root) as db:
        has = {row[0] for row in db.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'").fetchall()}
        tables = [table for table in TABLES if table in has]
        ctx.check("xlsx: the lake has the tables", [] if len(tables) >= 12 else [f"only {tables}"])
        files = {table: folder / f"{table}.xlsx" for table in tables}
        asked = [ctx.program.query(root, f"SELECT * FROM {table}", "-o", path) for table, path in files.items()]
        ctx.check("xlsx: every table is written", [a.tail() for a in asked if a.code != 0])
        ctx.check("xlsx: only its owner reads a file about people", (files["employees"].stat().st_mode & 0o777) == 0o600)
        for reader, read in spreadsheets.READERS.items():
            sheets = read(list(files.values()))
            for table, path in files.items():
                ctx.check(f"xlsx: {reader} reads {table} as DuckDB does", _same(db, table, sheets[path]))


def _same(db, table, sheets):
    problems = [] if list(sheets) == [table] else [f"sheets {list(sheets)}"]
    sheet = next(iter(sheets.values()))
    problems += [] if sheet.frozen and sheet.filtered else [f"frozen {sheet.frozen}, filters {sheet.filtered}"]
    problems += [f"formulas: {sheet.formulas[:3]}"] if sheet.formulas else []
    columns = ", ".join(f'"{name}"' for name in sheet.heading)
    wanted = db.sql(f"SELECT {columns} FROM {table}").fetchall()
    return problems + spreadsheets.differences(wanted, sheet.rows)


def _values(ctx, root, folder):
    path = folder / "hostile.xlsx"
    values = ", ".join("('" + text.replace("'", "''") + "')" for text in HOSTILE)
    asked = ctx.program.query(root, f"SELECT t AS \"=1+1\" FROM (VALUES {values}) AS v(t)", "-o", path)
    ctx.check("xlsx: hostile texts are written", [] if asked.code == 0 else [asked.tail()])
    exact = folder / "exact.xlsx"
    asked = ctx.program.query(root, "SELECT " + ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(EXACT)), "-o", exact)
    ctx.check("xlsx: exact numbers are written", [] if asked.code == 0 else [asked.tail()])
    for reader, read in spreadsheets.READERS.items():
        sheets = read([path, exact])
        sheet = sheets[path]["hostile"]
        problems = [f"{w!r} is {g[0]!r}" for w, g in zip(HOSTILE, sheet.rows) if not spreadsheets.same(w, g[0])]
        problems += [f"heading {sheet.heading}"] if sheet.heading != ["=1+1"] else []
        ctx.check(f"xlsx: {reader} finds only texts", problems + sheet.formulas)
        found = sheets[exact]["exact"].rows[0]
        wanted = [(sql, w, g) for (sql, w), g in zip(EXACT.items(), found)]
        ctx.check(f"xlsx: {reader} finds exact values",
                  [f"{sql} is {g!r}" for sql, w, g in wanted if not spreadsheets.same(w, g)])


def _french(ctx, root, folder):
    path = folder / "french.xlsx"
    sql = "SELECT *, contract_days_left + 1 AS mine FROM people_current"
    asked = ctx.program.query(root, sql, "--lang", "fr", "-o", path)
    ctx.check("xlsx: labels are written", [] if asked.code == 0 else [asked.tail()])
    listed = ctx.program.run("tables", "people_current", "--format", "json", "--lake", root)
    labels = [column["label"]["fr"] for column in json.loads(listed.out)[0]["columns"]]
    heading = spreadsheets.openpyxl_files([path])[path]["french"].heading
    wanted = [*labels, "Situation au", "mine"]
    ctx.check("xlsx: columns are headed in French", [] if sorted(heading) == sorted(wanted) else [f"{heading}"])
    refused = ctx.program.query(root, sql, "--lang", "fr", "-o", folder / "french.csv")
    ctx.check("xlsx: other formats have no labels", refused.code == 2 and "--lang" in refused.err)


def _report(ctx, root, folder, ceiling):
    """Each sheet has the columns of its table that may be seen, by their labels, and DuckDB's rows."""
    path = folder / f"{ceiling}.xlsx"
    made = ctx.program.run("report", "--xlsx", "--lang", "fr", "--max-privacy", ceiling, "-o", path, "--lake", root)
    ctx.check(f"xlsx: report --xlsx, {ceiling}, ends well", [] if made.code == 0 else [made.tail()])
    ctx.check(f"xlsx: only its owner reads it, {ceiling}", (path.stat().st_mode & 0o777) == 0o600)
    known = _sources(ctx, root, ceiling)
    with spreadsheets.lake(root) as db:
        for reader, read in spreadsheets.READERS.items():
            if (ceiling, reader) == ("directory", "LibreOffice"):  # takes long, and the other workbook has more
                continue
            sheets = read([path])[path]
            about, *names = sheets
            problems = [] if about == "À propos" and len(names) >= 12 else [f"sheets {list(sheets)}"]
            problems += [f"{name}: what is it?" for name in names if name not in known]
            said = {row[1]: row[2] for row in sheets[about].rows if row[0] == "Feuille"}
            problems += [f"{name}: {said.get(name)} rows said, {len(sheets[name].rows)} there" for name in names
                         if said.get(name) != len(sheets[name].rows)]
            for name in set(names) & set(known):
                sql, labels = known[name]
                sheet = sheets[name]
                problems += [f"{name}: formulas {sheet.formulas[:3]}"] if sheet.formulas else []
                problems += [] if sheet.frozen and sheet.filtered else [f"{name}: frozen {sheet.frozen}, filters {sheet.filtered}"]
                problems += [] if sheet.heading == labels else [f"{name}: {sheet.heading}, expected {labels}"]
                problems += [f"{name}: {d}" for d in spreadsheets.differences(db.sql(sql).fetchall(), sheet.rows)]
            ctx.check(f"xlsx: {reader} reads each sheet of the {ceiling} workbook as DuckDB does", problems)
    if ceiling == "directory":
        words = {heading for sheet in sheets.values() for heading in sheet.heading}
        ctx.check("xlsx: below directory nobody's birth or end of contract is in it",
                  not words & {"Date de naissance", "Date de sortie", "Sexe à l'état civil", "Ancienneté (jours)"})


def _sources(ctx, root, ceiling):
    """Name of a sheet in French → SQL for DuckDB, and the labels of its columns, below a ceiling."""
    seen = CLASSES[:CLASSES.index(ceiling) + 1]
    listed = json.loads(ctx.program.run("tables", "--format", "json", "--lake", root).out)
    tables = {table["name"]: table for table in listed}
    known = {}
    for table in listed:
        columns = [c for c in table["columns"] if c["privacy"] in seen]
        names = ", ".join(f'"{c["name"]}"' for c in columns)
        labels = [c["label"]["fr"] if "label" in c else None for c in columns]
        known[table.get("label", {}).get("fr")] = f"SELECT {names} FROM {table['name']}", labels
    for file in QUERIES.glob("*.sql"):
        text = file.read_text()
        label = re.search(r"^-- label: .* \| (.*)$", text, re.M)
        if label:
            own = dict(re.findall(r"^-- label (\w+): .* \| (.*)$", text, re.M))
            from_table = dict(re.findall(r"^-- source (\w+): (\w+)\.\1$", text, re.M))
            columns = [name for name, privacy in re.findall(r"^-- column (\w+) \S+ (\w+):", text, re.M) if privacy in seen]
            of_table = {c: next((k["label"]["fr"] for k in tables[t]["columns"] if k["name"] == c), None) for c, t in from_table.items()}
            sql = re.sub(r"\A(--.*\n)+", "", text).replace("$as_of", f"'{DAY}'").strip().rstrip(";")
            known[label[1]] = (f"SELECT {', '.join(columns)} FROM ({sql})", [own.get(c) or of_table[c] for c in columns])
    return known


def _limits(ctx, root, folder):
    path = folder / "many.xlsx"
    sql = "SELECT NULL AS a FROM employees a, employees b, employees c, employees d LIMIT 1048576"
    asked = ctx.program.query(root, sql, "-o", path)
    said = asked.code == 2 and "more than 1048575 rows" in asked.err
    ctx.check("xlsx: too many rows are an error and leave no file",
              [] if said and not list(folder.glob("many*")) else [asked.tail(), *map(str, folder.glob("many*"))])


def _cost(ctx, root, folder):
    """100,000 rows of 20 columns, beside CSV in the same run."""
    results = {}
    for name in ("csv", "xlsx"):
        path = folder / f"wide.{name}"
        results[name] = ctx.program.query(root, WIDE, "-o", path), path
    ctx.check("xlsx: 100,000 rows of 20 columns are written",
              [result.tail() for result, _ in results.values() if result.code != 0])
    for name, (result, path) in results.items():
        ctx.note(f"{name}: {result.seconds:.1f} s, {result.peak_mb:.0f} MB of memory, {path.stat().st_size / 1e6:.1f} MB of file")
    csv, workbook = (results[name][0].peak_mb for name in ("csv", "xlsx"))
    ctx.check("xlsx: memory does not grow with the rows", [] if workbook < csv + 60 else [f"{workbook} MB, csv {csv} MB"])
