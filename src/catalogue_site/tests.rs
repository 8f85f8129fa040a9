//! What is told of the tables, in each form.

use serde_json::Value;

use super::{entry::EntryColumn, events::events, *};
use crate::{
    catalog::{Catalog, ColumnDefinition, LakeType, Privacy, TableColumn},
    engine::{Session, query, testing::deep},
    language::Language,
};

/// Runs a test over what the catalogue that is built in says.
fn with_catalogue<F: Future<Output = ()> + 'static>(test: impl FnOnce(Catalog, Catalogue) -> F + Send + 'static) {
    deep(|| async move {
        let catalog = Catalog::embedded().unwrap();
        let catalogue = Catalogue::of(&catalog, None).await.unwrap();
        test(catalog, catalogue).await;
    });
}

/// Adds a column of the tenant's own, called as nobody should.
fn with_hostile_column(mut catalogue: Catalogue) -> Catalogue {
    let entry = catalogue.entries.iter_mut().find(|entry| entry.table.name == "employee_snapshot").unwrap();
    let meaning = "<script>alert(1)</script> | \" onload=\"x\n# Heading [a](javascript:b) `c` \\";
    let column = TableColumn {
        source: "e_<b>|x".to_owned(),
        definition: Some(Box::new(ColumnDefinition::default())),
        ..TableColumn::new("</td><script>alert(2)</script>|`", LakeType::String, true, Privacy::Sensitive, meaning)
    };
    entry.columns.push(EntryColumn { column, refers_to: None, lowered_because: None, made_of: Vec::new() });
    catalogue
}

#[test]
fn every_table_has_an_example_that_runs() {
    with_catalogue(|catalog, catalogue| async move {
        let tables = catalog.tables();
        let session = Session::of_declared(&tables).unwrap();
        for entry in &catalogue.entries {
            let rows = query::run(&session, &entry.example, None).await;
            let rows = rows.unwrap_or_else(|e| panic!("{}: {e}", entry.example));
            assert!(rows.collect().await.is_ok(), "{}", entry.example);
        }
        assert_eq!(catalogue.entries.len(), tables.len());
        let example = |name: &str| catalogue.entry(name).unwrap().example.clone();
        assert_eq!(
            example("headcount"),
            "SELECT department_id, legal_entity_id, department_name, legal_entity_name, headcount\n\
             FROM headcount\nORDER BY department_id, legal_entity_id\nLIMIT 10"
        );
        assert!(
            example("assignment_history")
                .contains("\nWHERE valid_from <= as_of AND (valid_to IS NULL OR valid_to > as_of)\n")
        );
    });
}

#[test]
fn tables_know_what_they_are_made_of_and_what_is_made_of_them() {
    with_catalogue(|_, catalogue| async move {
        let names: std::collections::BTreeSet<&String> =
            catalogue.entries.iter().map(|entry| &entry.table.name).collect();
        for entry in &catalogue.entries {
            for read in &entry.reads {
                assert!(names.contains(read), "{} reads {read}", entry.table.name);
                assert!(
                    catalogue.entry(read).unwrap().read_by.contains(&entry.table.name),
                    "{read} and {}",
                    entry.table.name
                );
            }
            let made = entry.columns.iter().flat_map(|column| &column.made_of).chain(&entry.rows);
            for made in made {
                let from = catalogue.entry(&made.table).unwrap_or_else(|| panic!("{}: {made:?}", entry.table.name));
                let is_there =
                    from.columns.iter().any(|column| column.column.name == made.column) || made.column == "as_of";
                assert!(is_there && entry.reads.contains(&made.table), "{}: {made:?}", entry.table.name);
            }
        }
        let headcount = catalogue.entry("headcount").unwrap();
        let steps: Vec<&str> = headcount.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(steps, ["people_in_position"]);
        let count = headcount.columns.iter().find(|column| column.column.name == "headcount").unwrap();
        assert!(count.made_of.iter().any(|made| made.is_direct() && made.column == "employee_id"), "{count:?}");
    });
}

#[test]
fn json_is_what_it_was_and_more() {
    with_catalogue(|catalog, catalogue| async move {
        for (table, entry) in catalog.tables().iter().zip(&catalogue.entries) {
            let (was, is) = (serde_json::to_value(table).unwrap(), serde_json::to_value(entry).unwrap());
            for (name, value) in was.as_object().unwrap().iter().filter(|(name, _)| *name != "columns") {
                assert_eq!(is.get(name), Some(value), "{name} of {}", table.name);
            }
            let columns = |of: &Value| of["columns"].as_array().unwrap().clone();
            for (was, is) in columns(&was).iter().zip(columns(&is)) {
                assert!(was.as_object().unwrap().iter().all(|(name, value)| is.get(name) == Some(value)), "{is}");
            }
            for added in ["source", "privacy", "reads", "read_by", "rows", "steps", "example"] {
                assert!(is.get(added).is_some(), "{added} of {}", table.name);
            }
        }
    });
}

