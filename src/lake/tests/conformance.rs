//! What every lake does when nothing fails.

use super::*;

on_every_store! {
    publishes_what_was_written
    replaces_the_same_date_only
    keeps_tables_carried_over_and_drops_the_others
    refuses_to_carry_over_what_is_gone
    one_of_two_racing_runs_wins
    gives_an_empty_table_a_file_with_its_columns
    cleans_up_after_crashed_runs
    discards_staging
    refuses_other_columns
    verify_finds_damage
    views_name_exactly_the_published_files
    writes_reports
    a_lake_of_delta_tables_is_refused_to_a_run_that_would_not_keep_them
}

async fn publishes_what_was_written(lake: &TestLake) {
    let people = rows(0, 1000);
    let core = stage(lake, "run-1", &table("employees", Zone::Core), 0, 1000).await;
    let personal = stage(lake, "run-1", &table("personal_records", Zone::Personal), 5, 3).await;
    let published = publish(lake, publication("2026-11-22", "run-1", vec![personal, core])).await.unwrap();

    assert_eq!(published.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["employees", "personal_records"]);
    assert_eq!((published.sequence, &published.previous), (1, &None));
    assert_eq!(published.state.unknown["cursor"], "run-1");
    let found = lake.snapshot(day("2026-11-22")).await.unwrap().unwrap();
    assert_eq!(found, published);
    assert_eq!(lake.newest().await.unwrap().unwrap(), published);
    assert_eq!(lake.snapshots().await.unwrap(), [published.id()]);
    assert_eq!(lake.snapshot(day("2026-11-21")).await.unwrap(), None);

    assert_eq!(read_table(lake, found.table("employees").unwrap()).await, batch(&people));
    assert_eq!(read_table(lake, found.table("personal_records").unwrap()).await, batch(&rows(5, 3)));
    assert_eq!(verify(lake, &found).await.unwrap(), []);
    let expected = BTreeSet::from([
        "_lake/digest.json".to_owned(),
        "_lake/manifests/as_of=2026-11-22/0000000001.json".to_owned(),
        "core/employees/as_of=2026-11-22/run-1-0000.parquet".to_owned(),
        "personal/personal_records/as_of=2026-11-22/run-1-0000.parquet".to_owned(),
        "views/duckdb.sql".to_owned(),
        "views/spark.sql".to_owned(),
    ]);
    assert_eq!(objects(&lake.raw, "").await, expected);
    if let Some(root) = lake.root() {
        assert!(!root.join("_lake/staging/run-1").exists(), "no empty folders are left in staging");
    }
}

async fn replaces_the_same_date_only(lake: &TestLake) {
    let other = publish_employees(lake, "2026-11-21", "run-0", 0, 5).await.unwrap();
    let first = publish_employees(lake, "2026-11-22", "run-1", 0, 10).await.unwrap();
    let second = publish_employees(lake, "2026-11-22", "run-2", 50, 20).await.unwrap();
    let third = publish_employees(lake, "2026-11-22", "run-3", 90, 1).await.unwrap();

    assert_eq!((second.sequence, third.sequence), (2, 3));
    assert_eq!(lake.snapshots().await.unwrap(), [other.id(), third.id()]);
    assert_eq!(lake.newest().await.unwrap().unwrap(), third);
    let all: BTreeSet<String> = paths(&other).union(&paths(&third)).cloned().collect();
    assert_eq!(objects(&lake.raw, "core").await, all, "a glob sees each row once");
    assert_eq!(read_table(lake, &third.tables[0]).await, batch(&rows(90, 1)));

    let replaced = lake.load(first.id()).await.unwrap();
    assert_eq!(second.previous.as_ref(), Some(&replaced.link()));
    let manifest = text(lake, &replaced.path).await;
    assert_eq!(replaced.sha256, seal::sha256_hex(manifest.as_bytes()));
    for snapshot in [&other, &third] {
        assert_eq!(verify(lake, snapshot).await.unwrap(), []);
    }
}

