//! README.md and docs/ tell the truth: their commands run, their tables equal the code, what they name exists.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use lucca_lake::{COMPARING, Declared, SETTINGS};

use crate::tenant::{PROGRAM, Tenant, code, err, out};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every file below a folder that ends with `extension`, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn guides() -> Vec<PathBuf> {
    [root().join("README.md")].into_iter().chain(files(&root().join("docs"), "md")).collect()
}

/// Commands of `sh` and `console` blocks that run the program, as a shell takes them.
fn commands(guide: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut in_shell = false;
    let mut in_quotes = false;
    for line in guide.replace("\\\n", " ").lines().map(str::trim) {
        if let Some(language) = line.strip_prefix("```") {
            in_shell = !in_shell && matches!(language, "sh" | "console");
        } else if in_quotes {
            in_quotes = line.matches('\'').count() % 2 == 0;
            commands.last_mut().unwrap().extend(["\n", line]);
        } else if in_shell {
            let line = line.strip_prefix("$ ").unwrap_or(line).replace("cargo run -- ", "lucca-lake ");
            in_quotes = line.starts_with("lucca-lake ") && ends_in_quotes(&line);
            commands.extend(line.starts_with("lucca-lake ").then_some(line));
        }
    }
    commands
}

/// Whether single quotes, outside of double ones, are still open.
fn ends_in_quotes(command: &str) -> bool {
    let (mut single, mut double) = (false, false);
    for c in command.chars() {
        match c {
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ => {}
        }
    }
    single
}

/// Rows of the first table below a heading, cell by cell.
fn table_below(guide: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, below) = guide.split_once(&format!("\n## {heading}\n")).unwrap();
    let rows = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

/// Texts between backticks, outside of blocks.
fn quoted(guide: &str) -> Vec<&str> {
    guide.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2)).collect()
}

/// A folder to run commands in, with a tenant to ask.
struct Shell {
    tenant: Tenant,
    here: tempfile::TempDir,
}

impl Shell {
    fn of(arguments: &[&str]) -> Self {
        Self { tenant: Tenant::start(arguments), here: tempfile::tempdir().unwrap() }
    }

    fn run(&self, command: &str) {
        let folder = Path::new(PROGRAM).parent().unwrap().display();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-ec", command]).current_dir(self.here.path()).stdin(Stdio::null());
        // Commands one after another share a minute's budget, and would wait for it.
        shell
            .env_clear()
            .env("PATH", &path)
            .env("LUCCA_REQUESTS_PER_MINUTE", "100000")
            .envs(self.tenant.environment.iter().map(|(k, v)| (k, v)));
        let done = shell.output().unwrap();
        assert!(done.status.success(), "{command}\n{}", String::from_utf8_lossy(&done.stderr));
    }

    fn run_all(&self, guide: &Path) -> usize {
        let commands = commands(&fs::read_to_string(guide).unwrap());
        for command in &commands {
            assert!(!command.contains("fake-tenant"), "{command} serves for ever; a `text` block can show it");
            self.run(command);
        }
        commands.len()
    }
}

/// The guide to a tenant with a key alone.
fn is_of_keys(guide: &Path) -> bool {
    guide.ends_with("docs/legacy.md")
}

#[test]
fn every_command_runs() {
    let shell = Shell::of(&["--employees", "30"]);
    // The demo's people and the tenant's are not the same ones, and share a lake here.
    fs::write(shell.here.path().join("lucca-lake.toml"), format!("tolerate = \"{}\"\n", COMPARING.join(","))).unwrap();
    shell.run("lucca-lake demo --employees 30");
    let others = guides().into_iter().filter(|guide| !is_of_keys(guide));
    let number: usize = others.map(|guide| shell.run_all(&guide)).sum();
    assert!(number >= 10, "only {number} commands were found");
}

#[test]
fn every_command_for_a_key_runs_with_a_key() {
    let shell = Shell::of(&["--employees", "30", "--legacy-key"]);
    let guide = guides().into_iter().find(|guide| is_of_keys(guide)).unwrap();
    assert!(shell.run_all(&guide) >= 4);
    for example in files(&root().join("examples/legacy"), "sql") {
        shell.run(&format!("lucca-lake query -f {} -o answer.csv", example.display()));
        let answer = fs::read_to_string(shell.here.path().join("answer.csv")).unwrap();
        assert!(answer.lines().count() > 20, "{}", example.display());
    }
}

