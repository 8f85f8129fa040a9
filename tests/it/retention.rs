//! Time travel and what ends it: replaced snapshots, retention, gc.

use std::{fs, path::Path};

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

fn sync(tenant: &Tenant, lake: &Path, flags: &[&str]) {
    let output = tenant.run(lake, &[&["sync", "--tables", "departments,employees"], flags].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
}

fn count(tenant: &Tenant, lake: &Path, flags: &[&str]) -> Result<String, (i32, String)> {
    let output = tenant.run(lake, &[&["query", "--format", "csv", "SELECT count(*) FROM employees"], flags].concat());
    if code(&output) == 0 { Ok(out(&output)) } else { Err((code(&output), err(&output))) }
}

/// Whether `gc` finds nothing, and says whether that may be for want of a rule.
fn collected_nothing(tenant: &Tenant, lake: &Path, rules: &[&str]) -> bool {
    let collected = tenant.run(lake, &[&["gc"], rules].concat());
    assert_eq!(code(&collected), 0, "{}", err(&collected));
    let said = out(&collected);
    assert_eq!(
        said.contains("\nno retention is set, so that every date stays: --keep-last, "),
        rules.is_empty(),
        "{said}"
    );
    said.starts_with("nothing to collect\n")
}

fn files(lake: &Path, day: &str) -> usize {
    fs::read_dir(lake.join(format!("core/employees/as_of={day}"))).map_or(0, Iterator::count)
}

#[test]
fn replaced_files_go_at_once_or_after_their_grace() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let day = ["--as-of", "2026-03-15"];
    sync(&tenant, &lake, &day);
    sync(&tenant, &lake, &day);
    assert_eq!(files(&lake, day[1]), 1, "a plain glob counts nobody twice");
    let (exit, message) = count(&tenant, &lake, &["--snapshot", "2026-03-15.1"]).unwrap_err();
    assert!(exit == 2 && message.contains("are gone"), "{message}");
    assert!(count(&tenant, &lake, &["--snapshot", "2026-03-15.2"]).is_ok());
    let (exit, message) = count(&tenant, &lake, &["--snapshot", "2026-03-15.9"]).unwrap_err();
    assert!(
        exit == 2
            && message.contains("has no snapshot 2026-03-15.9; of 2026-03-15 there are 2026-03-15.1 and 2026-03-15.2"),
        "{message}"
    );

    sync(&tenant, &lake, &[&day[..], &["--superseded-grace", "6h"]].concat());
    assert_eq!(files(&lake, day[1]), 2);
    assert!(count(&tenant, &lake, &["--snapshot", "2026-03-15.2"]).is_ok(), "it is read for six more hours");
    let listed = out(&tenant.run(&lake, &["snapshots"]));
    let lines: Vec<Vec<&str>> = listed.lines().skip(1).map(|l| l.split_whitespace().collect()).collect();
    let states: Vec<&str> = lines[..3].iter().map(|l| l[1]).collect();
    assert_eq!(states, ["replaced", "kept", "current"]);
    assert_eq!(lines[0].last(), Some(&"gone"), "{listed}");
    let bytes = |line: &Vec<&str>| line.last().unwrap().parse::<u64>().unwrap();
    assert!(
        lines[3].starts_with(&["in", "all,"]) && bytes(&lines[3]) == bytes(&lines[1]) + bytes(&lines[2]),
        "{listed}"
    );
    assert_eq!(bytes(&lines[3]), bytes_of_files(&lake), "what is there is what is counted");
    assert!(collected_nothing(&tenant, &lake, &[]), "gc leaves them to their readers");
    assert!(code(&tenant.run(&lake, &["verify"])) == 0, "and they are no strays");
    // A run without a grace ends that of those before.
    sync(&tenant, &lake, &day);
    assert_eq!(files(&lake, day[1]), 1);
    assert!(code(&tenant.run(&lake, &["verify"])) == 0);
}

