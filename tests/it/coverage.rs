//! docs/coverage.md: every operation that other integrations offer for Lucca has a command and a tool here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use lucca_lake::catalog::Catalog;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::tenant::{PROGRAM, code, err};

#[derive(Deserialize)]
struct Coverage {
    operation: Vec<Operation>,
}

/// One operation, and who does it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    /// The tool elsewhere.
    tool: String,
    /// The call of the API.
    call: String,
    /// The command here.
    command: String,
    /// The tool for assistants here.
    assistant: String,
}

fn operations() -> Vec<Operation> {
    toml::from_str::<Coverage>(include_str!("coverage.toml")).unwrap().operation
}

/// A word of a command line that stands for a value.
fn is_placeholder(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_uppercase())
}

#[test]
fn every_operation_is_told_once() {
    let operations = operations();
    assert_eq!(operations.len(), 35);
    let keys: [fn(&Operation) -> &String; 4] = [|o| &o.tool, |o| &o.call, |o| &o.command, |o| &o.assistant];
    for key in keys {
        assert_eq!(operations.iter().map(key).collect::<BTreeSet<_>>().len(), 35, "each is another");
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).env_clear().output().unwrap()
}

/// A command that there is not has no help; `get` knows what it is asked for before it looks at the id.
#[test]
fn every_command_exists() {
    let catalog = Catalog::embedded().unwrap();
    let mut helped = BTreeSet::new();
    for Operation { command, call, .. } in operations() {
        let words: Vec<&str> = command.split(' ').filter(|word| !is_placeholder(word)).collect();
        let about = call.split(['/', ' ']).nth(2).unwrap();
        match words.as_slice() {
            ["sync", "--tables", table] => {
                assert!(catalog.resource(about).is_some_and(|r| r.table_name() == *table), "{command} and {call}");
            }
            ["get", resource] => {
                let output = run(&["get", resource, ".."]);
                assert_eq!(
                    (code(&output), err(&output).contains("is no id")),
                    (2, true),
                    "{command}: {}",
                    err(&output)
                );
                assert!(about.starts_with(resource), "{command} and {call}");
            }
            words if helped.insert(words.to_vec().join(" ")) => {
                let help = run(&[words, &["--help"]].concat());
                assert_eq!(code(&help), 0, "there is no command {}", words.join(" "));
            }
            _ => {}
        }
    }
}

/// The tools that the server lists, with those that write among them.
fn tools() -> BTreeMap<String, Value> {
    let folder = tempdir().unwrap();
    let mut server = Command::new(PROGRAM)
        .args(["mcp", "-q", "--max-privacy", "sensitive", "--allow-writes"])
        .env_clear()
        .env("LUCCA_BASE_URL", "http://localhost:1")
        .env("LUCCA_TOKEN_URL", "http://localhost:1/connect/token")
        .env("LUCCA_CLIENT_ID", "nobody")
        .env("LUCCA_CLIENT_SECRET", "none")
        .env("LUCCA_LAKE", folder.path())
        .env("LUCCA_STATE_DIR", folder.path().join("state"))
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let client = json!({"name": "test", "version": "1"});
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    let messages = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
    ];
    let mut input = server.stdin.take().unwrap();
    for message in messages {
        writeln!(input, "{message}").unwrap();
    }
    drop(input);
    let said = String::from_utf8(server.wait_with_output().unwrap().stdout).unwrap();
    let answers = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let listed = answers.into_iter().find(|answer| answer["id"] == 2).unwrap_or_else(|| panic!("no tools in {said}"));
    let tools = listed["result"]["tools"].as_array().unwrap().clone();
    tools.into_iter().map(|tool| (tool["name"].as_str().unwrap().to_owned(), tool)).collect()
}

#[test]
fn every_operation_has_a_tool_and_the_guide_says_which() {
    let (operations, tools) = (operations(), tools());
    for Operation { assistant, call, .. } in &operations {
        let tool =
            tools.get(assistant).unwrap_or_else(|| panic!("there is no tool {assistant} among {:?}", tools.keys()));
        let reads = tool["annotations"]["readOnlyHint"].as_bool();
        assert_eq!(reads, Some(call.starts_with("GET")), "{assistant} reads, or does not");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let guide = guide(&operations, &tools);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &guide).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, guide, "docs/coverage.md is not as it should be: UPDATE_GOLDEN=1 writes it");
}

fn guide(operations: &[Operation], tools: &BTreeMap<String, Value>) -> String {
    let mut guide = String::from(
        "# What other integrations do, and how it is done here\n\n\
         The integration platform Truto lists 35 tools for Lucca. Each of them is a call of the API, a command here and a\n\
         tool for assistants ([assistants.md](assistants.md)). A list is read whole by `sync`, and answered from the lake by `query`\n\
         with no further request; the tool `list_…` asks the API for a page. Tools that change something are there with\n\
         `--allow-writes` alone.\n\n\
         This page is made from `tests/it/coverage.toml`; a test holds it to the commands and tools that there are.\n\n\
         | tool elsewhere | call | command | tool |\n|---|---|---|---|\n",
    );
    for Operation { tool, call, command, assistant } in operations {
        let _ = writeln!(guide, "| {tool} | `{call}` | `lucca-lake {command}` | `{assistant}` |");
    }
    let ours: BTreeSet<&str> = operations.iter().map(|operation| operation.assistant.as_str()).collect();
    let more: Vec<String> =
        tools.keys().filter(|name| !ours.contains(name.as_str())).map(|n| format!("`{n}`")).collect();
    let _ = write!(guide, "\nTools beside these: {}.\n", more.join(", "));
    guide
}
