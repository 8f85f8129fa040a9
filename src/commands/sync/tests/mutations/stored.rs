//! Manifests and the footers of Parquet files, changed in a lake that was published well.

use futures::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _, path::Path};
use rand::{SeedableRng as _, rngs::StdRng};

use super::{
    super::tables::differences,
    mutate::{ALL, OF_BYTES},
    *,
};
use crate::{
    commands::{Which, derive::derive_alone, query},
    engine::{SessionOptions, testing::csv},
    lake::{Problem, Snapshot, verify},
};

const MANIFESTS: u64 = 39;
const FOOTERS: u64 = 60;

/// A lake with one snapshot, and its objects.
async fn published(catalog: &Catalog) -> (InMemory, Snapshot, Tables) {
    let store = InMemory::new();
    let lake = lake_over(store.fork());
    run_into(catalog, &lake, 1).await.unwrap();
    for path in visible(&lake).await {
        let path = Path::from(path);
        let content = lake.store().get(&path).await.unwrap().bytes().await.unwrap();
        store.put(&path, content.into()).await.unwrap();
    }
    (store, lake.newest().await.unwrap().unwrap(), read_tables(&lake).await)
}

async fn ask(lake: &Lake, sql: &str) -> Result<String, Error> {
    let rows = query::run(lake, &Which::Newest, sql, &SessionOptions::default()).await?;
    Ok(csv(rows).await?)
}

#[test]
fn changed_manifests_are_refused_or_say_the_same() {
    const SQL: &str = "SELECT count(*) AS people FROM employees";
    let catalog = catalog();
    virtually(async {
        let (store, snapshot, tables) = published(&catalog).await;
        let all: Vec<_> = store.list(Some(&Path::from("_lake/manifests"))).try_collect().await.unwrap();
        let path = all[0].location.clone();
        let original = store.get(&path).await.unwrap().bytes().await.unwrap();
        let mut counts = Counts::default();
        for seed in 0..MANIFESTS {
            let how = ALL[usize::try_from(seed).unwrap() % ALL.len()];
            let changed = how.apply(&original, &mut StdRng::seed_from_u64(seed));
            let lake = lake_over(store.fork());
            lake.store().put(&path, changed.into()).await.unwrap();
            let mut wrong = Vec::new();
            match lake.snapshot(snapshot.as_of).await {
                Ok(found) if found.as_ref() == Some(&snapshot) => {}
                Ok(_) => wrong.push("another snapshot is believed".to_owned()),
                Err(error) => wrong.extend(told_wrongly(&error.into())),
            }
            let answer = ask(&lake, SQL).await;
            if answer.as_ref().is_ok_and(|answer| answer != &format!("people\n{EMPLOYEES}\n")) {
                wrong.push(format!("another answer: {answer:?}"));
            }
            wrong.extend(run_again(&catalog, &lake, &tables, seed).await);
            counts.note(seed, how, &answer, wrong);
        }
        counts.finish(MANIFESTS);
    });
}

/// What a run over a changed lake does wrongly.
async fn run_again(catalog: &Catalog, lake: &Lake, tables: &Tables, seed: u64) -> Vec<String> {
    match run_into(catalog, lake, 1000 + seed).await {
        Ok(_) => differences(&read_tables(lake).await, tables),
        Err(error) => told_wrongly(&error).into_iter().collect(),
    }
}

#[test]
fn changed_footers_are_found_and_nothing_is_computed_from_them() {
    const TABLES: [&str; 4] = ["employees", "job_positions", "employee_attributes", "personal_attributes"];
    let catalog = catalog();
    virtually(async {
        let (store, snapshot, tables) = published(&catalog).await;
        let clean = lake_over(store.fork());
        let mut answers = BTreeMap::new();
        for table in TABLES {
            answers.insert(table, ask(&clean, &format!("SELECT * FROM {table} ORDER BY id")).await.unwrap());
        }
        let mut counts = Counts::default();
        for seed in 0..FOOTERS {
            let (table, how) =
                (TABLES[usize::try_from(seed).unwrap() % 4], OF_BYTES[usize::try_from(seed).unwrap() % OF_BYTES.len()]);
            let path = Path::from(snapshot.table(table).unwrap().files[0].path.as_str());
            let lake = lake_over(store.fork());
            let original = lake.store().get(&path).await.unwrap().bytes().await.unwrap();
            let changed = with_footer(&original, |footer| how.apply(footer, &mut StdRng::seed_from_u64(seed)));
            if changed == original {
                // Repeated, but none of them.
                continue;
            }
            lake.store().put(&path, changed.into()).await.unwrap();
            let mut wrong = Vec::new();
            match verify(&lake, &snapshot).await {
                Ok(findings) if findings.iter().any(|finding| finding.problem != Problem::Stray) => {}
                Ok(_) => wrong.push("verify found nothing".to_owned()),
                Err(error) => wrong.extend(told_wrongly(&error.into())),
            }
            let answer = ask(&lake, &format!("SELECT * FROM {table} ORDER BY id")).await;
            if answer.as_ref().is_ok_and(|answer| *answer != answers[table]) {
                wrong.push("another answer".to_owned());
            }
            wrong.extend(derive_again(&catalog, &lake, &snapshot).await);
            wrong.extend(run_again(&catalog, &lake, &tables, seed).await);
            counts.note(seed, how, &answer, wrong);
        }
        counts.finish(54);
    });
}

/// What `derive` over a damaged snapshot does wrongly: it must not publish.
async fn derive_again(catalog: &Catalog, lake: &Lake, snapshot: &Snapshot) -> Vec<String> {
    let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T07:00:00Z".parse().unwrap()));
    let transport = transport(&clock, Plan::clean(7));
    let context = context(catalog, &clock, &transport, 7);
    let run_id = "20260315T070000Z-00000007".parse().unwrap();
    let begun = derive_alone(&context, &settings(), lake, None, &run_id).await;
    let mut wrong = match begun.and_then(|derivation| derivation.result) {
        Ok(_) => vec!["computed from a damaged file".to_owned()],
        Err(error) => told_wrongly(&error).into_iter().collect(),
    };
    if lake.newest().await.unwrap().as_ref() != Some(snapshot) {
        wrong.push("published from a damaged file".to_owned());
    }
    wrong
}

/// A Parquet file with a changed footer: its metadata, their length, and the magic number.
fn with_footer(file: &[u8], change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let length: [u8; 4] = file[file.len() - 8..file.len() - 4].try_into().unwrap();
    let begin = file.len() - 8 - usize::try_from(u32::from_le_bytes(length)).unwrap();
    [&file[..begin], &change(&file[begin..])].concat()
}