#[test]
fn dates_past_retention_go_and_the_others_stay_whole() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let days = ["2026-01-30", "2026-01-31", "2026-02-27", "2026-03-13", "2026-03-14", "2026-03-15"];
    sync(&tenant, &lake, &days.iter().flat_map(|day| ["--as-of", *day]).collect::<Vec<_>>());
    let stray = lake.join("core/employees/as_of=2026-02-27/stray-0000.parquet");
    fs::write(&stray, b"PAR1").unwrap();
    fs::write(lake.join("core/NOTES.txt"), b"not ours").unwrap();
    let keep = ["gc", "--keep-last", "2", "--keep-month-ends", "3"];
    let shown = out(&tenant.run(&lake, &[&keep[..], &["--dry-run"]].concat()));
    let gone: Vec<&str> = shown.lines().filter_map(|l| l.strip_suffix(" snapshot past retention")).collect();
    assert_eq!(gone, ["2026-01-30.1", "2026-03-13.1"]);
    // One line for each date and table; every file only where it is asked for.
    let words =
        |text: &str| text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    let lines = words(&shown);
    assert!(lines.contains(&"2026-02-27 core/employees 1 4 in no manifest".to_owned()), "{shown}");
    for day in ["2026-01-30", "2026-03-13"] {
        let of_day = lines.iter().filter(|l| l.starts_with(&format!("{day} ")) && l.ends_with("past retention"));
        let tables: Vec<&str> = of_day.filter_map(|l| l.split(' ').nth(1)).collect();
        assert!(tables.contains(&"core/departments") && tables.contains(&"core/employees"), "{shown}");
    }
    assert!(!shown.contains(".parquet") && !shown.contains("no retention"), "{shown}");
    let verbose = out(&tenant.run(&lake, &[&keep[..], &["--dry-run", "--verbose"]].concat()));
    assert!(
        words(&verbose).contains(&"core/employees/as_of=2026-02-27/stray-0000.parquet 4 bytes".to_owned()),
        "{verbose}"
    );
    let json = out(&tenant.run(&lake, &[&keep[..], &["--dry-run", "--format", "json"]].concat()));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let listed = json["objects"].as_array().unwrap().len();
    assert_eq!(verbose.lines().filter(|l| l.contains(".parquet ")).count(), listed);
    assert!(stray.exists() && days.iter().all(|day| files(&lake, day) > 0), "a dry run touches nothing");

    let collected = tenant.run(&lake, &keep);
    assert_eq!(code(&collected), 0, "{}", err(&collected));
    assert_eq!(out(&collected), shown.replace("would go", "deleted"), "what was shown is what went");
    assert!(!stray.exists() && lake.join("core/NOTES.txt").exists());
    let listed = out(&tenant.run(&lake, &["snapshots"]));
    for day in days {
        let kept = !["2026-01-30", "2026-03-13"].contains(&day);
        assert_eq!(count(&tenant, &lake, &["--as-of", day]).is_ok(), kept, "{day}");
        assert_eq!(files(&lake, day) > 0, kept, "{day}");
        assert_eq!(listed.contains(day), kept, "{day}: {listed}");
    }
    let views = fs::read_to_string(lake.join("views/duckdb.sql")).unwrap();
    assert!(views.contains("2026-02-27/") && !views.contains("2026-01-30"), "views forget them too");
    assert_eq!(code(&tenant.run(&lake, &["verify"])), 0);
    assert!(collected_nothing(&tenant, &lake, &keep[1..]));
    // A date that went may come again.
    sync(&tenant, &lake, &["--as-of", "2026-01-30"]);
    assert!(count(&tenant, &lake, &["--as-of", "2026-01-30"]).is_ok());
}

/// The parquet files of a lake.
fn all_files(lake: &Path) -> usize {
    sizes(lake).len()
}

fn bytes_of_files(lake: &Path) -> u64 {
    sizes(lake).iter().sum()
}

fn sizes(lake: &Path) -> Vec<u64> {
    let below = |folder: &Path| fs::read_dir(folder).map(|dir| dir.map(|e| e.unwrap().path()).collect::<Vec<_>>());
    let mut folders: Vec<_> = ["core", "personal", "derived"].map(|zone| lake.join(zone)).into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in below(&folder).unwrap_or_default() {
            if path.is_dir() {
                folders.push(path);
            } else {
                let size = path.extension().is_some_and(|e| e == "parquet").then(|| path.metadata().unwrap().len());
                files.extend(size);
            }
        }
    }
    files
}

