//! The report as a file: what it holds, who may read it, and what the demo makes of it.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::tenant::{Tenant, code, err};

#[test]
fn a_report_is_one_file_that_shows_no_more_than_was_asked() {
    let tenant = Tenant::start(&["--employees", "40"]);
    let here = tempfile::tempdir().unwrap();
    let lake = here.path().join("lake");
    let nothing = tenant.run(&lake, &["report"]);
    assert_eq!(code(&nothing), 2, "{}", err(&nothing));
    assert!(err(&nothing).contains("`lucca-lake sync` makes it"), "{}", err(&nothing));
    assert_eq!(code(&tenant.run(&lake, &["sync", "-q", "--as-of", "2026-03-15"])), 0);

    let made = |name: &str, arguments: &[&str]| {
        let output = tenant.run(&lake, &[&["report", "-o", name], arguments].concat());
        assert_eq!(code(&output), 0, "{}", err(&output));
        assert!(err(&output).starts_with(&format!("{name}: as of 2026-03-15, ")), "{}", err(&output));
        let path = here.path().join(name);
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        (fs::read_to_string(path).unwrap(), mode)
    };
    let (english, mode) = made("en.html", &[]);
    assert_eq!(mode, 0o600, "it names people");
    for expected in ["<html lang=\"en\">", "People report", "<time datetime=\"2026-03-15\">", "default-src 'none'"] {
        assert!(english.contains(expected), "{expected}");
    }
    for never in ["<script", "http://", "https://", "src="] {
        assert!(!english.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").contains(never), "{never}");
    }
    assert!(english.contains("data-query=\"probation_list\""));
    let (french, _) = made("fr.html", &["--lang", "fr"]);
    assert!(french.contains("<html lang=\"fr\">") && french.contains("Rapport RH"));
    let (nobody, mode) = made("none.html", &["--max-privacy", "none"]);
    assert_ne!(mode, 0o600, "it is about nobody");
    assert!(nobody.contains("--max-privacy directory") && !nobody.contains("data-query=\"probation_list\""));

    for (arguments, said) in [
        (["--lang", "de"], "possible values: en, fr"),
        (["--max-privacy", "all"], "the classes are none, directory, personal, sensitive"),
        (["--as-of", "2020-01-01"], "no snapshot as of 2020-01-01"),
        (["-o", "missing/report.html"], "missing/report.html: No such file"),
    ] {
        let output = tenant.run(&lake, &[&["report"], arguments.as_slice()].concat());
        assert_eq!(code(&output), 2, "{}", err(&output));
        assert!(err(&output).contains(said), "{}", err(&output));
    }
}

#[test]
fn the_demo_writes_a_report_beside_its_lake_and_no_browser_is_no_failure() {
    let tenant = Tenant::start(&["--employees", "1"]);
    let here = tempfile::tempdir().unwrap();
    let lake = here.path().join("lake");
    let output = tenant.run_with(&lake, &["demo", "--employees", "20", "--lake", "lake", "--open"], &[("PATH", "")]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains("\n  report.html\n"), "{}", err(&output));
    assert!(err(&output).contains("no browser could be started; open report.html yourself"), "{}", err(&output));
    assert!(fs::read_to_string(here.path().join("report.html")).unwrap().contains("People report"));
}
