//! Days that vanish, and Delta logs that do not say what the manifests do, are found.

use super::*;

on_every_store! {
    a_day_that_vanishes_is_found_as_long_as_views_or_later_snapshots_name_it
    a_day_that_a_collection_removed_has_not_vanished
    a_delta_log_names_the_published_files_and_no_other
    a_delta_log_that_cannot_be_read_is_found
}

/// Publishes `employees` of a day, remembering those that there are.
async fn publish_knowing(lake: &Lake, as_of: &str, run: &str, at: &str) -> Snapshot {
    let staged = stage(lake, run, &table("employees", Zone::Core), 0, 3).await;
    let known = KnownDays::new(at.parse().unwrap(), lake.days().await.unwrap().dates());
    let mut publication = publication(as_of, run, vec![staged]);
    publication.state.known_days = Some(known);
    publish(lake, publication).await.unwrap()
}

/// Removes everything of a day, as somebody who is careless with a bucket does.
async fn lose(lake: &TestLake, as_of: &str) {
    for folder in ["core", "_lake/manifests"] {
        for path in objects(&lake.raw, folder).await.into_iter().filter(|path| path.contains(&format!("as_of={as_of}")))
        {
            lake.raw.delete(&Path::from(path)).await.unwrap();
        }
    }
}

async fn findings(lake: &Lake) -> Vec<String> {
    verify_lake(lake).await.unwrap().iter().map(Damage::to_string).collect()
}

async fn a_day_that_vanishes_is_found_as_long_as_views_or_later_snapshots_name_it(lake: &TestLake) {
    publish_knowing(lake, "2026-11-20", "run-1", "2026-11-20T06:00:00Z").await;
    publish_knowing(lake, "2026-11-21", "run-2", "2026-11-21T06:00:00Z").await;
    publish_knowing(lake, "2026-11-22", "run-3", "2026-11-22T06:00:00Z").await;
    assert_eq!(findings(lake).await, Vec::<String>::new());
    lose(lake, "2026-11-20").await;
    lose(lake, "2026-11-22").await;
    let found = findings(lake).await;
    let gone = |day: &str, by: &str| {
        let folder = format!("_lake/manifests/as_of={day}: the day is gone, though {by} names it");
        found.iter().any(|line| line.starts_with(&folder))
    };
    assert!(gone("2026-11-20", "_lake/manifests/as_of=2026-11-21/0000000001.json"), "{found:?}");
    assert!(gone("2026-11-22", "views/duckdb.sql"), "{found:?}");

    // The views forget them, the snapshot that saw the first does not.
    publish_knowing(lake, "2026-11-23", "run-4", "2026-11-23T06:00:00Z").await;
    let found = findings(lake).await;
    assert!(found.len() == 1 && found[0].contains("as_of=2026-11-20: the day is gone"), "{found:?}");

    // Dropped by name, nobody misses it; a day that nobody knows is nothing to drop.
    let drop = |of: &str| GarbageScope::Days([day(of)].into());
    let (today, now) = (day("2026-11-23"), "2026-11-23T06:30:00Z".parse().unwrap());
    assert!(find_garbage(lake, &drop("2026-11-01"), today, now).await.unwrap().is_empty());
    let garbage = find_garbage(lake, &drop("2026-11-20"), today, now).await.unwrap();
    assert_eq!(garbage.vanished, [day("2026-11-20")].into());
    collect_garbage(lake, &"gc-2".parse().unwrap(), &garbage).await.unwrap();
    assert_eq!(findings(lake).await, Vec::<String>::new());

    // Put back, it is there.
    publish_knowing(lake, "2026-11-20", "run-5", "2026-11-23T07:00:00Z").await;
    assert_eq!(findings(lake).await, Vec::<String>::new());
}