#[test]
fn a_lake_whose_manifests_are_gone_is_not_emptied() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    sync(&tenant, &lake, &["--as-of", "2026-03-14", "--as-of", "2026-03-15"]);
    let before = all_files(&lake);
    fs::rename(lake.join("_lake/manifests"), lake.join("_lake/elsewhere")).unwrap();
    let refused = tenant.run(&lake, &["gc"]);
    assert_eq!(code(&refused), 6, "{}", err(&refused));
    let message = err(&refused);
    assert!(message.contains(&format!("it has {before} data files (")) && message.contains("--force"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    let shown = tenant.run(&lake, &["gc", "--dry-run"]);
    assert_eq!((code(&shown), all_files(&lake)), (0, before), "{}", err(&shown));
    assert!(out(&shown).contains("only with --force: it has "), "{}", out(&shown));
    // Back where they were, everything is as before.
    fs::rename(lake.join("_lake/elsewhere"), lake.join("_lake/manifests")).unwrap();
    assert!(collected_nothing(&tenant, &lake, &[]));
    // Whoever insists sees the list first.
    fs::remove_dir_all(lake.join("_lake/manifests")).unwrap();
    let forced = tenant.run(&lake, &["gc", "--force"]);
    assert_eq!((code(&forced), all_files(&lake)), (0, 0), "{}", err(&forced));
    let (list, sums) = (out(&shown), out(&forced));
    assert!(list.lines().all(|line| sums.contains(line)), "{list}\n{sums}");
    assert_eq!(sums.matches("core/employees").count(), 2, "each date once: {sums}");
    assert!(sums.contains(&format!("{before} files, ")) && sums.contains("in no manifest: deleted"), "{sums}");
}

#[test]
fn nothing_of_a_day_that_cannot_be_read_goes_unless_it_is_named() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let days = ["2026-03-12", "2026-03-13", "2026-03-14", "2026-03-15"];
    sync(&tenant, &lake, &days.iter().flat_map(|day| ["--as-of", *day]).collect::<Vec<_>>());
    let manifest = lake.join("_lake/manifests/as_of=2026-03-13/0000000001.json");
    fs::write(&manifest, &fs::read(&manifest).unwrap()[..200]).unwrap();
    let keep = ["gc", "--keep-last", "2"];
    let refused = tenant.run(&lake, &keep);
    assert_eq!(code(&refused), 6, "{}", err(&refused));
    let message = err(&refused);
    assert!(message.contains("as_of=2026-03-13/0000000001.json (") && message.contains("gc --drop DATE"), "{message}");
    let json = tenant.run(&lake, &[&keep[..], &["--dry-run", "--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
    assert_eq!(json["snapshots"], serde_json::json!(["2026-03-12.1"]));
    assert!(json["objections"][0].as_str().unwrap().contains("2026-03-13"), "{json}");
    assert!(days.iter().all(|day| files(&lake, day) == 1), "nothing went");

    let forced = tenant.run(&lake, &[&keep[..], &["--force"]].concat());
    assert_eq!(code(&forced), 0, "{}", err(&forced));
    assert_eq!(days.map(|day| files(&lake, day)), [0, 1, 1, 1], "not even with --force");

    let asked = tenant.run(&lake, &["gc", "--drop", "2026-03-13"]);
    assert!(code(&asked) == 2 && err(&asked).contains("--yes"), "{}", err(&asked));
    let shown = tenant.run(&lake, &["gc", "--drop", "2026-03-13", "--dry-run"]);
    assert!(out(&shown).contains("2026-03-13.1 snapshot of a dropped day"), "{}", out(&shown));
    assert!(out(&shown).contains("cannot be read"), "{}", out(&shown));
    assert_eq!(files(&lake, "2026-03-13"), 1);
    let dropped = tenant.run(&lake, &["gc", "--drop", "2026-03-13", "--yes"]);
    assert_eq!(code(&dropped), 0, "{}", err(&dropped));
    assert_eq!(days.map(|day| files(&lake, day)), [0, 0, 1, 1]);
    assert_eq!(code(&tenant.run(&lake, &["verify"])), 0);
    assert!(collected_nothing(&tenant, &lake, &[]));
}

#[test]
fn days_are_dropped_exactly_and_the_newest_only_with_a_word_on_it() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let days = ["2026-03-13", "2026-03-14", "2026-03-15"];
    sync(&tenant, &lake, &days.iter().flat_map(|day| ["--as-of", *day]).collect::<Vec<_>>());
    let stray = lake.join("core/employees/as_of=2026-03-13/stray-0000.parquet");
    fs::write(&stray, b"PAR1").unwrap();
    let drop = |flags: &[&str]| tenant.run(&lake, &[&["gc", "--yes"], flags].concat());
    let typo = drop(&["--drop", "2026-03-31"]);
    assert!(code(&typo) == 2 && err(&typo).contains("has nothing of 2026-03-31"), "{}", err(&typo));
    assert_eq!(code(&drop(&["--drop", "2026-03-14", "--keep-last", "1"])), 2, "rules are for all days");
    let other = ("LUCCA_BASE_URL", "https://elsewhere.ilucca.net");
    let stranger = tenant.run_with(&lake, &["gc", "--yes", "--drop", "2026-03-14"], &[other]);
    assert_eq!(code(&stranger), 6, "{}", err(&stranger));
    assert!(err(&stranger).contains("while elsewhere.ilucca.net is configured"), "{}", err(&stranger));

    let newest = drop(&["--drop", "2026-03-15"]);
    assert_eq!(code(&newest), 0, "{}", err(&newest));
    assert!(out(&newest).contains("2026-03-15 is the newest day: 2026-03-14 will be the newest"), "{}", out(&newest));
    assert_eq!(days.map(|day| files(&lake, day)), [2, 1, 0], "of the other days even strays stay");
    assert!(count(&tenant, &lake, &[]).is_ok());
    let views = fs::read_to_string(lake.join("views/duckdb.sql")).unwrap();
    assert!(views.contains("as_of=2026-03-14") && !views.contains("2026-03-15"));

    let rest = drop(&["--drop", "2026-03-13", "--drop", "2026-03-14"]);
    assert_eq!(code(&rest), 0, "{}", err(&rest));
    assert!(out(&rest).contains("2026-03-14 is the newest day, and none will be left to read"), "{}", out(&rest));
    assert_eq!(all_files(&lake), 0);
    sync(&tenant, &lake, &["--as-of", "2026-03-15"]);
    assert!(count(&tenant, &lake, &[]).is_ok());
}