async fn keeps_tables_carried_over_and_drops_the_others(lake: &TestLake) {
    let kept = stage(lake, "run-1", &table("kept", Zone::Core), 0, 4).await;
    let dropped = stage(lake, "run-1", &table("dropped", Zone::Personal), 0, 4).await;
    let changed = stage(lake, "run-1", &table("changed", Zone::Derived), 0, 4).await;
    let first = publish(lake, publication("2026-11-22", "run-1", vec![kept, dropped, changed])).await.unwrap();

    let changed = stage(lake, "run-2", &table("changed", Zone::Derived), 7, 2).await;
    let carried_over = vec![first.table("kept").unwrap().clone()];
    let second = Publication { carried_over, ..publication("2026-11-22", "run-2", vec![changed]) };
    let second = publish(lake, second).await.unwrap();

    assert_eq!(second.table("kept"), first.table("kept"));
    assert_eq!(second.table("dropped"), None);
    assert_eq!(second.table("changed").unwrap().rows(), 2);
    let mut data = objects(&lake.raw, "core").await;
    data.extend(objects(&lake.raw, "personal").await);
    data.extend(objects(&lake.raw, "derived").await);
    assert_eq!(data, paths(&second));
    assert_eq!(verify(lake, &second).await.unwrap(), []);
}

async fn refuses_to_carry_over_what_is_gone(lake: &TestLake) {
    let first = publish_employees(lake, "2026-11-22", "run-1", 0, 4).await.unwrap();
    let second = publish_employees(lake, "2026-11-22", "run-2", 0, 4).await.unwrap();
    let late = Publication { carried_over: first.tables, ..publication("2026-11-22", "run-3", vec![]) };
    let error = publish(lake, late).await.unwrap_err();
    assert!(matches!(error, LakeError::Conflict { sequence: 2, .. }), "{error}");
    assert_eq!(verify(lake, &second).await.unwrap(), []);
}

async fn one_of_two_racing_runs_wins(lake: &TestLake) {
    let before = publish_employees(lake, "2026-11-22", "run-0", 0, 4).await.unwrap();
    // Both runs have read the current snapshot, moved their files and are about to put the manifest when either does.
    let meeting = Arc::new(tokio::sync::Barrier::new(2));
    let store = testing::FaultyStore::meeting_at_manifest(&lake.raw, meeting);
    let racing = lake.through(store);
    let (one, two) = tokio::join!(
        publish_employees(&racing, "2026-11-22", "run-1", 10, 5),
        publish_employees(&racing, "2026-11-22", "run-2", 20, 5)
    );
    let (winner, loser) = match (one, two) {
        (Ok(winner), Err(loser)) | (Err(loser), Ok(winner)) => (winner, loser),
        other => panic!("exactly one must win: {other:?}"),
    };
    let LakeError::Conflict { sequence: 2, winner: name, .. } = &loser else { panic!("{loser}") };
    assert!(name.contains(winner.run_id.as_str()));
    assert_eq!(loser.exit_code(), crate::exit_code::ExitCode::Conflict);
    assert_eq!(winner.sequence, before.sequence + 1);
    assert_eq!(lake.newest().await.unwrap().unwrap(), winner);
    assert_eq!(verify(lake, &winner).await.unwrap(), []);
    assert_eq!(objects(&lake.raw, "core").await, paths(&winner), "the loser takes its files back");
}