async fn a_day_that_a_collection_removed_has_not_vanished(lake: &TestLake) {
    publish_knowing(lake, "2026-11-20", "run-1", "2026-11-20T06:00:00Z").await;
    publish_knowing(lake, "2026-11-21", "run-2", "2026-11-21T06:00:00Z").await;
    let removed = BTreeSet::from([day("2026-11-20")]);
    crate::lake::vanished::remember_removal(
        lake,
        &"gc-1".parse().unwrap(),
        "2026-11-22T06:00:00Z".parse().unwrap(),
        removed,
    )
    .await
    .unwrap();
    lose(lake, "2026-11-20").await;
    views::regenerate(lake, &"gc-1".parse().unwrap(), digest::Believe::Digest).await.unwrap();
    assert_eq!(findings(lake).await, Vec::<String>::new());

    // Published again, it can vanish again.
    publish_knowing(lake, "2026-11-20", "run-3", "2026-11-23T06:00:00Z").await;
    publish_knowing(lake, "2026-11-22", "run-4", "2026-11-23T07:00:00Z").await;
    lose(lake, "2026-11-20").await;
    let found = findings(lake).await;
    assert!(found.iter().any(|line| line.contains("as_of=2026-11-20: the day is gone")), "{found:?}");

    // A record that cannot be read is no excuse.
    lake.raw.put(&Path::from("_lake/removed/gc-1.json"), "{".into()).await.unwrap();
    assert!(findings(lake).await.iter().any(|line| line.starts_with("_lake/removed/gc-1.json: ")));
}

/// Puts a version of the log of `employees`.
async fn put_version(lake: &TestLake, version: usize, actions: &[serde_json::Value]) {
    let lines: Vec<String> = actions.iter().map(ToString::to_string).collect();
    let path = Path::from(format!("core/employees/_delta_log/{version:020}.json"));
    lake.raw.put(&path, lines.join("\n").into()).await.unwrap();
}

fn action(kind: &str, path: &str) -> serde_json::Value {
    let path = path.strip_prefix("core/employees/").unwrap();
    serde_json::json!({ kind: { "path": path, "dataChange": true } })
}

async fn a_delta_log_names_the_published_files_and_no_other(lake: &TestLake) {
    let first = publish_employees(lake, "2026-11-21", "run-1", 0, 3).await.unwrap();
    let second = publish_employees(lake, "2026-11-22", "run-2", 0, 3).await.unwrap();
    assert_eq!(findings(lake).await, Vec::<String>::new(), "a lake without logs lacks none");
    let (one, two) = (&first.tables[0].files[0].path, &second.tables[0].files[0].path);
    let gone = "core/employees/as_of=2026-11-20/old-0000.parquet";
    let head = serde_json::json!({ "protocol": { "minReaderVersion": 1, "minWriterVersion": 2 } });
    put_version(lake, 0, &[head, action("add", gone), action("add", one)]).await;
    put_version(lake, 1, &[action("remove", gone), action("add", two)]).await;
    assert_eq!(findings(lake).await, Vec::<String>::new());

    put_version(lake, 2, &[action("remove", one)]).await;
    let lacks = format!("{one}: the Delta log of its table lacks it; run with --table-format delta");
    assert_eq!(findings(lake).await, [lacks]);
    put_version(lake, 3, &[action("add", one), action("add", gone)]).await;
    let found = findings(lake).await;
    assert!(found.len() == 1 && found[0].starts_with(&format!("{gone}: ")), "{found:?}");
    put_version(lake, 4, &[action("remove", gone)]).await;

    // Rows of a day that cannot be read may be right.
    lake.raw.put(&layout::manifest(first.id()), "{".into()).await.unwrap();
    views::regenerate(lake, &"views-1".parse().unwrap(), digest::Believe::Digest).await.unwrap();
    assert_eq!(findings(lake).await, Vec::<String>::new());

    // A table beside those with a log.
    let departments = stage(lake, "run-3", &table("departments", Zone::Core), 0, 3).await;
    publish(lake, publication("2026-11-23", "run-3", vec![departments])).await.unwrap();
    assert_eq!(findings(lake).await, ["core/departments/_delta_log: the file is missing"]);
}

async fn a_delta_log_that_cannot_be_read_is_found(lake: &TestLake) {
    let snapshot = publish_employees(lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let file = &snapshot.tables[0].files[0].path;
    put_version(lake, 1, &[action("add", file)]).await;
    let beyond = "core/employees/_delta_log/00000000000000000001.json: the Delta log cannot be read: version 0";
    assert!(findings(lake).await[0].starts_with(beyond));
    put_version(lake, 0, &[serde_json::json!("no action")]).await;
    assert!(findings(lake).await[0].contains("00000000000000000000.json: the Delta log cannot be read: line 1"));
    put_version(lake, 0, &[]).await;
    assert_eq!(findings(lake).await, Vec::<String>::new());
}
