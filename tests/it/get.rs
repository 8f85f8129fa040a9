//! `get`: records by their ids, from the API and from the lake.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::tenant::{Tenant, code, err, out};

/// A tenant of 30 people, and a lake that has read it.
fn read() -> (Tenant, TempDir) {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let synced = tenant.run(&folder.path().join("lake"), &["sync", "-q", "--as-of", "2026-03-15"]);
    assert_eq!(code(&synced), 0, "{}", err(&synced));
    (tenant, folder)
}

fn get(tenant: &Tenant, folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = tenant.run(&folder.path().join("lake"), &[&["get"], arguments].concat());
    (code(&output), out(&output), err(&output))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn records_are_printed_as_asked() {
    let (tenant, folder) = read();
    let printed = |arguments: &[&str]| {
        let (code, out, err) = get(&tenant, &folder, arguments);
        assert_eq!(code, 0, "{arguments:?}: {err}");
        out
    };
    let one = printed(&["job-positions", "61"]);
    assert!(one.starts_with(r#"{"id":"61","type":"job-position","url":"http://"#) && one.ends_with("}\n"), "{one}");
    assert!(json(&one).get("links").is_none(), "links hold secrets of files");
    for name in ["job_positions", "job-position"] {
        assert_eq!(printed(&[name, "61", "61"]).trim_end(), format!("[{}]", one.trim_end()).as_str());
    }
    let two = printed(&["job-positions", "62", "61"]);
    assert_eq!((json(&two)[0]["id"].as_str(), json(&two)[1].to_string()), (Some("62"), json(&one).to_string()));
    let lines = printed(&["job-positions", "62", "61", "--format", "ndjson"]);
    assert_eq!(lines.lines().nth(1), Some(one.trim_end()));
    let embedded = json(&printed(&["job-positions", "61", "--include", "embedded"]));
    assert!(embedded["embedded"]["department"].is_object(), "{embedded}");

    // The lake's columns.
    let csv = printed(&["job-positions", "62", "61", "--format", "csv"]);
    let (heading, rows) = csv.split_once('\n').unwrap();
    let lake = folder.path().join("lake");
    let queried = out(&tenant.run(&lake, &["query", "SELECT * FROM job_positions LIMIT 0", "--format", "csv"]));
    assert_eq!(format!("{heading},as_of"), queried.trim_end());
    assert!(rows.starts_with("62,") && rows.contains("\n61,"), "{rows}");
    let columns = json(&printed(&["job-positions", "61", "--lake-columns"]));
    assert_eq!(columns[0]["starts_on"], json(&one)["startsOn"]);
    assert!(printed(&["job-positions", "61", "--format", "table"]).contains("starts_on"));

    // A file of one's own.
    let file = folder.path().join("people.csv");
    assert_eq!(printed(&["employees", "8", "9", "-o", file.to_str().unwrap()]), "");
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 3);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let file = folder.path().join("people.json");
    printed(&["employees", "8", "-o", file.to_str().unwrap()]);
    assert_eq!(json(&fs::read_to_string(&file).unwrap())["id"], "8");
    let file = folder.path().join("people.parquet");
    printed(&["employees", "8", "-o", file.to_str().unwrap()]);
    assert!(fs::read(&file).unwrap().starts_with(b"PAR1"));
}

#[test]
fn the_lake_has_the_same_columns_and_asks_nobody() {
    let (mut tenant, folder) = read();
    let without = |text: &str| -> Vec<Value> {
        let mut rows = json(text).as_array().unwrap().clone();
        for row in rows.iter_mut().map(|row| row.as_object_mut().unwrap()) {
            row.retain(|name, _| !["_extracted_at", "_run_id"].contains(&name.as_str()));
        }
        rows
    };
    let asked = [
        &["employees", "10", "8", "9"][..],
        &["job_positions", "61"],
        &["departments", "10"],
        &["employee-attributes", "7400", "7401", "7405", "7410", "7420", "7430"],
        &["employee-attribute-definitions", "e_tShirtSize", "employee.givenName"],
        &["employee-personal-records", "8"],
    ];
    let get = |tenant: &Tenant, arguments: &[&str], more: &[&str]| get(tenant, &folder, &[arguments, more].concat());
    let sent: Vec<_> = asked.iter().map(|asked| get(&tenant, asked, &["--lake-columns"])).collect();
    tenant.stop();
    for (asked, (_, sent, _)) in asked.iter().zip(&sent) {
        let (code, kept, err) = get(&tenant, asked, &["--from-lake"]);
        // Values of other days are in the API alone.
        assert!(code == 0 || (code == 4 && asked[0] == "employee-attributes"), "{asked:?}: {err}");
        let (sent, kept) = (without(sent), without(&kept));
        assert!(!kept.is_empty() && kept.iter().all(|row| sent.contains(row)), "{asked:?}");
        assert!(code == 4 || kept == sent, "{asked:?}");
    }
    let (code, _, err) = get(&tenant, &["employees", "8", "999999"], &["--from-lake=2026-03-15"]);
    assert_eq!(code, 4);
    assert!(err.contains("employees of 2026-03-15: no record has the id \"999999\""), "{err}");
    let (code, _, err) = get(&tenant, &["employees", "8"], &["--from-lake=2020-01-01"]);
    assert_eq!(code, 2, "{err}");
    assert_eq!(get(&tenant, &["employees", "8"], &[]).0, 75, "nobody serves the API any more");
}

#[test]
fn what_is_not_there_or_makes_no_sense_is_said() {
    let (tenant, folder) =
        (Tenant::start(&["--employees", "30", "--without-scopes", "employments.readonly"]), tempdir().unwrap());
    let said = |arguments: &[&str]| get(&tenant, &folder, arguments);
    let (code, out, err) = said(&["employees", "8", "999999", "8,9"]);
    assert_eq!((code, json(&out)[0]["id"].as_str(), json(&out).as_array().unwrap().len()), (4, Some("8"), 1));
    assert!(err.contains(r#"no record has the ids "999999", "8,9""#) && err.contains("separated by spaces"), "{err}");
    let (code, out, _) = said(&["employees", "../x"]);
    assert_eq!((code, out.as_str()), (4, ""));
    let (code, out, err) = said(&["employments", "28"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("employments.readonly"), "{err}");
    for (arguments, why) in [
        (&["employes", "8"][..], "did you mean \"employees\"?"),
        (&["headcount", "8"], "computed, not read"),
        (&["employees"], "<ID>"),
        (&["employees", ""], "\"\" is no id"),
        (&["employees", ".."], "\"..\" is no id"),
        (&["employees", "8", "--include", "embedded", "--format", "csv"], "no columns for what is embedded"),
        (&["employees", "8", "--include", "embedded", "--from-lake"], "cannot be used with"),
        (&["employees", "8", "--include", "links"], "embedded"),
        (&["professions", "85", "--files"], "these do: employees, employments"),
        (&["employees", "8", "--files", "--format", "csv"], "--files is for json"),
        (&["employees", "8", "--safe"], "--safe is for --format csv"),
        (&["employees", "8", "--from-lake"], "does not exist"),
    ] {
        let (code, out, err) = said(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(why), "{arguments:?}: {err}");
    }
    let (code, out, err) = said(&["employees", "8", "--files"]);
    let file = json(&out);
    assert_eq!((code, file["contentType"].as_str()), (0, Some("image/jpeg")), "{err}");
    assert!(!out.contains("token") && !err.contains("token"));
    let (code, out, err) = said(&["employees", "10", "--files"]);
    assert_eq!((code, out.as_str(), err.ends_with("employees: no file is named\n")), (0, "", true), "{err}");
    let unwritten = folder.path().join("x.json");
    assert_eq!(said(&["employees", "999999", "-o", unwritten.to_str().unwrap()]).0, 4);
    assert!(!Path::exists(&unwritten));
}

#[test]
fn with_a_key_records_are_in_the_lake_alone() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20", "--legacy-key"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let sync = tenant.run(&lake, &["sync", "--tables", "employees"]);
    assert_eq!(code(&sync), 0, "{}", err(&sync));
    let ids = tenant.run(&lake, &["query", "--format", "json", "SELECT min(id) AS id FROM employees"]);
    let ids: serde_json::Value = serde_json::from_str(&out(&ids)).unwrap();
    let id = ids[0]["id"].as_str().unwrap();
    let asked = tenant.run(&lake, &["get", "employees", id]);
    assert_eq!(code(&asked), 2);
    let why = "needs an OAuth application, as API v5 takes no legacy API key: what the key can read is in the lake";
    assert!(err(&asked).contains(why), "{}", err(&asked));
    let answered = tenant.run(&lake, &["get", "employees", id, "--from-lake"]);
    assert_eq!(code(&answered), 0, "{}", err(&answered));
    // An assistant is told the same before it asks; without one that speaks, the server ends at once.
    let served = tenant.run(&lake, &["mcp"]);
    assert!(err(&served).contains(why), "{}", err(&served));
}
