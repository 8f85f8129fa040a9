"""A tenant with only a key: the same lake as through an application, and tables that keep what was made for v3."""
import json
from collections import Counter
from pathlib import Path

import canonical
import legacy_oracle
import portable as engines
import pyarrow.parquet as pq
import readers
from check_portable import OF_A_KEY, problems, snapshot_of
from snapshots import newest_manifests
from spark import lucca_queries

TODAY = "2026-03-15"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "legacy"
# The application of the same tenant.
APPLICATION = {"LUCCA_CLIENT_ID": "fake-client", "LUCCA_CLIENT_SECRET": "fake-secret"}
# How rows are paired that have no id of their own in both.
KEYS = {"employee_personal_records": "employee_id", "probationary_periods": "employment_id", "probation_deadlines": "employment_id",
        "employee_snapshot": "employee_id", "personal_snapshot": "employee_id", "attribute_quality": "definition_id"}
# Differences that there have to be: why → table → columns, `rows` for records of one side.
EXPECTED = {
    "positions and records have no ids there": {
        "assignment_history": "job_position_id", "employee_attributes": "id job_position_id", "employee_personal_records": "id",
        "employees": "applicable_job_position_id", "job_positions": "id", "people_current": "job_position_id",
        "personal_attributes": "id", "probation_deadlines": "probationary_period_id", "probationary_periods": "id",
        "unified_employees": "job_role_id"},
    "portraits are files there": {
        "employee_attributes": "value value_reference_id", "employee_snapshot": "employee_portrait_id", "employees": "portrait_id",
        "legacy_users": "picture_id"},
    "users are of the day of the run, which is later than that of the tenant": {
        "employees": "status", "employments": "status", "job_positions": "status",
        "employee_attributes": "applicability_start applicability_end value_text value_date",
        "employee_snapshot": "employee_status employment_end employment_legal_entity_id employment_legal_entity_name "
                             "employment_remote_id employment_start employment_template_id employment_template_name "
                             "job_position_business_establishment_id job_position_business_establishment_name "
                             "job_position_department_id job_position_department_name job_position_ends_on "
                             "job_position_job_qualification_id job_position_job_qualification_name job_position_job_title "
                             "job_position_manager_id job_position_manager_name job_position_occupation_category_id "
                             "job_position_occupation_category_name job_position_starts_on "
                             "probationary_period_extended_ends_on probationary_period_initial_ends_on"},
    "of positions before the current one the log tells department, establishment and manager": {
        "assignment_history": "rows valid_to is_current job_title job_qualification_id job_qualification_title "
                              "occupation_category_id occupation_category_title",
        "headcount_monthly": "rows",
        "job_positions": "rows ends_on job_title job_qualification_id occupation_category_id working_time_arrangement_id",
        "movements": "rows",
        "unified_employments": "job_title", "upcoming_changes": "rows"},
    "nothing is said there where v5 says that nothing is known": {
        "employee_personal_records": "title nationalities_country_codes bank_account_format",
        "legacy_users": "civil_title nationality", "personal_snapshot": "personal_bank_account_format "
        "personal_nationalities_country_codes personal_title",
        "unified_employees": "nationalities", "personal_attributes": "rows"},
    "formats of numbers and documents are not said": {
        "business_establishments": "tax_identification_number_format", "employments": "document_id",
        "legal_entities": "tax_identification_number_format industry_code_format",
        "personal_snapshot": "personal_insurance_number_format", "unified_companies": "tax_id_type",
        "unified_locations": "tax_id_type", "employee_snapshot": "employment_document_id"},
    "a parent that is not visible has no id": {
        "department_closure": "is_orphan", "departments": "parent_id", "headcount_rollup": "parent_id",
        "legacy_departments": "parent_id", "unified_groups": "parent_group"},
    "definitions are described otherwise, and those of contracts and positions are not there": {
        "attribute_quality": "compared agreeing attribute_missing", "employee_attribute_definitions":
        "rows name schema multiple_value_handling_sorting_property", "employee_attributes": "rows", "employee_snapshot":
        "user_figgo_profile job_position_document_id job_position_remote_id user_cost user_price user_timesheet_approver_id",
        "personal_attributes": "applicability_start applicability_end value value_text value_reference_type",
        "personal_snapshot": "e_address_moved_on e_address_pets e_address_street e_contract_clause e_remote_days e_shift e_address"},
    "templates are those of some contract": {"employment_templates": "rows"},
    "other records have other findings": {"data_quality_findings": "rows"},
}
ACCEPTED = sorted({f"{table}.{column}" for tables in EXPECTED.values() for table, columns in tables.items() for column in columns.split()})
FLAGS = ["--accept", ",".join(ACCEPTED)] + [part for table, key in KEYS.items() for part in ("--key", f"{table}={key}")]