#[test]
fn the_guide_to_keys_names_every_route() {
    let rows = table_below(&read("docs/legacy.md"), "What comes from where");
    let row_of = |path: &str| rows.iter().find(|row| row[0].contains(&format!("`{path}`")));
    for schema in files(&root().join("schemas/legacy"), "toml") {
        let declared: toml::Table = toml::from_str(&fs::read_to_string(&schema).unwrap()).unwrap();
        let path = declared["route"]["path"].as_str().unwrap();
        let row = row_of(path).unwrap_or_else(|| panic!("docs/legacy.md does not name {path}"));
        if declared.get("published").is_some_and(|published| published.as_bool() == Some(true)) {
            let table = declared["resource"].as_str().unwrap().replace('-', "_");
            assert!(row[1].contains(&format!("`{table}`")), "{path}: {table}");
        }
        let is_optional = declared.get("optional").is_some_and(|optional| optional.as_bool() == Some(true));
        assert!(is_optional || row[2] == "yes", "{path} is needed");
    }
    for query in files(&root().join("queries/legacy"), "sql") {
        let text = fs::read_to_string(&query).unwrap();
        let table = query.file_stem().unwrap().to_string_lossy().into_owned();
        let is_named = rows.iter().any(|row| row[1].contains(&format!("`{table}`")));
        assert!(is_named || text.contains("\n-- internal\n"), "docs/legacy.md does not name {table}");
    }
}

