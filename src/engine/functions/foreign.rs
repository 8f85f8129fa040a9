//! Functions that other engines have under names that nobody has here, and what to write instead.
//!
//! A test runs what is written here, and holds that the names are unknown, so that the list stays true.

use super::given::GIVEN;

/// Functions of other engines, and an expression, or a whole statement, that says the same.
struct Foreign {
    names: &'static [&'static str],
    write: &'static str,
    /// What is different, in a few words.
    note: &'static str,
}

const fn foreign(names: &'static [&'static str], write: &'static str) -> Foreign {
    Foreign { names, write, note: "" }
}

impl Foreign {
    const fn but(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

/// DuckDB, Postgres, Spark, BigQuery, Snowflake, MySQL, SQL Server and Oracle, by what the functions are about.
const FOREIGN: [Foreign; 70] = [
    // Dates and times.
    foreign(&["strftime", "format_date", "format_timestamp"], "to_char(start_date, '%Y-%m-%d')"),
    foreign(&["strptime", "str_to_date", "parse_date"], "to_date('31/12/2024', '%d/%m/%Y')"),
    foreign(&["try_to_date", "safe_parse_date", "try_strptime"], "TRY_CAST('2024-12-31' AS DATE)"),
    foreign(&["dateadd", "date_add", "adddate", "timestampadd"], "start_date + INTERVAL '30' DAY"),
    foreign(&["date_sub", "datesub", "subdate"], "start_date - INTERVAL '30' DAY"),
    foreign(&["add_months"], "start_date + INTERVAL '3' MONTH"),
    foreign(&["months_between", "timestampdiff"], "date_diff('month', start_date, end_date)").but(
        "which counts the months that begin in between; whole years: date_part('year', age(end_date, start_date))",
    ),
    foreign(&["eomonth"], "last_day(start_date)"),
    foreign(
        &["getdate", "curdate", "sysdate", "sysdatetime", "getutcdate", "localtimestamp", "systimestamp"],
        "current_date",
    )
    .but("or $as_of for the day that is read"),
    foreign(&["curtime", "localtime"], "current_time"),
    foreign(&["dayofweek", "weekday", "day_of_week", "dow"], "date_part('dow', start_date)").but("Sunday is 0"),
    foreign(&["isodow", "dayofweekiso", "dayofweek_iso"], "date_part('isodow', start_date)").but("Monday is 1"),
    foreign(&["dayname"], "to_char(start_date, '%A')"),
    foreign(&["monthname"], "to_char(start_date, '%B')"),
    foreign(&["isoyear", "yearofweekiso"], "date_part('isoyear', start_date)"),
    foreign(&["datename"], "to_char(start_date, '%B')"),
    foreign(&["weekiso", "week_iso", "isoweek"], "week(start_date)"),
    foreign(&["datefromparts", "date_from_parts", "makedate"], "make_date(2024, 12, 31)"),
    foreign(&["time_bucket"], "date_bin(INTERVAL '7' DAY, created_at)"),
    foreign(&["epoch", "unix_timestamp", "unix_seconds"], "date_part('epoch', created_at)"),
    // Nulls and conditions.
    foreign(&["isnull", "nvl_if_null"], "coalesce(status, 'none')").but("status IS NULL tells whether it is null"),
    foreign(&["zeroifnull"], "coalesce(headcount, 0)"),
    foreign(&["nullifzero"], "nullif(headcount, 0)"),
    foreign(&["safe_divide", "div0", "try_divide"], "headcount / nullif(total, 0)"),
    foreign(&["iif", "if", "iff"], "CASE WHEN status = 'active' THEN 1 ELSE 0 END"),
    foreign(&["equal_null"], "status IS NOT DISTINCT FROM 'active'"),
    // Aggregates.
    foreign(&["group_concat", "listagg", "wm_concat"], "string_agg(family_name, ', ' ORDER BY family_name)"),
    foreign(&["list", "collect_list", "array_concat_agg"], "array_agg(family_name)"),
    foreign(&["collect_set", "array_unique_agg"], "array_agg(DISTINCT family_name)"),
    foreign(&["first", "any"], "first_value(family_name ORDER BY start_date)"),
    foreign(&["last"], "last_value(family_name ORDER BY start_date)"),
    foreign(&["arbitrary"], "any_value(family_name)"),
    foreign(&["arg_max", "max_by", "argmax"], "first_value(family_name ORDER BY start_date DESC NULLS LAST)"),
    foreign(&["arg_min", "min_by", "argmin"], "first_value(family_name ORDER BY start_date NULLS LAST)"),
    foreign(&["mode"], "SELECT status FROM employments GROUP BY status ORDER BY count(*) DESC LIMIT 1"),
    foreign(
        &["quantile", "percentile", "percentile_disc", "quantile_disc"],
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY headcount)",
    )
    .but("which interpolates between two values"),
    foreign(&["approx_quantile", "approx_percentile", "percentile_approx"], "approx_percentile_cont(headcount, 0.5)"),
    foreign(&["approx_count_distinct", "hll"], "approx_distinct(status)"),
    foreign(&["count_if", "countif"], "count(*) FILTER (WHERE status = 'active')"),
    foreign(&["sum_if", "sumif"], "sum(headcount) FILTER (WHERE status = 'active')"),
    foreign(&["every", "logical_and", "booland_agg"], "bool_and(status = 'active')"),
    foreign(&["logical_or", "boolor_agg"], "bool_or(status = 'active')"),
    foreign(&["variance"], "var(headcount)"),
    foreign(&["std", "stdev"], "stddev(headcount)"),
    foreign(&["ratio_to_report"], "headcount / CAST(sum(headcount) OVER () AS DOUBLE)"),
    // Text.
    foreign(&["len", "strlen", "char_len"], "length(family_name)"),
    foreign(&["ucase"], "upper(family_name)"),
    foreign(&["lcase"], "lower(family_name)"),
    foreign(&["proper"], "initcap(family_name)"),
    foreign(&["charindex", "locate"], "strpos(family_name, 'e')").but("the text first, then what is looked for"),
    foreign(&["substr_count"], "regexp_count(family_name, 'e')"),
    foreign(&["mid"], "substr(family_name, 2, 3)"),
    foreign(&["startswith", "prefix"], "starts_with(family_name, 'B')"),
    foreign(&["endswith", "suffix"], "ends_with(family_name, 'd')"),
    foreign(&["contains_substr"], "contains(family_name, 'ern')"),
    foreign(&["replicate"], "repeat(family_name, 2)"),
    foreign(&["stuff"], "overlay(family_name PLACING 'x' FROM 2 FOR 1)"),
    foreign(&["unaccent", "strip_accents"], "translate(family_name, 'éèêëàâçîïôöùûü', 'eeeeaaciioouuu')"),
    foreign(&["regexp_matches", "rlike", "regexp_contains", "regexp_full_match"], "regexp_like(family_name, '^B')"),
    foreign(&["regexp_extract", "regexp_substr", "regexp_extract_all"], "regexp_match(family_name, '^(.)')[1]"),
    foreign(&["split", "string_split", "str_split", "regexp_split_to_array"], "string_to_array(family_name, ' ')"),
    // Numbers, lists and the rest.
    foreign(&["mod"], "headcount % 2"),
    foreign(&["ceiling"], "ceil(headcount)"),
    foreign(&["sign"], "signum(headcount)"),
    foreign(&["truncate"], "trunc(headcount)"),
    foreign(&["to_number", "to_decimal", "to_double", "try_to_number"], "TRY_CAST('1.5' AS DOUBLE)")
        .but("null where it is no number; CAST fails there"),
    foreign(&["to_varchar", "str"], "CAST(headcount AS TEXT)"),
    foreign(&["explode", "posexplode", "array_join_rows"], "unnest(make_array(1, 2))"),
    foreign(&["size", "array_size", "list_count"], "array_length(make_array(1, 2))"),
    foreign(&["typeof", "pg_typeof"], "arrow_typeof(headcount)"),
];

/// What to write for an unknown function: "write …".
pub(crate) fn instead_of(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    // Whoever lacks a function that `query` has computes a derived table or asks a quality rule.
    if let Some(given) = GIVEN.iter().find(|given| given.name == name || given.aliases.contains(&name.as_str())) {
        let portable = given.portable.map(|portable| format!("; write {portable}")).unwrap_or_default();
        return Some(format!("only `query` has it, as its name is not the same in all engines{portable}"));
    }
    let found = FOREIGN.iter().find(|foreign| foreign.names.contains(&name.as_str()))?;
    let note = if found.note.is_empty() { String::new() } else { format!(" ({})", found.note) };
    Some(format!("write {}{note}", found.write))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::testing::{ask, deep, empty_session};

    /// One employment, with the columns that the examples name.
    const ROW: &str = "WITH employments AS (SELECT 'Bernard' AS family_name, 'active' AS status, 3 AS headcount, 4 AS total, \
                       DATE '2024-01-31' AS start_date, DATE '2024-03-15' AS end_date, TIMESTAMP '2024-01-31 12:00:00' AS created_at)";

    #[test]
    fn what_is_written_for_foreign_functions_runs() {
        deep(|| async {
            let session = empty_session();
            session.give_functions();
            for foreign in &FOREIGN {
                let write = foreign.write;
                let sql = match write.starts_with("SELECT ") {
                    true => format!("{ROW} {write}"),
                    false => format!("{ROW} SELECT {write} AS answer FROM employments"),
                };
                let answer = ask(&session, &sql).await.unwrap_or_else(|error| panic!("{write}: {error}"));
                assert_eq!(
                    answer.lines().count(),
                    if write.starts_with("unnest") { 3 } else { 2 },
                    "{write}: {answer}"
                );
                // One row varies by nothing.
                let is_null = ["var(", "stddev("].iter().any(|call| write.starts_with(call));
                assert!(is_null || answer.lines().nth(1).is_some_and(|value| !value.is_empty()), "{write}: {answer}");
            }
        });
    }

    /// What the notes say of days of the week: 7 January 2024 was a Sunday.
    #[test]
    fn days_of_the_week_are_counted_as_said() {
        deep(|| async {
            let sql = "SELECT date_part('dow', DATE '2024-01-07') AS sunday, date_part('isodow', DATE '2024-01-08') AS monday";
            assert_eq!(ask(&empty_session(), sql).await.unwrap(), "sunday,monday\n0,1\n");
            assert!(instead_of("weekday").unwrap().ends_with("(Sunday is 0)"));
            assert!(instead_of("isodow").unwrap().ends_with("(Monday is 1)"));
        });
    }

    #[test]
    fn foreign_functions_are_unknown_and_listed_once() {
        let session = empty_session();
        session.give_functions();
        let state = session.context().state();
        let mut seen = BTreeSet::new();
        for name in FOREIGN.iter().flat_map(|foreign| foreign.names) {
            assert!(seen.insert(*name), "{name} is listed twice");
            assert_eq!(*name, name.to_lowercase());
            let is_known = state.scalar_functions().contains_key(*name)
                || state.aggregate_functions().contains_key(*name)
                || state.window_functions().contains_key(*name);
            assert!(!is_known, "{name} is a function here");
            assert!(instead_of(name).is_some());
        }
        assert_eq!(instead_of("nothing_like_it"), None);
    }
}