def legacy(ctx):
    """One tenant read both ways: equal but for what the older APIs cannot say; DuckDB and Spark compute the same from it."""
    with ctx.program.fake_tenant("--legacy-key", "--employees", 180, "--today", TODAY) as key:
        application = {name: value for name, value in key.items() if name != "LUCCA_API_KEY"} | APPLICATION
        application["LUCCA_TOKEN_URL"] = key["LUCCA_BASE_URL"] + "/connect/token"
        v5, old = ctx.new_lake(), ctx.new_lake()
        for name, names, root in (("an application", application, v5), ("a key", key, old)):
            result = ctx.program.run("sync", "--as-of", TODAY, "--lake", root, env=names)
            ctx.check(f"legacy: a sync through {name} ends well", [] if result.code == 0 else [result.tail()])
        _compared(ctx, v5, old)
        _both_ways(ctx, key | application)
        routes = legacy_oracle.Routes(key["LUCCA_BASE_URL"], key["LUCCA_API_KEY"])
        users, departments = routes.users(), routes.departments()
    for name, root, hidden in (("v5", v5, True), ("the older APIs", old, False)):
        _as_v3(ctx, name, root, "legacy_users", legacy_oracle.users(users, departments, says_unknown=hidden))
        _as_v3(ctx, name, root, "legacy_departments", legacy_oracle.departments(departments, users, TODAY))
    _not_told(ctx, old)
    _computed(ctx, old)
    _incremental(ctx)
    for path in sorted(EXAMPLES.glob("*.sql")):
        _example(ctx, old, path)


def _incremental(ctx):
    """What changed, laid upon the snapshot before, is what a reading in full has."""
    asked = ("--legacy-key", "--employees", 40, "--today", TODAY)
    day, next_day, root, whole = TODAY, "2026-03-16", ctx.new_lake(), ctx.new_lake()
    flags = ("--tables", "v3_users,leaves", "--incremental")
    with ctx.program.fake_tenant(*asked) as key:
        port = key["LUCCA_BASE_URL"].rsplit(":", 1)[1]
        first = ctx.program.run("sync", *flags, "--as-of", day, "--lake", root, env=key)
    with ctx.program.fake_tenant(*asked, "--port", port, "--legacy-changes", 30) as key:
        second = ctx.program.run("sync", *flags, "--as-of", next_day, "--lake", root, env=key)
        full = ctx.program.run("sync", *flags[:2], "--as-of", next_day, "--lake", whole, env=key)
    ended = [result.tail() for result in (first, second, full) if result.code != 0]
    ctx.check("legacy: incremental runs end well", ended)
    laid = [line for line in second.err.splitlines() if " records changed since " in line]
    ctx.check("legacy: users and leaves are read by what changed", [] if len(laid) == 2 else [second.tail()])
    same = ctx.program.run("compare-sources", "--left", f"{root}={next_day}", "--right", whole)
    ctx.check("legacy: what changed gives what a reading in full has", [] if same.code == 0 else [same.tail()])
    ctx.note(f"{requests(second)} requests for what changed, {requests(full)} in full")


def requests(result):
    """The requests that a run tells of."""
    return next((line.split(": ")[1].split(" ")[0] for line in result.err.splitlines() if " requests (" in line), "?")