/// The statement of one guide finds as many people as `headcount` counted, for every number of it; that of another counts
/// everybody, those below a department that is not visible too.
#[test]
fn the_people_behind_a_number_are_as_many() {
    let tenant = Tenant::start(&["--employees", "80"]);
    let here = tempfile::tempdir().unwrap();
    let lake = here.path().join("lake");
    let ask = |arguments: &[&str]| {
        let output = tenant.run(&lake, &[&["query", "--format", "json"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", err(&output));
        serde_json::from_str::<Vec<serde_json::Value>>(&out(&output)).unwrap()
    };
    assert_eq!(code(&tenant.run(&lake, &["sync"])), 0);
    let guide = read("docs/querying.md");
    let (_, below) = guide.split_once("\n## Who is behind this number?\n").unwrap();
    let statement = below.split_once(" '\n").unwrap().1.split_once("'\n```").unwrap().0;
    let numbers = ask(&["SELECT department_name, legal_entity_name, sum(headcount) AS people FROM headcount \
         WHERE department_name IS NOT NULL AND legal_entity_name IS NOT NULL GROUP BY ALL"]);
    assert!(numbers.len() > 10, "{numbers:?}");
    for number in numbers.iter().step_by(1 + numbers.len() / 12) {
        let name = |column: &str| number[column].as_str().unwrap();
        let department = format!("department={}", name("department_name"));
        let legal_entity = format!("legal_entity={}", name("legal_entity_name"));
        let people = ask(&["--param", &department, "--param", &legal_entity, statement]);
        assert_eq!(people.len() as u64, number["people"].as_u64().unwrap(), "{number}");
    }
    let guide = read("docs/analytics.md");
    let statement = guide.split_once("```sql\n").unwrap().1.split_once("```").unwrap().0;
    let people = "SELECT count(*) AS people FROM people_current WHERE has_position";
    assert_eq!(ask(&[statement]), ask(&[people]));
    let below_nobody = "SELECT * FROM headcount_rollup WHERE axis = 'department' AND is_root AND parent_id IS NOT NULL";
    assert!(!ask(&[below_nobody]).is_empty(), "the tenant has a branch that this counts and a null parent does not");
}

#[test]
fn the_configuration_table_is_the_code() {
    let code = |text: Option<String>| text.map(|text| format!("`{text}`")).unwrap_or_default();
    let row = |d: &Declared| {
        let in_file = if d.in_file { "yes" } else { "no" };
        let (flag, variable) = (d.flag.map(|f| format!("--{f}")), d.variable.map(str::to_owned));
        let default = code(d.default.map(str::to_owned));
        vec![code(Some(d.key.into())), code(flag), code(variable), in_file.into(), default, d.meaning.into()]
    };
    let declared: Vec<Vec<String>> = SETTINGS.iter().map(row).collect();
    assert_eq!(table_below(&read("README.md"), "Configuration"), declared);

    let help = |command: &str| {
        let help = Command::new(PROGRAM).args([command, "--help"]).output().unwrap();
        String::from_utf8(help.stdout).unwrap()
    };
    let (sync, gc) = (help("sync"), help("gc"));
    for Declared { key, flag, .. } in SETTINGS {
        let Some(flag) = flag else { continue };
        let (command, help) = if key.starts_with("keep_") { ("gc", &gc) } else { ("sync", &sync) };
        let has = [" <", "\n"].iter().any(|behind| help.contains(&format!("--{flag}{behind}")));
        assert!(has, "{command} has no --{flag}");
    }
}

/// The variants are read from the source: an enumeration does not list itself.
#[test]
fn the_table_of_exit_codes_is_the_code() {
    let source = read("src/exit_code.rs");
    let (_, body) = source.split_once("enum ExitCode {\n").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let mut declared = Vec::new();
    let mut meaning = Vec::new();
    for line in body.lines().map(str::trim) {
        match (line.strip_prefix("/// "), line.split_once(" = ")) {
            (Some(text), _) => meaning.push(text.to_owned()),
            (None, Some((_, number))) => {
                declared.push(vec![number.trim_matches(',').to_owned(), std::mem::take(&mut meaning).join(" ")]);
            }
            _ => panic!("{line}"),
        }
    }
    let shown: Vec<Vec<String>> =
        table_below(&read("README.md"), "Exit codes").iter().map(|row| row[..2].to_vec()).collect();
    assert_eq!(shown, declared);
}

#[test]
fn what_the_guides_name_exists() {
    let source: String =
        files(&root().join("src"), "rs").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let life = read("docs/life-of-a-page.md");
    let (mut paths, mut names) = (0, 0);
    for name in quoted(&life) {
        if ["src/", "schemas/", "queries/", "docs/", "tests/"].iter().any(|f| name.starts_with(f)) {
            assert!(root().join(name).exists(), "docs/life-of-a-page.md names {name}");
            paths += 1;
        } else if name.contains("::") {
            let missing = name.split("::").find(|part| !source.contains(part));
            assert_eq!(missing, None, "docs/life-of-a-page.md names {name}");
            names += 1;
        }
    }
    assert!(paths > 20 && names > 10, "{paths} paths, {names} names");
    for guide in guides() {
        let text = fs::read_to_string(&guide).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let here = target.contains("://") || target.is_empty();
            assert!(here || guide.parent().unwrap().join(target).exists(), "{}: {target}", guide.display());
        }
    }
}

/// Every fault of the schedules has its line, and every line names a fault that exists.
#[test]
fn the_table_of_faults_is_the_code() {
    let source = read("src/commands/sync/tests/kinds.rs");
    let (_, body) = source.split_once("const ALL: [Self; ").unwrap();
    let (body, _) = body.split_once("];").unwrap();
    let names: Vec<&str> =
        body.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.strip_suffix(',')).collect();
    assert!(names.len() > 20, "{names:?}");
    let guide = read("docs/faults.md");
    let rows = guide.lines().filter(|line| line.starts_with('|')).skip(2);
    let told: Vec<String> = rows
        .filter_map(|row| row.trim_end_matches('|').rsplit_once('|'))
        .flat_map(|(_, faults)| {
            faults.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect::<Vec<_>>()
        })
        .filter(|name| name.starts_with(char::is_uppercase))
        .collect();
    assert_eq!(names.iter().filter(|name| !told.contains(&(**name).to_owned())).count(), 0, "{told:?}");
    assert!(told.iter().all(|name| names.contains(&name.as_str())), "{told:?}");
}