async fn gives_an_empty_table_a_file_with_its_columns(lake: &TestLake) {
    let employees = table("employees", Zone::Core);
    let never_written =
        TableWriter::new(lake, &"run-1".parse().unwrap(), &employees, WriterOptions::default()).close().await.unwrap();
    let no_rows = table("no_rows", Zone::Core);
    let no_rows = stage_with(lake, "run-1", &no_rows, &[batch(&[])], WriterOptions::default()).await;
    let snapshot = publish(lake, publication("2026-11-22", "run-1", vec![never_written, no_rows])).await.unwrap();
    assert_eq!(verify(lake, &snapshot).await.unwrap(), []);
    for table in &snapshot.tables {
        assert_eq!((table.files.len(), table.rows()), (1, 0));
        assert_eq!(read_table(lake, table).await.schema(), employees.arrow_schema());
        let content = lake.store.get(&Path::from(table.files[0].path.as_str())).await.unwrap().bytes().await.unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(content).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 0, "some readers refuse a row group without rows");
    }
}

async fn cleans_up_after_crashed_runs(lake: &TestLake) {
    let left = "core/employees/as_of=2026-11-22/crashed-0000.parquet";
    let other_date = "core/employees/as_of=2026-11-21/crashed-0000.parquet";
    let other_run = "_lake/staging/running/core/employees/0000.parquet";
    for path in [left, other_date, other_run] {
        lake.raw.put(&Path::from(path), "half a file".into()).await.unwrap();
    }
    let snapshot = publish_employees(lake, "2026-11-22", "run-1", 0, 4).await.unwrap();
    let all = objects(&lake.raw, "").await;
    assert!(!all.contains(left), "of the date published");
    assert!(all.contains(other_date), "another date is none of this run's business");
    assert!(all.contains(other_run), "another run may be writing");
    assert_eq!(verify(lake, &snapshot).await.unwrap(), []);
}

async fn discards_staging(lake: &TestLake) {
    let staged = stage(lake, "run-1", &table("employees", Zone::Core), 0, 4).await;
    stage(lake, "run-10", &table("employees", Zone::Core), 0, 4).await;
    discard(lake, &"run-1".parse().unwrap()).await.unwrap();
    let left = objects(&lake.raw, "_lake/staging").await;
    assert!(!left.contains(&staged.table().files[0].path));
    assert_eq!(left.len(), 1, "a run whose id only begins alike keeps its files");
    discard(lake, &"run-1".parse().unwrap()).await.unwrap();
}

