//! `webhooks`: endpoints made, changed, pinged and deleted, and what can be read of them.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::tenant::{Tenant, code, err, out};

/// What the program said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    fn id(&self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.json()["id"].as_str().unwrap().to_owned()
    }
}

/// A tenant, and a folder to work in.
struct Hooks {
    tenant: Tenant,
    folder: TempDir,
}

const CREATE: [&str; 8] = [
    "endpoints",
    "create",
    "--name",
    "Test",
    "--url",
    "https://hooks.example.com/1",
    "--topics",
    "employee.created,employee.updated",
];

impl Hooks {
    fn start(arguments: &[&str]) -> Self {
        let tenant = Tenant::start(arguments);
        Self { tenant, folder: tempdir().unwrap() }
    }

    fn ask(&self, arguments: &[&str]) -> Said {
        self.ask_with(arguments, &[])
    }

    fn ask_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        let lake = self.folder.path().join("lake");
        let output = self.tenant.run_with(&lake, &[&["webhooks"], arguments].concat(), environment);
        Said { code: code(&output), out: out(&output), err: err(&output) }
    }

    fn create(&self, more: &[&str]) -> Said {
        self.ask(&[&CREATE, more].concat())
    }

    /// Ids of a whole list.
    fn ids(&self, noun: &str, more: &[&str]) -> Vec<String> {
        let said = self.ask(&[&[noun, "list", "--format", "json"], more].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        said.json().as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn an_endpoint_lives_its_life() {
    let hooks = Hooks::start(&[]);
    assert_eq!(hooks.ids("endpoints", &[]), ["12", "13"]);
    assert_eq!(hooks.ids("endpoints", &["--status", "suspended"]), ["12"]);
    let made = hooks.create(&[]);
    let (id, secret) = (made.id(), made.json()["secret"].as_str().unwrap().to_owned());
    assert_eq!(secret.len(), 64);
    assert!(made.err.contains(&format!("webhooks endpoints update {id} --status active`")), "{}", made.err);

    let got = hooks.ask(&["endpoints", "get", &id]);
    assert_eq!((&got.json()["name"], &got.json()["status"]), (&"Test".into(), &"inactive".into()));
    assert!(!got.out.contains(&secret), "it is told once");
    let change = ["--status", "active", "--name", "Other", "--business-establishments", "2"];
    let updated = hooks.ask(&[&["endpoints", "update", &id][..], &change].concat());
    assert_eq!((&updated.json()["name"], &updated.json()["status"]), (&"Other".into(), &"active".into()));
    assert_eq!(updated.json()["topics"], made.json()["topics"], "what is not said stays");
    assert_eq!(updated.json()["businessEstablishments"][0]["id"], "2");
    let all = hooks.ask(&["endpoints", "update", &id, "--business-establishments", "all"]);
    assert_eq!(all.json()["businessEstablishments"], Value::Null);

    let pinged = hooks.ask(&["endpoints", "ping", &id]);
    let delivery = pinged.id();
    assert_eq!(pinged.json()["webhookEndpoint"]["id"], id.as_str());
    assert_eq!(hooks.ids("deliveries", &[]).last(), Some(&delivery));
    let event = hooks.ids("events", &["--limit", "1"]).remove(0);
    let again = hooks.ask(&["deliveries", "send", &id, "--event", &event]);
    assert_eq!(again.json()["event"]["id"], event.as_str());
    let embedded = hooks.ask(&["deliveries", "get", &again.id(), "--include", "embedded"]).json();
    assert_eq!(embedded["embedded"]["event"][&event]["id"], event.as_str());

    assert_eq!(hooks.ask(&["endpoints", "delete", &id, "--yes"]).code, 0);
    assert_eq!(hooks.ids("endpoints", &[]), ["12", "13"]);
    for gone in [
        &["endpoints", "get", &id][..],
        &["endpoints", "update", &id, "--name", "x"],
        &["endpoints", "delete", &id, "--yes"],
    ] {
        let said = hooks.ask(gone);
        assert_eq!((said.code, said.out.as_str()), (4, ""), "{gone:?}");
        assert!(said.err.contains(&format!("no record has the id \"{id}\"")), "{}", said.err);
    }
}

#[test]
fn lists_are_whole_in_every_format_and_as_long_as_asked() {
    let hooks = Hooks::start(&[]);
    let attempts = hooks.ids("attempts", &[]);
    assert!(attempts.len() > 20, "{}", attempts.len());
    let events = hooks.ids("events", &[]);
    assert!(events.len() > 200, "more than two pages: {}", events.len());
    assert_eq!(hooks.ids("events", &["--limit", "130"]), events[..130]);
    let lines = hooks.ask(&["events", "list", "--format", "ndjson"]);
    assert_eq!(lines.out.lines().count(), events.len());
    assert!(lines.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let csv = hooks.ask(&["attempts", "list", "--format", "csv"]);
    assert!(csv.out.starts_with("id,url,signature,webhook_delivery_id,is_successful,"), "{}", csv.out);
    assert_eq!(csv.out.lines().count(), attempts.len() + 1);
    let table = hooks.ask(&["deliveries", "list"]);
    assert!(table.out.contains("| delivered |") && !table.out.contains("_run_id"), "{}", table.out);
    assert_eq!(hooks.ask(&["attempts", "list", "--format", "json", "--delivery", "none"]).out, "[]\n");
    assert_eq!(hooks.ask(&["attempts", "list", "--format", "ndjson", "--delivery", "none"]).out, "");
    let delivery = hooks.ids("deliveries", &["--limit", "1"]).remove(0);
    assert_eq!(hooks.ids("attempts", &["--delivery", &delivery]).len(), 1);

    let file = hooks.folder.path().join("attempts.parquet");
    assert_eq!(hooks.ask(&["attempts", "list", "-o", file.to_str().unwrap()]).out, "");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read(&file).unwrap().starts_with(b"PAR1"));
}

#[test]
fn a_dry_run_shows_what_would_be_sent_and_sends_nothing() {
    let folder = tempdir().unwrap();
    // Nobody is there, and there are no credentials.
    let shown = |arguments: &[&str]| {
        let mut command = std::process::Command::new(crate::tenant::PROGRAM);
        command.arg("webhooks").args(arguments).arg("--dry-run").env_clear().current_dir(folder.path());
        let output = command.env("LUCCA_BASE_URL", "http://127.0.0.1:9").output().unwrap();
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output)
    };
    let secret_file = folder.path().join("secret");
    assert_eq!(
        shown(&[&CREATE[..], &["--status", "active", "--secret-file", secret_file.to_str().unwrap()]].concat()),
        "POST http://127.0.0.1:9/lucca-api/webhook-endpoints\n\
         {\"name\":\"Test\",\"webhookUrl\":\"https://hooks.example.com/1\",\"apiVersion\":\"2024-11-01\",\
         \"topics\":[\"employee.created\",\"employee.updated\"],\"businessEstablishments\":null,\"status\":\"active\"}\n"
    );
    assert!(!secret_file.exists());
    assert_eq!(
        shown(&["endpoints", "update", "12", "--status", "inactive"]),
        "PATCH http://127.0.0.1:9/lucca-api/webhook-endpoints/12\n{\"status\":\"inactive\"}\n"
    );
    assert_eq!(shown(&["endpoints", "delete", "12"]), "DELETE http://127.0.0.1:9/lucca-api/webhook-endpoints/12\n");
    let ping = "POST http://127.0.0.1:9/lucca-api/webhook-deliveries\n{\"webhookEndpoint\":{\"id\":\"12\"}}\n";
    assert_eq!(shown(&["endpoints", "ping", "12"]), ping);
    assert_eq!(shown(&["deliveries", "send", "12"]), ping);
}

#[test]
fn a_secret_goes_to_a_new_file_of_its_owner_alone() {
    let hooks = Hooks::start(&[]);
    let file = hooks.folder.path().join("secret");
    let name = file.to_str().unwrap();
    let arguments = [&CREATE[..], &["--secret-file", name]].concat();
    let made = hooks.ask_with(&arguments, &[("LUCCA_LOG", "trace")]);
    assert_eq!(made.code, 0, "{}", made.err);
    let secret = fs::read_to_string(&file).unwrap();
    assert_eq!(secret.trim_end().len(), 64);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for said in [&made.out, &made.err] {
        assert!(!said.contains(secret.trim_end()) && !said.contains("secret\":"), "{said}");
    }
    let count = hooks.ids("endpoints", &[]).len();
    for unusable in [name, "/nowhere/secret", hooks.folder.path().to_str().unwrap()] {
        let said = hooks.create(&["--secret-file", unusable]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{unusable}: {}", said.err);
        assert!(said.err.contains("--secret-file"), "{}", said.err);
    }
    let table = hooks.create(&["--format", "table"]);
    assert!(table.code == 2 && table.err.contains("--secret-file"), "{}", table.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), secret, "a file that is there stays");
    assert_eq!(hooks.ids("endpoints", &[]).len(), count, "nothing is made whose secret would have no place");

    let other = hooks.folder.path().join("other");
    let refused = hooks.create(&["--status", "on", "--secret-file", other.to_str().unwrap()]);
    assert!(refused.code == 2 && refused.err.contains("status: "), "{}", refused.err);
    assert!(!other.exists(), "no file without a secret");
    let table = hooks.create(&["--format", "table", "--secret-file", other.to_str().unwrap()]);
    assert!(table.code == 0 && !table.out.contains(fs::read_to_string(&other).unwrap().trim_end()));
}

#[test]
fn what_is_wrong_is_said_with_its_code() {
    let hooks = Hooks::start(&["--without-scopes", "webhook-endpoints.readwrite"]);
    assert_eq!(hooks.ids("endpoints", &[]), ["12", "13"], "reading asks for no scope that writes");
    let refused = hooks.create(&[]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("webhook-endpoints.readwrite"), "{}", refused.err);
    assert_eq!(hooks.ask(&["endpoints", "ping", "12"]).code, 0, "deliveries have a scope of their own");

    let hooks = Hooks::start(&[]);
    for (arguments, word) in [
        (&["endpoints", "delete", "12"][..], "--yes"),
        (&["endpoints", "update", "12"], "nothing is said"),
        (&["endpoints", "update", "12", "--url", "http://hooks.example.com"], "https"),
        (&["endpoints", "update", "12", "--topics", "employee.vanished"], "topics: The topic 'employee.vanished'"),
        (&["endpoints", "update", "12", "--api-version", "new"], "apiVersion: "),
        (&["endpoints", "update", "..", "--name", "x"], "no id"),
        (&["endpoints", "update", "12", "--business-establishments", "4000"], "businessEstablishments: "),
        (&["endpoints", "list", "--limit", "0"], "--limit"),
        (&["endpoints", "create", "--name", "x"], "--url"),
    ] {
        let said = hooks.ask(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
        assert!(said.err.contains(word), "{arguments:?}: {}", said.err);
    }
    assert_eq!(hooks.ids("endpoints", &[]), ["12", "13"]);
    for noun in ["endpoints", "deliveries", "attempts", "events"] {
        let said = hooks.ask(&[noun, "get", "0"]);
        assert_eq!((said.code, said.out.as_str()), (4, ""), "{noun}: {}", said.err);
    }
}

#[test]
fn the_tables_are_read_when_they_are_named() {
    let (tenant, folder) = (Tenant::start(&["--employees", "100"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let tables = "webhook_endpoints,webhook_deliveries,webhook_delivery_attempts";
    assert_eq!(code(&tenant.run(&lake, &["sync", "-q", "--tables", tables])), 0);
    let count = |lake: &Path, table: &str| {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        out(&tenant.run(lake, &["query", "--format", "csv", &sql])).lines().nth(1).map(str::to_owned)
    };
    assert_eq!(count(&lake, "webhook_endpoints").as_deref(), Some("2"));
    for table in ["webhook_deliveries", "webhook_delivery_attempts"] {
        assert!(count(&lake, table).unwrap().parse::<u64>().unwrap() > 3, "{table}");
    }
    let catalogue = out(&tenant.run(&lake, &["tables", "--format", "json"]));
    assert!(!catalogue.contains("secret\""), "no column holds a secret");
}