#[test]
fn markdown_tells_all_of_it_and_stays_text() {
    with_catalogue(|_, catalogue| async move {
        let catalogue = with_hostile_column(catalogue);
        let document = document(&catalogue, &|_| true);
        let fences = document.lines().filter(|line| line.starts_with("```")).count();
        assert!(fences.is_multiple_of(2), "{fences} fences");
        for entry in &catalogue.entries {
            assert!(document.contains(&format!("\n## {}\n", entry.table.name)), "{}", entry.table.name);
        }
        let unescaped = document.replace("\\<", "").replace("\\]", "");
        assert!(!unescaped.contains("<script") && !unescaped.contains("](javascript:"));
        let hostile = document.lines().find(|line| line.contains("alert(2)")).unwrap();
        // As GitHub counts cells: pipes that are not escaped.
        let cells = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert_eq!(cells(hostile), 8, "{hostile}");
        let mut in_code = false;
        for line in document.lines() {
            in_code ^= line.starts_with("```");
            if !in_code && line.starts_with("| ") {
                assert!(matches!(cells(line), 5 | 8), "{line}");
            }
        }
        let one = super::document(&catalogue, &|entry| entry.table.name == "headcount");
        assert!(one.starts_with("# headcount\n\none row per"), "{one}");
    });
}

#[test]
fn events_tell_what_each_table_is_made_of() {
    with_catalogue(|_, catalogue| async move {
        let lines = events(&catalogue, NO_LAKE).unwrap();
        let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), catalogue.entries.len());
        let of = |job: &str| events.iter().find(|event| event["job"]["name"] == job).unwrap();
        let headcount = of("derive/headcount");
        assert_eq!(headcount["eventTime"], "1970-01-01T00:00:00.000Z");
        assert_eq!(headcount["job"]["facets"]["jobType"]["jobType"], "QUERY");
        let facet = &headcount["outputs"][0]["facets"]["columnLineage"];
        let of_name = &facet["fields"]["department_name"]["inputFields"];
        assert_eq!(
            *of_name,
            serde_json::json!([{"namespace": "lucca-lake", "name": "core/departments", "field": "name",
                "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}])
        );
        assert!(facet["dataset"].as_array().unwrap().iter().any(|input| input["field"] == "department_id"), "{facet}");
        assert!(of("sync/departments")["outputs"][0]["facets"].get("columnLineage").is_none());
    });
}

#[test]
fn templates_and_texts_are_whole() {
    crate::html::testing::check(&pages::TEMPLATES);
}

/// The values of an attribute in a page, as they are read.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_link_of_the_site_leads_somewhere_and_every_column_has_its_place() {
    with_catalogue(|_, catalogue| async move {
        let catalogue = with_hostile_column(catalogue);
        for language in [Language::English, Language::French] {
            let files = site(&catalogue, NO_LAKE, language).unwrap();
            let of = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
            let pages: Vec<&SiteFile> = files.iter().filter(|file| file.path.ends_with(".html")).collect();
            assert_eq!(pages.len(), catalogue.entries.len() + 2);
            for page in &pages {
                let ids = values(&page.text, "id");
                let different: std::collections::BTreeSet<&&str> = ids.iter().collect();
                assert_eq!(different.len(), ids.len(), "{} has an id twice", page.path);
                let hrefs = values(&page.text, "href").into_iter().filter(|href| !href.starts_with("data:"));
                for href in hrefs.map(|href| href.replace("&#x2f;", "/")) {
                    let (to, anchor) = href.split_once('#').unwrap_or((href.as_str(), ""));
                    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let path = match (to.strip_prefix("../"), to.is_empty(), folder.is_empty()) {
                        (_, true, _) => page.path.clone(),
                        (Some(to), ..) => to.to_owned(),
                        (None, _, true) => to.to_owned(),
                        (None, ..) => format!("{folder}/{to}"),
                    };
                    let target = of(&path).unwrap_or_else(|| panic!("{}: {href}", page.path));
                    assert!(anchor.is_empty() || values(target, "id").contains(&anchor), "{}: {href}", page.path);
                }
                assert!(!page.text.contains("<script") && !page.text.contains("onload=\"x"), "{}", page.path);
            }
            for entry in &catalogue.entries {
                let page = of(&format!("tables/{}.html", entry.table.name)).unwrap();
                let rows = page.matches("<tr id=\"column-").count();
                assert_eq!(rows, entry.columns.len(), "{}", entry.table.name);
            }
            let columns: usize = catalogue.entries.iter().map(|entry| entry.columns.len()).sum();
            assert_eq!(of("columns.html").unwrap().matches("<th scope=\"row\">").count(), columns);
            assert_eq!(site(&catalogue, NO_LAKE, language).unwrap(), files);
        }
    });
}
