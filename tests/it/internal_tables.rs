//! Tables that only other queries of the same derivation read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lucca_lake::catalog::Catalog;
use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

/// Every file and folder below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| [vec![path.clone()], below(&path)].concat()).collect()
}

#[test]
fn they_leave_no_trace_in_a_lake() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let run = |arguments: &[&str]| {
        let output = tenant.run(&lake, arguments);
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output) + &err(&output)
    };
    let derived = Catalog::embedded().unwrap().derived;
    let internal: Vec<String> = derived.into_iter().filter(|q| q.internal).map(|q| q.table.name).collect();
    assert!(internal.iter().any(|name| name == "applicable_positions"));
    let mut said = run(&["sync", "--as-of", "2026-03-14", "--as-of", "2026-03-15", "--attributes", "off"]);
    said += &run(&["derive", "--as-of", "2026-03-14"]);
    assert!(said.contains("unified_employees\t20 rows"), "{said}");
    said += &run(&["tables"]);
    for path in below(&lake) {
        said += &format!("{}\n", path.display());
        said += &fs::read_to_string(&path).unwrap_or_default();
    }
    let told: Vec<&String> = internal.iter().filter(|name| said.contains(name.as_str())).collect();
    assert_eq!(told, Vec::<&String>::new());
    assert_eq!(below(&lake.join("_lake/staging")), Vec::<PathBuf>::new());
    assert!(run(&["gc"]).starts_with("nothing to collect\n"));
    run(&["verify"]);
}
