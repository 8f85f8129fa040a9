use std::os::unix::fs::PermissionsExt as _;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::{earlier, family::FAMILIES, samples::Samples, *};
use crate::run_report::{Ending, Summary};

const LAKE: &str = "/data/\"lake\"\\\n";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A run that published a day with these tables.
fn published(command: &'static str, day_text: &str, tables: &[(&str, u64)]) -> Summary {
    let started_at = format!("{day_text}T06:00:00.250Z").parse().unwrap();
    let mut run = Summary::new(command, started_at, 2.5);
    run.published.push(day(day_text));
    run.outcome = Ending::Published;
    run.tables = tables.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect();
    run.requests = 44;
    run
}

fn failed(command: &'static str, day_text: &str, exit_code: u8) -> Summary {
    let mut run = published(command, day_text, &[]);
    run.published.clear();
    (run.outcome, run.exit_code) = (if exit_code == 5 { Ending::Held } else { Ending::Failed }, exit_code);
    run
}

fn text(run: &Summary, earlier: &str) -> String {
    Observed { run, lake: LAKE, last_success: None }.text(earlier).unwrap()
}

/// The lines of a text that begin so, without what they begin with.
fn lines<'t>(text: &'t str, metric: &str) -> Vec<&'t str> {
    text.lines().filter_map(|line| line.strip_prefix(metric)).collect()
}

#[test]
fn a_run_is_written_whole_and_exactly() {
    let text = text(&published("sync", "2026-03-15", &[("employees", 250), ("headcount", 20)]), "");
    let labels = r#"{command="sync",lake="/data/\"lake\"\\\n"}"#;
    assert_eq!(lines(&text, "lucca_lake_last_run_timestamp_seconds"), [format!("{labels} 1773554402.75")]);
    assert_eq!(lines(&text, "lucca_lake_last_success_timestamp_seconds"), [format!("{labels} 1773554402.75")]);
    assert_eq!(lines(&text, "lucca_lake_last_run_exit_code"), [format!("{labels} 0.0")]);
    assert_eq!(lines(&text, "lucca_lake_last_run_requests"), [format!("{labels} 44.0")]);
    assert_eq!(
        lines(&text, "lucca_lake_table_rows"),
        [
            r#"{table="employees",lake="/data/\"lake\"\\\n"} 250.0"#,
            r#"{table="headcount",lake="/data/\"lake\"\\\n"} 20.0"#
        ]
    );
    assert_eq!(lines(&text, "# HELP ").len(), FAMILIES.len());
    assert!(lines(&text, "# TYPE ").iter().all(|line| line.ends_with(" gauge")), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn a_failure_leaves_what_is_known_of_success_and_of_the_lake() {
    let well = text(&published("sync", "2026-03-15", &[("employees", 250)]), "");
    for exit_code in [75, 5] {
        let badly = text(&failed("sync", "2026-03-16", exit_code), &well);
        for metric in ["lucca_lake_last_success", "lucca_lake_snapshot", "lucca_lake_table_rows"] {
            assert_eq!(lines(&badly, metric), lines(&well, metric), "{badly}");
        }
        assert!(lines(&badly, "lucca_lake_last_run_exit_code")[0].ends_with(&format!(" {exit_code}.0")));
        assert!(lines(&badly, "lucca_lake_last_run_held_back")[0].ends_with(if exit_code == 5 {
            " 1.0"
        } else {
            " 0.0"
        }));
    }
    // Without a file the lake tells when it last went well.
    let run = failed("sync", "2026-03-16", 75);
    assert!(lines(&text(&run, ""), "lucca_lake_last_success").is_empty());
    let observed = Observed { run: &run, lake: LAKE, last_success: Some(run.started_at - TimeDelta::days(1)) };
    assert!(lines(&observed.text("").unwrap(), "lucca_lake_last_success")[0].ends_with(" 1773554400.25"));
    assert_eq!(
        lines(&observed.text(&well).unwrap(), "lucca_lake_last_success"),
        lines(&well, "lucca_lake_last_success")
    );
}

#[test]
fn commands_and_lakes_do_not_forget_each_other() {
    let mut file = text(&published("sync", "2026-03-15", &[("employees", 250), ("headcount", 20)]), "");
    file = text(&published("derive", "2026-03-15", &[("headcount", 21)]), &file);
    assert_eq!(lines(&file, "lucca_lake_last_run_exit_code").len(), 2);
    let rows = lines(&file, "lucca_lake_table_rows");
    assert!(rows.len() == 2 && rows[0].ends_with(" 250.0") && rows[1].ends_with(" 21.0"), "{rows:?}");
    let other = Observed { run: &failed("sync", "2026-03-16", 3), lake: "s3://b", last_success: None };
    file = other.text(&file).unwrap();
    assert_eq!(lines(&file, "lucca_lake_last_run_exit_code").len(), 3);
    // A past day that is filled in is not the newest.
    let past = text(&published("sync", "2025-12-31", &[("employees", 9)]), &file);
    assert_eq!(lines(&past, "lucca_lake_table_rows"), lines(&file, "lucca_lake_table_rows"));
    assert_eq!(lines(&past, "lucca_lake_snapshot_day"), lines(&file, "lucca_lake_snapshot_day"));
    // A table that a whole reading no longer makes is no longer told.
    let next = text(&published("sync", "2026-03-16", &[("employees", 251)]), &file);
    assert_eq!(lines(&next, "lucca_lake_table_rows").len(), 1);
}

#[test]
fn what_somebody_else_wrote_counts_as_not_said() {
    let run = published("sync", "2026-03-15", &[]);
    let alone = text(&run, "");
    for nonsense in [
        "lucca_lake_last_run_exit_code{command=\"sync\",lake=\"x\"} NaN",
        "lucca_lake_last_run_exit_code{command=\"sync",
        "lucca_lake_last_run_exit_code{} 1",
        "lucca_lake_last_run_exit_code{command=\"gc\\",
        "lucca_lake_last_run_exit_code 1",
        "lucca_lake_unheard_of{a=\"b\"} 1",
        "\u{0}\u{feff}{{{",
    ] {
        assert_eq!(text(&run, nonsense), alone, "{nonsense}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(lake in "\\PC*", table in "[a-z_]{1,9}", rows in 0_u64..1 << 50) {
        let run = published("sync", "2026-03-15", &[(&table, rows)]);
        let samples = Observed { run: &run, lake: &lake, last_success: None }.samples(Samples::default());
        prop_assert_eq!(earlier::samples(&samples.clone().text().unwrap()), samples);
    }
}

#[test]
fn a_file_is_replaced_and_everybody_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lucca.prom");
    update(&path, |earlier| Ok(format!("{earlier}1\n"))).unwrap();
    update(&path, |earlier| Ok(format!("{earlier}2\n"))).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n2\n");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    assert!(update(&path, |_| Err(std::io::ErrorKind::Other.into())).is_err());
    assert!(update(&folder.path().join("none/x.prom"), |_| Ok(String::new())).is_err());
    assert!(update(folder.path(), |_| Ok(String::new())).is_err(), "a folder is no file");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["lucca.prom"]);
}
