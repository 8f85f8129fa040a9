use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Known, Target, Told};
use crate::{
    catalog::Catalog,
    engine::{lineage, stack::run_with_deep_stack},
    env_vars::Environment,
    run_report::{Ending, RunReport, Summary},
};

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().copied().collect()
}

#[test]
fn a_server_is_named_by_the_standard_variables() {
    let target = |variables: &[(&str, &str)]| Target::configured(&environment(variables), None);
    assert!(target(&[]).unwrap().is_none());
    let disabled = [("OPENLINEAGE_URL", "https://x.example"), ("OPENLINEAGE_DISABLED", "true")];
    assert!(target(&disabled).unwrap().is_none());
    let shown = |variables: &[(&str, &str)]| format!("{:?}", target(variables).unwrap().unwrap());
    assert!(shown(&[("OPENLINEAGE_URL", "http://marquez:5000")]).contains("/api/v1/lineage"));
    let other = [
        ("OPENLINEAGE_URL", "https://x.example/base/"),
        ("OPENLINEAGE_ENDPOINT", "/lineage"),
        ("OPENLINEAGE_API_KEY", "canary"),
    ];
    assert!(shown(&other).contains("/base/lineage") && !shown(&other).contains("canary"), "{}", shown(&other));
    for wrong in [
        &[("OPENLINEAGE_URL", "marquez")][..],
        &[("OPENLINEAGE_URL", "ftp://marquez")],
        &[("OPENLINEAGE_URL", "https://user:secret@marquez")],
        &[("OPENLINEAGE_URL", "http://marquez"), ("OPENLINEAGE_API_KEY", "in clear text")],
        &[("OPENLINEAGE_URL", "https://marquez"), ("OPENLINEAGE_PARENT_ID", "job/run")],
    ] {
        let said = target(wrong).unwrap_err();
        assert!(said.contains("OPENLINEAGE_") && !said.contains("secret"), "{said}");
    }
}

#[test]
fn the_run_that_started_it_is_named() {
    let variables = environment(&[
        ("OPENLINEAGE_URL", "http://x"),
        ("OPENLINEAGE_PARENT_ID", "http://airflow/prod/hr.sync/0190-uuid"),
    ]);
    let parent = Target::configured(&variables, None).unwrap().unwrap().parent.unwrap();
    assert_eq!((parent.job.namespace.as_str(), parent.job.name.as_str()), ("http://airflow/prod", "hr.sync"));
    assert_eq!(parent.run.run_id, "0190-uuid");
}

fn report(json: Value) -> RunReport {
    RunReport::read(&serde_json::to_vec(&json).unwrap()).unwrap()
}

