//! Queries, texts and charts of the report.

use std::collections::BTreeSet;

use serde_json::json;

use super::{COMPARED, PREVIOUS, answer::Answer, charts, page::TEMPLATES, pivot::Pivot, tree};
use crate::{
    catalog::{Catalog, DerivedTable, Privacy, Table},
    engine::{derive, privacy::declared, testing::deep},
    html::{TEXTS, Texts, testing},
    language::Language,
};

/// The queries of the report, and all that they may read.
fn queries() -> (Vec<DerivedTable>, Vec<Table>) {
    let catalog = Catalog::embedded().unwrap();
    let mut tables = catalog.api_tables();
    for name in COMPARED {
        let table = tables.iter().find(|table| table.name == name).unwrap().clone();
        tables.push(Table { name: format!("{PREVIOUS}{name}"), ..table });
    }
    tables.push(catalog.findings.clone());
    (catalog.derived.iter().chain(&catalog.report).cloned().collect(), tables)
}

#[test]
fn every_query_gives_what_its_heading_says() {
    let (queries, tables) = queries();
    deep(|| async move { derive::check(&queries, &tables).await.unwrap() });
}

#[test]
fn no_query_shows_more_than_it_declares() {
    let (queries, tables) = queries();
    deep(|| async move {
        let problems = declared::problems(&queries, &tables).await.unwrap();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    });
}

/// Names are in the lists of deadlines alone, and birth dates nowhere.
#[test]
fn people_are_named_in_the_lists_of_deadlines_alone() {
    let catalog = Catalog::embedded().unwrap();
    for query in &catalog.report {
        let is_list = query.table.name.ends_with("_list");
        for column in &query.table.columns {
            let names = column.name.contains("given_name") || column.name.contains("family_name");
            assert!(!names || (is_list && column.privacy == Privacy::Directory), "{}", column.name);
            assert!(!column.name.contains("birth"), "{}", column.name);
        }
        assert!(!is_list || query.rows() == Privacy::Directory, "{}", query.table.name);
    }
}

#[test]
fn templates_and_texts_hold_what_is_promised() {
    testing::check(&TEMPLATES);
}

#[test]
fn every_rule_is_told_and_how_to_fix_it() {
    let catalog = Catalog::embedded().unwrap();
    let declared = [
        "duplicate_key",
        "overlapping_intervals",
        "rows_dropped",
        "unresolved_references",
        "values_below_floor",
        "values_dropped",
    ];
    let rules: BTreeSet<&str> = catalog.rules.iter().map(|rule| rule.name.as_str()).chain(declared).collect();
    let texts = Texts::of(Language::French, &[TEXTS, TEMPLATES.texts]).unwrap();
    let told: BTreeSet<&str> =
        texts.names().filter_map(|name| name.strip_prefix("rules.")?.strip_suffix(".fix")).collect();
    assert_eq!(told, rules);
    assert!(rules.iter().all(|rule| texts.has(&format!("rules.{rule}.what"))));
}

fn answer(rows: serde_json::Value) -> Answer {
    Answer { rows: serde_json::from_value(rows).unwrap(), ..Answer::default() }
}

#[test]
fn charts_take_their_colours_from_the_page_and_names_as_text() {
    let texts = Texts::of(Language::French, &[TEXTS, TEMPLATES.texts]).unwrap();
    let hostile = "</svg><script>alert(1)</script>\" onload=\"x";
    let month =
        |end: &str, rank: i64, people: i64| json!({"month_end": end, "legal_entity_rank": rank, "people": people});
    let months = answer(json!([month("2025-12-31", 1, 3), month("2026-01-31", 1, 1200), month("2026-01-31", 8, 34)]));
    let moved = answer(json!([{"month_end": "2026-01-31", "came": 3, "leavers": 2}]));
    let ages = answer(json!([
        {"age_from": 20, "age_band": "20-24", "gender": "female", "headcount": 7},
        {"age_from": 20, "age_band": "20-24", "gender": "male", "headcount": null},
        {"age_from": null, "age_band": "hidden", "gender": "male", "headcount": 6},
    ]));
    let genders = answer(json!([
        {"axis": "legal_entity", "unit_id": "1", "unit_name": hostile, "gender": "female", "headcount": 9, "unit_people": 9},
    ]));
    let drawn = [
        charts::headcount(&months, &texts).unwrap().unwrap().to_string(),
        charts::movements(&moved, &texts).unwrap().unwrap().to_string(),
        charts::ages(&ages, &texts).unwrap().unwrap().to_string(),
        charts::genders(&genders, &texts).unwrap().unwrap().to_string(),
    ];
    for svg in &drawn {
        assert!(svg.starts_with("<svg role=\"img\"") && svg.trim_end().ends_with("</svg>"), "{svg}");
        assert!(svg.contains("<title>") && svg.contains("<desc>") && svg.contains("var(--series-"), "{svg}");
        assert!(!svg.contains("\"#0") && !svg.contains("<script"), "{svg}");
    }
    assert!(drawn[0].contains("1\u{202f}234"), "the largest total is told: {}", drawn[0]);
    for nothing in [answer(json!([])), answer(json!([{"month_end": "2026-01-31", "came": 0, "leavers": 0}]))] {
        assert!(charts::headcount(&nothing, &texts).unwrap().is_none());
        assert!(charts::movements(&nothing, &texts).unwrap().is_none());
        assert!(charts::ages(&nothing, &texts).unwrap().is_none());
        assert!(charts::genders(&nothing, &texts).unwrap().is_none());
    }
}

#[test]
fn departments_stand_below_the_one_above_them() {
    let row = |path: &str, names: &str, entity: &str, people: i64| json!({"path": path, "path_names": names, "department_name": names, "legal_entity_id": entity, "headcount_with_sub_departments": people});
    let all = answer(json!([
        row("/1/", "Company", "A", 40), row("/1/3/", "Company / Sales", "A", 20), row("/1/2/", "Company / Sales B", "A", 12),
        row("/1/3/9/", "Company / Sales / East", "A", 5), row("/7/", "Abroad", "B", 3), {"path": "/0/", "path_names": "0", "department_name": null, "depth": 0}, {"path": null, "path_names": null},
    ]));
    let order: Vec<String> = tree::ordered(&all.rows).iter().map(|row| row["path"].to_string()).collect();
    assert_eq!(order, ["\"/7/\"", "\"/1/\"", "\"/1/3/\"", "\"/1/3/9/\"", "\"/1/2/\"", "\"/0/\"", "null"]);
    let branches = tree::branches(&all);
    assert_eq!(
        branches.iter().map(|branch| (branch.rows.len(), branch.largest)).collect::<Vec<_>>(),
        [(4, 40), (1, 3), (2, 1)]
    );
}

#[test]
fn a_pivot_has_a_place_for_every_row_and_gaps_where_there_is_none() {
    let row = |band: &str, gender: &str| json!({"band": band, "gender": gender});
    let all = answer(json!([row("a", "male"), row("a", "female"), row("b", "other"), row("b", "male")]));
    let pivot = Pivot::of(&all, &["band"], "gender", &["female", "male"]);
    let heads: Vec<&str> = pivot.heads.iter().map(|row| row["gender"].as_str().unwrap()).collect();
    assert_eq!(heads, ["female", "male", "other"]);
    let filled: Vec<Vec<bool>> =
        pivot.lines.iter().map(|line| line.cells.iter().map(Option::is_some).collect()).collect();
    assert_eq!(filled, [[true, true, false], [false, true, true]]);
}
