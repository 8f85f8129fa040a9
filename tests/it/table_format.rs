//! `--table-format`: what a build cannot write it says before it asks anybody anything.

use tempfile::tempdir;

#[cfg(not(feature = "delta"))]
use crate::tenant::out;
use crate::tenant::{Tenant, code, err};

#[test]
fn a_format_that_does_not_exist_is_refused() {
    let (tenant, folder) = (Tenant::start(&["--employees", "5"]), tempdir().unwrap());
    let output = tenant.run(&folder.path().join("lake"), &["sync", "--table-format", "iceberg"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("table_format"), "{}", err(&output));
    assert!(err(&output).contains("neither parquet nor delta"), "{}", err(&output));
}

#[cfg(not(feature = "delta"))]
#[test]
fn a_build_without_delta_says_how_to_get_it() {
    let (tenant, folder) = (Tenant::start(&["--employees", "5"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    for command in ["sync", "check", "derive"] {
        if command == "derive" {
            assert_eq!(code(&tenant.run(&lake, &["sync"])), 0);
        } else {
            assert!(!lake.exists());
        }
        let output = tenant.run(&lake, &[command, "--table-format", "delta"]);
        let said = out(&output) + &err(&output);
        assert_eq!(code(&output), 2, "{command}: {said}");
        assert!(said.contains("--features delta"), "{command}: {said}");
    }
    // Whoever only reads the lake may keep the setting in the file.
    std::fs::write(folder.path().join("lucca-lake.toml"), "table_format = \"delta\"\n").unwrap();
    let file = folder.path().join("lucca-lake.toml");
    let output = tenant.run(&lake, &["query", "SELECT 1", "--config", file.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", err(&output));
}
