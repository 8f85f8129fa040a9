//! The columns that readers rely on, one golden file for each table. `UPDATE_GOLDEN=1 cargo test` writes them anew.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use lucca_lake::catalog::{Catalog, Table};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tables")
}

/// What a change of would surprise a reader. What a column means may be said better at any time.
fn described(table: &Table) -> String {
    let mut text = format!("{} in {}\n", table.name, table.zone);
    for column in &table.columns {
        let null = if column.nullable { "" } else { " not null" };
        let _ = writeln!(
            text,
            "{:<40} {:<22} {:<10} {}",
            column.name,
            format!("{}{null}", column.lake_type),
            column.privacy.to_string(),
            column.source
        );
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn every_table_has_the_columns_its_readers_know() {
    let catalog = Catalog::embedded().unwrap();
    let tables: BTreeMap<String, String> =
        catalog.tables().iter().map(|table| (format!("{}.txt", table.name), described(table))).collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = fs::remove_dir_all(folder());
        fs::create_dir_all(folder()).unwrap();
        tables.iter().for_each(|(name, text)| fs::write(folder().join(name), text).unwrap());
    }
    let known: BTreeMap<String, String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    let names = tables.keys().chain(known.keys().filter(|name| !tables.contains_key(*name)));
    let changed: Vec<&String> = names.filter(|name| tables.get(*name) != known.get(*name)).collect();
    assert!(changed.is_empty(), "tests/golden/tables/ differs in {changed:?}: review, then UPDATE_GOLDEN=1 cargo test");
}
