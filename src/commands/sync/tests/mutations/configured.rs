//! A configuration file, changed.

use std::fs;

use rand::{SeedableRng as _, rngs::StdRng};

use super::{mutate::ALL, *};
use crate::settings::{Settings, read_file};

const FILES: u64 = 65;

const FILE: &str = r#"base_url = "https://example.ilucca.net"
token_url = "https://accounts.world.luccasoftware.com/connect/token"
client_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
table_format = "parquet"
requests_per_minute = 25
timezone = "Europe/Paris"
tables = ["employees", "employments"]
optional_tables = "employee_personal_records"
resume_within_hours = 12
attributes = "as-of"
attribute_definitions = ["user.*", "employee.jobTitle"]
attribute_people = ["active", "upcoming"]
personal_definitions = ["personal.*", "e_*"]
max_row_drop = 30
max_fill_drop = 20
max_unresolved_rise = 20
gate_min_rows = 10
tolerate = "duplicate_email"
superseded_grace = "6h"
memory_limit = "512MiB"
temp_dir = "."
keep_last = 30
keep_days = 90
keep_month_ends = 24"#;

/// As `sync` takes it, up to the first request.
fn prepare(file: &[u8], folder: &std::path::Path, seed: u64) -> Result<(), Error> {
    let path = folder.join("lucca-lake.toml");
    fs::write(&path, file).unwrap();
    let read = read_file(Some(&path))?;
    let flags = BTreeMap::from([("lake", "memory:///".to_owned()), ("as-of", TODAY.to_owned())]);
    let environment = Environment::from([(LUCCA_CLIENT_SECRET, "fake-secret")]);
    let read = read.as_ref().map(|(path, text)| (path.as_str(), text.as_str()));
    let settings = Settings::resolve(&flags, &environment, read)?;
    settings.retention()?;
    let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
    let transport = transport(&clock, Plan::clean(seed));
    Run::prepare(&context(&catalog(), &clock, &transport, seed), &settings, SyncOptions::default()).map(drop)
}

#[test]
fn changed_configurations_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    virtually(async {
        prepare(FILE.as_bytes(), folder.path(), 0).unwrap();
        let mut counts = Counts::default();
        for seed in 0..FILES {
            let how = ALL[usize::try_from(seed).unwrap() % ALL.len()];
            let changed = how.of_lines(FILE, &mut StdRng::seed_from_u64(seed));
            let result = prepare(&changed, folder.path(), seed);
            let other = result.as_ref().err().filter(|error| error.exit_code() != ExitCode::Usage);
            counts.note(
                seed,
                how,
                &result,
                other.map(|error| format!("no usage error: {}", error.with_causes())).into_iter().collect(),
            );
        }
        counts.finish(FILES);
    });
}
