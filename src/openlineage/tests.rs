//! Events as they are read elsewhere.

use chrono::DateTime;
use serde_json::{Value, json};

use super::{dataset::OutputFacets, *};
use crate::{catalog::Catalog, run_id::RunId};

fn table(name: &str) -> crate::catalog::Table {
    Catalog::embedded().unwrap().table(name).unwrap()
}

#[test]
fn a_lake_is_named_without_what_lets_anybody_in() {
    for (lake, namespace) in [
        ("s3://key:secret@bucket/hr/?token=x#y", "s3://bucket/hr"),
        ("s3://bucket", "s3://bucket"),
        ("abfss://container@account.dfs.core.windows.net/hr", "abfss://container@account.dfs.core.windows.net/hr"),
        ("file:///data/lucca/", "file:///data/lucca"),
    ] {
        assert_eq!(namespace_of(&lake.parse().unwrap()), namespace);
    }
}

#[test]
fn a_table_says_what_the_catalogue_knows_of_it() {
    let departments = table("departments");
    let dataset = serde_json::to_value(Dataset::of("s3://bucket/hr", &departments)).unwrap();
    assert_eq!(dataset["name"], "core/departments");
    let facets = &dataset["facets"];
    assert_eq!(facets["documentation"]["description"], *departments.meaning);
    assert_eq!(
        facets["schema"]["_schemaURL"],
        "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"
    );
    let first = &departments.columns[0];
    assert_eq!(
        facets["schema"]["fields"][0],
        json!({"name": first.name, "type": "string", "description": first.meaning, "ordinal_position": 1})
    );
    let tags = facets["tags"]["tags"].as_array().unwrap();
    assert_eq!(tags.len(), departments.columns.len() + 1);
    assert!(tags[0].get("field").is_none() && tags[1]["field"] == "id", "{tags:?}");
    let named = serde_json::to_value(Dataset::named("s3://bucket/hr", &departments)).unwrap();
    assert_eq!(named, json!({"namespace": "s3://bucket/hr", "name": "core/departments"}));
}

#[test]
fn a_run_tells_when_it_is_and_what_it_wrote() {
    let run_id: RunId = "20260315T060000Z-00000001".parse().unwrap();
    let statistics = OutputStatistics { row_count: 3, size: 2048, file_count: 1 };
    let facets = OutputFacets { output_statistics: Some(statistics.into()) };
    let message = ErrorMessage { message: "no".to_owned(), programming_language: "Rust" };
    let event = RunEvent {
        event_type: EventType::Complete,
        run: Run {
            run_id: run_uuid(&run_id),
            facets: RunFacets {
                processing_engine: Some(ProcessingEngine::this().into()),
                error_message: Some(message.into()),
                ..RunFacets::default()
            },
        },
        job: Job {
            namespace: "file:///lake".to_owned(),
            name: "sync".to_owned(),
            facets: JobFacets { job_type: Some(JobType::batch("SYNC").into()), sql: None },
        },
        inputs: Vec::new(),
        outputs: vec![Dataset { output_facets: facets, ..Dataset::named("file:///lake", &table("employees")) }],
    };
    let at = DateTime::parse_from_rfc3339("2026-03-15T07:00:00+01:00").unwrap();
    let told: Value = serde_json::to_value(Event::at(at.to_utc(), event)).unwrap();
    assert_eq!(told["eventTime"], "2026-03-15T06:00:00.000Z");
    assert_eq!(told["schemaURL"], "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent");
    assert_eq!(told["eventType"], "COMPLETE");
    assert_eq!(told["run"]["facets"]["errorMessage"]["programmingLanguage"], "Rust");
    assert_eq!(told["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"], 3);
    assert!(told["outputs"][0].get("facets").is_none(), "{told}");
}

#[test]
fn the_uuid_of_a_run_is_made_of_its_name_and_well_formed() {
    let uuid = |name: &str| run_uuid(&name.parse().unwrap());
    let one = uuid("20260315T060000Z-00000001");
    assert_eq!(one, uuid("20260315T060000Z-00000001"));
    assert_ne!(one, uuid("20260315T060000Z-00000002"));
    let parts: Vec<usize> = one.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert!(one.split('-').nth(2).unwrap().starts_with('8'), "{one}");
    assert!(one.split('-').nth(3).unwrap().starts_with(['8', '9', 'a', 'b']), "{one}");
}