async fn refuses_other_columns(lake: &TestLake) {
    let employees = table("employees", Zone::Core);
    let good = batch(&rows(0, 3));
    let mut renamed = employees.clone();
    renamed.columns[2].name = "label".into();
    let renamed = RecordBatch::try_new(renamed.arrow_schema(), good.columns().to_vec()).unwrap();
    let fewer = good.project(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
    let swapped = good.project(&[1, 0, 2, 3, 4, 5, 6, 7, 8]).unwrap();
    for wrong in [renamed, fewer, swapped] {
        let mut writer = TableWriter::new(lake, &"run-1".parse().unwrap(), &employees, WriterOptions::default());
        writer.write(&good).await.unwrap();
        let error = writer.write(&wrong).await.unwrap_err();
        assert!(matches!(error, LakeError::Schema { .. }), "{error}");
        // A table that lost rows must not be published by carrying on.
        assert!(matches!(writer.close().await, Err(LakeError::Internal { .. })));
    }
    let mut repeats_key = employees.clone();
    repeats_key.columns[0].name = "as_of".into();
    let writer = TableWriter::new(lake, &"run-1".parse().unwrap(), &repeats_key, WriterOptions::default());
    assert!(matches!(writer.close().await, Err(LakeError::Schema { .. })));
    assert_eq!(objects(&lake.raw, "_lake").await, BTreeSet::new());
}

async fn verify_finds_damage(lake: &TestLake) {
    for run in ["run-1", "run-2", "run-3"] {
        publish_employees(lake, "2026-11-22", run, 0, 400).await.unwrap();
    }
    let snapshot = lake.newest().await.unwrap().unwrap();
    let file = &snapshot.tables[0].files[0];
    let path = Path::from(file.path.as_str());
    let content = lake.raw.get(&path).await.unwrap().bytes().await.unwrap();
    let problems = async || {
        let findings = verify(lake, &snapshot).await.unwrap();
        findings.into_iter().map(|f| (f.path, f.problem)).collect::<Vec<_>>()
    };
    let kinds = async || {
        let kind = |f: &Damage| serde_json::to_value(f).unwrap()["problem"]["kind"].as_str().unwrap().to_owned();
        verify(lake, &snapshot).await.unwrap().iter().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds().await, Vec::<String>::new());

    let mut flipped = content.to_vec();
    flipped[content.len() / 3] ^= 1;
    lake.raw.put(&path, flipped.into()).await.unwrap();
    assert_eq!(kinds().await, ["content"]);

    lake.raw.put(&path, content.slice(..content.len() - 9).into()).await.unwrap();
    assert_eq!(kinds().await, ["size", "content", "unreadable"]);

    let mut other = table("other", Zone::Core);
    other.columns.truncate(2);
    let two_columns = batch(&rows(0, 3)).project(&[0, 1]).unwrap();
    let other = stage_with(lake, "run-x", &other, &[two_columns], WriterOptions::default()).await;
    lake.raw.copy(&Path::from(other.table().files[0].path.as_str()), &path).await.unwrap();
    assert_eq!(kinds().await, ["size", "content", "rows", "schema"]);

    lake.raw.delete(&path).await.unwrap();
    assert_eq!(problems().await, [(file.path.clone(), Problem::Missing)]);
    lake.raw.put(&path, content.into()).await.unwrap();

    let stray = "core/employees/as_of=2026-11-22/zzz.parquet";
    lake.raw.put(&Path::from(stray), "x".into()).await.unwrap();
    assert_eq!(problems().await, [(stray.to_owned(), Problem::Stray)]);
    lake.raw.delete(&Path::from(stray)).await.unwrap();

    let first = layout::manifest(SnapshotId { as_of: snapshot.as_of, sequence: 1 });
    let changed = text(lake, first.as_ref()).await.replace("run-1", "run-7");
    lake.raw.put(&first, changed.into()).await.unwrap();
    assert_eq!(kinds().await, ["chain"]);
    lake.raw.delete(&first).await.unwrap();
    assert_eq!(kinds().await, ["chain"]);
}

async fn views_name_exactly_the_published_files(lake: &TestLake) {
    let other = publish_employees(lake, "2026-11-21", "run-0", 0, 1).await.unwrap();
    let gone = publish_employees(lake, "2026-11-22", "run-1", 0, 1).await.unwrap();
    let current = publish_employees(lake, "2026-11-22", "run-2", 0, 1).await.unwrap();
    let expected = [other, current];
    for (path, sql) in views::files(lake, &digest::gists_of(&expected), &[]) {
        let found = text(lake, path).await;
        assert_eq!(found, sql);
        let files: BTreeSet<String> = expected.iter().flat_map(paths).collect();
        assert_eq!(views::named_files(&found), files);
        assert!(files.is_disjoint(&paths(&gone)));
    }
}

async fn writes_reports(lake: &TestLake) {
    lake.put_report(&"run-1".parse().unwrap(), b"{}").await.unwrap();
    lake.put_report(&"run-1".parse().unwrap(), b"{\"rows\":1}").await.unwrap();
    assert_eq!(text(lake, "_lake/runs/run-1/report.json").await, "{\"rows\":1}");
}

async fn a_lake_of_delta_tables_is_refused_to_a_run_that_would_not_keep_them(lake: &TestLake) {
    publish_employees(lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    align(lake).await.unwrap();
    let log = Path::from("core/employees/_delta_log/00000000000000000000.json");
    lake.raw.put(&log, "{}".into()).await.unwrap();
    let error = align(lake).await.unwrap_err();
    assert!(matches!(&error, LakeError::DeltaIgnored { table } if table == "core/employees"), "{error}");
    lake.raw.delete(&log).await.unwrap();
    align(lake).await.unwrap();
}