def _compared(ctx, v5, old):
    """Only the differences that are declared."""
    result = ctx.program.run("compare-sources", "--left", v5, "--right", old, "--format", "json", *FLAGS)
    told = json.loads(result.out)
    bad = ("differs", "only_left", "only_right")
    for table in told["tables"]:
        if table["verdict"] in bad:
            columns = [column for column in table.get("columns", ()) if column["verdict"] in bad]
            ctx.note(f"{table['table']}: {json.dumps(table.get('rows'))[:300]}, {json.dumps(columns)[:600]}")
    verdicts = Counter(table["verdict"] for table in told["tables"])
    ctx.note(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    ctx.check("legacy: both ways say the same but for what is expected", [] if result.code == 0 else [result.tail()])
    found = {f"{t['table']}.{c['column']}" for t in told["tables"] for c in t.get("columns", ()) if c["verdict"] == "accepted"}
    found |= {f"{t['table']}.rows" for t in told["tables"] if t.get("rows", {}).get("verdict") == "accepted"}
    missing = sorted(set(ACCEPTED) - found)
    ctx.note(f"expected and equal all the same: {' '.join(missing)}")
    # One by one they depend on the day on which the check runs.
    ctx.check("legacy: each reason for differences has some", [
        why for why, tables in EXPECTED.items()
        if not any(f"{table}.{column}" in found for table, columns in tables.items() for column in columns.split())])
    plain = ctx.program.run("compare-sources", "--left", v5, "--right", old)
    ctx.check("legacy: differences have code 5, and no value is told", plain.code == 5 and "@" not in plain.out)


def _both_ways(ctx, both):
    """The command that reads by itself says the same as the two lakes did."""
    result = ctx.program.run("compare-sources", "--as-of", TODAY, *FLAGS, env=both, timeout=300)
    ctx.check("legacy: compare-sources reads a tenant both ways", [] if result.code == 0 else [result.tail()])
    alone = ctx.program.run("compare-sources", env={n: v for n, v in both.items() if n != "LUCCA_API_KEY"})
    ctx.check("legacy: and says what it needs", alone.code == 2 and "needs an application and a key" in alone.err)


def _as_v3(ctx, name, root, table, wanted):
    """Every mapped column as the older APIs give it."""
    _, tables = snapshot_of(root)
    columns = list(next(iter(wanted.values())))
    found = {row[0]: dict(zip(columns, row)) for row in canonical.rows(tables[table], columns)}
    wrong = [f"{len(found)} rows, expected {len(wanted)}"] if found.keys() != wanted.keys() else []
    pairs = ((id_, column, found[id_][column], value) for id_ in found.keys() & wanted.keys() for column, value in wanted[id_].items())
    # The id of a parent that is not visible is told by v5 alone.
    visible = found.keys() if table == "legacy_departments" else ()
    different = Counter(column for _, column, ours, theirs in pairs if ours != theirs
                        and not (column == "parent_id" and theirs is None and ours not in visible))
    ctx.check(f"legacy: {table} of {name} is what the older APIs said", wrong + [f"{c}: {n} rows" for c, n in different.items()])


def _not_told(ctx, root):
    """What the manifest says cannot be told is null in every row, of computed tables too; what needs it is left out."""
    manifest = newest_manifests(root)[TODAY][1]
    said = {lacking["table"]: lacking["columns"] for lacking in manifest["state"]["not_available"]}
    _, tables = snapshot_of(root)
    ctx.note(f"not available: {sum(map(len, said.values()))} columns of {len(said)} tables")
    ctx.check("legacy: what is not available is null", [
        f"{table}.{column}" for table, columns in said.items() for column in columns
        if tables[table][column].null_count != tables[table].num_rows])
    ctx.check("legacy: of computed tables too", [] if "contract_term" in said.get("people_current", ()) else [sorted(said)])
    ctx.check("legacy: a table that needs what nobody told is left out", "registre_unique_du_personnel" not in tables)
    reports = [json.loads(path.read_text()) for path in (root / "_lake" / "runs").rglob("report.json")]
    skipped = {one["table"]: one["missing"] for report in reports for one in report["skipped"]}
    ctx.check("legacy: and the report says why", skipped.get("registre_unique_du_personnel") == ["employment_templates.audience"]
              and skipped.get("rule probation_beyond_ceiling") == ["employment_templates.term"] or [str(skipped)])


def _computed(ctx, root):
    """Derived tables of a lake read with a key are the same in every engine."""
    snapshot, published = snapshot_of(root)
    queries = lucca_queries.read_queries(lucca_queries.QUERIES)
    shown = [query for query in queries if not query.internal and query.name in published]
    ctx.note(f"{len(shown)} derived tables, {len(published)} tables")
    ctx.check("legacy: derived tables are there", len(shown) > 25)
    absences = {query.name for query in queries if query.name in OF_A_KEY and not query.internal}
    ctx.check("legacy: those of absences too", sorted(absences - published.keys()))
    for name, compute in {"DuckDB": engines.in_duckdb, "Spark": engines.in_spark}.items():
        results, _ = compute(snapshot, queries)
        ctx.check(f"legacy: derived tables in {name}", problems(shown, published, results))


def _example(ctx, root, path):
    """A statement of examples/ in the program, in DuckDB and in Spark."""
    sql, target = path.read_text(), ctx.new_lake()
    asked = ctx.program.run("query", "--lake", root, "-f", path, "--format", "parquet", "-o", target)
    if not ctx.check(f"legacy: {path.name} is answered", [] if asked.code == 0 else [asked.tail()]):
        return
    wanted = pq.read_table(target)
    # Currencies are told of natures alone, and not of all.
    empty = [n for n in wanted.column_names if wanted.column(n).null_count == wanted.num_rows and n != "currency_code"]
    ctx.check(f"legacy: {path.name} fills its columns", wanted.num_rows > 100 and not empty or [f"{wanted.num_rows} rows, {empty}"])
    for name, found in (("DuckDB", readers.duckdb_with_views(root).sql(sql).to_arrow_table()),
                        ("Spark", readers.spark_with_views(root).sql(sql).toArrow())):
        rows = zip(canonical.rows(wanted), canonical.rows(found))
        same = all(engines.same(a, b) for left, right in rows for a, b in zip(left, right))
        ctx.check(f"legacy: {path.name} in {name}", same and wanted.num_rows == found.num_rows and wanted.column_names == found.column_names)