#[test]
fn a_run_tells_what_it_read_and_wrote() {
    let catalog = Catalog::embedded().unwrap();
    let tables = catalog.tables();
    let lineage =
        run_with_deep_stack(|| async { lineage::of_queries(&catalog.derived, &catalog.api_tables()).await.unwrap() });
    let lineage = lineage.unwrap();
    let known = Known { tenant: Some("https://example.ilucca.net"), tables: &tables, lineage: &lineage };
    let run_id = "20260315T060000Z-00000001".parse().unwrap();
    let told = Told { run_id: &run_id, command: "sync", lake: "s3://bucket/lake", namespace: None, parent: None };
    let written = report(json!({
        "run_id": run_id, "as_of": "2026-03-15", "started_at": "2026-03-15T06:00:00Z", "seconds": 1.5,
        "outcome": { "status": "published", "sequence": 2 }, "published": [{ "as_of": "2026-03-15", "sequence": 2 }],
        "resources": [{ "resource": "employees" }],
        "tables": [{ "table": "employees", "zone": "core", "rows": 3, "files": 1, "bytes": 9 },
            { "table": "headcount", "zone": "derived", "rows": 2, "files": 1, "bytes": 8 },
            { "table": "unheard_of", "zone": "core", "rows": 0, "files": 1, "bytes": 1 }],
    }));
    let began = serde_json::to_value(told.began(written.started_at)).unwrap();
    let ended = serde_json::to_value(told.ended(&written.summary(), Some(&written), known)).unwrap();
    assert_eq!((&began["eventType"], &ended["eventType"]), (&json!("START"), &json!("COMPLETE")));
    assert_eq!(began["run"]["runId"], ended["run"]["runId"]);
    assert_eq!((&ended["job"]["namespace"], &ended["job"]["name"]), (&json!("s3://bucket/lake"), &json!("sync")));
    assert_eq!(ended["eventTime"], "2026-03-15T06:00:01.500Z");
    assert_eq!(ended["inputs"], json!([{ "namespace": "https://example.ilucca.net", "name": "employees" }]));
    let outputs = ended["outputs"].as_array().unwrap();
    let names: Vec<&str> = outputs.iter().map(|output| output["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["core/employees", "derived/headcount", "core/unheard_of"]);
    let statistics = &outputs[1]["outputFacets"]["outputStatistics"];
    assert_eq!(
        (&statistics["rowCount"], &statistics["size"], &statistics["fileCount"]),
        (&json!(2), &json!(8), &json!(1))
    );
    assert_eq!(outputs[1]["facets"]["version"]["datasetVersion"], "2026-03-15.2");
    assert!(outputs[0]["facets"]["schema"]["fields"].as_array().unwrap().len() > 5);
    let made = &outputs[1]["facets"]["columnLineage"]["fields"]["headcount"]["inputFields"];
    assert!(made.as_array().unwrap().iter().all(|field| field["namespace"] == "s3://bucket/lake"), "{made}");
    assert!(!made.as_array().unwrap().is_empty());

    let derive = Told { command: "derive", ..told };
    let computed = report(json!({
        "run_id": run_id, "command": "derive", "as_of": "2026-03-15", "started_at": "2026-03-15T06:00:00Z",
        "outcome": { "status": "published", "sequence": 3 }, "published": [{ "as_of": "2026-03-15", "sequence": 3 }],
        "tables": [{ "table": "headcount", "zone": "derived", "rows": 2, "files": 1, "bytes": 8 }],
    }));
    let ended = serde_json::to_value(derive.ended(&computed.summary(), Some(&computed), known)).unwrap();
    let inputs: Vec<&str> =
        ended["inputs"].as_array().unwrap().iter().map(|input| input["name"].as_str().unwrap()).collect();
    assert!(
        inputs.contains(&"core/employments") && !inputs.iter().any(|input| input.starts_with("derived/")),
        "{inputs:?}"
    );
}

#[test]
fn a_run_that_fails_tells_why_and_wrote_nothing() {
    let run_id = "20260315T060000Z-00000001".parse().unwrap();
    let told = Told { run_id: &run_id, command: "sync", lake: "file:///lake", namespace: Some("hr"), parent: None };
    let mut summary = Summary::new("sync", "2026-03-15T06:00:00Z".parse().unwrap(), 1.0);
    (summary.outcome, summary.error) = (Ending::Failed, Some("the connection failed".to_owned()));
    let lineage = BTreeMap::new();
    let event = told.ended(&summary, None, Known { tenant: None, tables: &[], lineage: &lineage });
    let json = serde_json::to_value(event).unwrap();
    assert_eq!((&json["eventType"], &json["job"]["namespace"]), (&json!("FAIL"), &json!("hr")));
    assert_eq!(json["run"]["facets"]["errorMessage"]["message"], "the connection failed");
    assert_eq!((&json["inputs"], &json["outputs"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn events_are_added_to_a_file_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let target = Target::configured(&environment(&[]), Some(file.clone())).unwrap().unwrap();
    let run_id = "20260315T060000Z-00000001".parse().unwrap();
    let told = Told { run_id: &run_id, command: "sync", lake: "file:///lake", namespace: None, parent: None };
    let transport: std::sync::Arc<dyn crate::api::Transport> =
        std::sync::Arc::new(crate::api::HttpTransport::new().unwrap());
    for _ in 0..2 {
        target.tell(&transport, &told.began("2026-03-15T06:00:00Z".parse().unwrap())).await;
    }
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["eventType"] == "START"));
}
