//! Taxonomies and their labels are read when they are named, and then name what values refer to.

use std::path::Path;

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

const LABELS: &str = "SELECT id, name, taxonomy_id, t9n FROM attribute_labels ORDER BY id";

fn ask(tenant: &Tenant, lake: &Path, sql: &str) -> String {
    let output = tenant.run(lake, &["query", "--format", "csv", sql]);
    assert_eq!(code(&output), 0, "{sql}: {}", err(&output));
    out(&output).split_once('\n').unwrap().1.trim_end().to_owned()
}

#[test]
fn labels_are_named_by_their_own_collection_where_it_is_read() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let sync = |tables: &str| {
        let output = tenant.run(&lake, &["sync", "-q", "--as-of", "2026-03-15", "--tables", tables]);
        assert_eq!(code(&output), 0, "{}", err(&output));
    };
    sync("personal_snapshot");
    let embedded = ask(&tenant, &lake, LABELS);
    let tables = "SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'taxonom%'";
    assert_eq!(ask(&tenant, &lake, tables), "0", "nobody asked for them");

    sync("personal_snapshot,taxonomies,taxonomy_labels");
    assert_eq!(ask(&tenant, &lake, LABELS), embedded, "the tenant says the same in both places");
    assert_eq!(ask(&tenant, &lake, "SELECT count(*) FROM taxonomies"), "3");
    let counted = "SELECT count(*), count(*) FILTER (WHERE is_archived) FROM taxonomy_labels";
    assert_eq!(ask(&tenant, &lake, counted), "11,2");
    let named = "SELECT count(*) > 10, sum(CASE WHEN p.e_t_shirt_size = l.name THEN 0 ELSE 1 END) FROM personal_snapshot p \
                 LEFT JOIN taxonomy_labels l ON l.id = p.e_t_shirt_size_id WHERE p.e_t_shirt_size_id IS NOT NULL";
    assert_eq!(ask(&tenant, &lake, named), "true,0");
    let lists = "SELECT DISTINCT t.name FROM employee_attribute_definitions d JOIN taxonomies t ON t.id = d.taxonomy_id ORDER BY 1";
    assert_eq!(ask(&tenant, &lake, lists), "T-shirt size\nWork style");
}

#[test]
fn a_run_can_do_without_them() {
    let tenant = Tenant::start(&["--employees", "20", "--without-scopes", "taxonomies.readonly"]);
    let folder = tempdir().unwrap();
    let lake = folder.path().join("lake");
    let tables = ["sync", "-q", "--as-of", "2026-03-15", "--tables", "personal_attributes,taxonomy_labels"];
    let output = tenant.run(&lake, &tables);
    assert_eq!(code(&output), 3, "{}", err(&output));
    let output = tenant.run(&lake, &[&tables[..], &["--optional-tables", "taxonomy_labels"]].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(!ask(&tenant, &lake, LABELS).is_empty(), "labels are those that came with the values");
}
