//! On a local disk everything is durable before what rests on it: content before its name, names before the manifest,
//! the manifest and the views before what they replace is deleted.

use async_trait::async_trait;

use super::{
    disk::made_durable::LOG,
    steps::{Gate, Step, SteppedStore},
    *,
};

/// Writes operations into the log of what was made durable.
#[derive(Debug)]
struct Logged(String);

#[async_trait]
impl Gate for Logged {
    async fn pass(&self, what: &'static str, path: &Path) -> Step {
        LOG.lock().unwrap().push(format!("{what} {}/{path}", self.0));
        Step::Done
    }
}

/// What was done and made durable in `root`, in order and relative to it.
fn log_of(root: &str) -> Vec<String> {
    let log = LOG.lock().unwrap();
    let of_root = log.iter().filter_map(|line| {
        let (what, path) = line.split_once(' ')?;
        let path = path.strip_prefix(root)?;
        Some(format!("{what} {}", path.trim_start_matches('/')))
    });
    of_root.collect()
}

#[tokio::test]
async fn nothing_rests_on_what_a_power_cut_takes() {
    let lake = TestLake::disk();
    publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let staged = [
        stage(&lake, "run-2", &table("employees", Zone::Core), 0, 3).await,
        stage(&lake, "run-2", &table("personal_records", Zone::Personal), 0, 3).await,
    ];
    let root = lake.display();
    LOG.lock().unwrap().retain(|line| !line.contains(&root));
    let logged = lake.through(Arc::new(SteppedStore::new(&lake.raw, Arc::new(Logged(root.clone())))));
    let snapshot = publish(&logged, publication("2026-11-22", "run-2", staged.to_vec())).await.unwrap();
    logged.put_report(&"run-2".parse().unwrap(), b"{}").await.unwrap();

    let log = log_of(&root);
    let last =
        |wanted: &str| log.iter().rposition(|line| line == wanted).unwrap_or_else(|| panic!("{wanted}: {log:#?}"));
    let first = |wanted: &str| log.iter().position(|line| line.starts_with(wanted)).unwrap();
    let synced_between = |after: usize, path: &str, before: usize| {
        assert!(
            log[after..before].iter().any(|line| *line == format!("sync {path}")),
            "{path} is durable between {after} and {before}: {log:#?}"
        );
    };
    let manifest = layout::manifest(snapshot.id()).to_string();
    let commit = last(&format!("copy {manifest}"));

    for (file, from) in snapshot.files().zip(staged.iter().flat_map(|t| &t.table().files)) {
        let named = last(&format!("copy {}", file.path));
        synced_between(0, &from.path, named);
        synced_between(named, &file.path, commit);
        let mut folder = Path::from(file.path.as_str());
        while let Some((parent, _)) = folder.as_ref().rsplit_once('/') {
            synced_between(named, parent, commit);
            folder = Path::from(parent);
        }
        synced_between(named, "", commit);
    }
    let staged_manifest = layout::staging_manifest(&"run-2".parse().unwrap()).to_string();
    synced_between(last(&format!("put {staged_manifest}")), &staged_manifest, commit);

    let deletion = first("delete core/employees/");
    for path in [manifest.as_str(), "_lake/manifests/as_of=2026-11-22", "_lake/manifests", "_lake", ""] {
        synced_between(commit, path, first("rename views/"));
    }
    for views in [layout::DUCKDB_VIEWS, layout::SPARK_VIEWS] {
        let rename = last(&format!("rename {views}"));
        assert!(commit < rename && rename < deletion);
        let staged = format!("_lake/staging/run-2/{}", views.trim_start_matches("views/"));
        synced_between(last(&format!("put {staged}")), &staged, rename);
        synced_between(rename, views, deletion);
        synced_between(rename, "views", deletion);
    }
    let report = "_lake/runs/run-2/report.json";
    for path in [report, "_lake/runs/run-2", "_lake/runs"] {
        synced_between(last(&format!("put {report}")), path, log.len());
    }
}

#[tokio::test]
async fn a_day_that_is_dropped_cannot_come_back_without_its_files() {
    let lake = TestLake::disk();
    for run in ["run-1", "run-2"] {
        publish_employees(&lake, "2026-11-21", run, 0, 3).await.unwrap();
    }
    publish_employees(&lake, "2026-11-22", "run-3", 0, 3).await.unwrap();
    let root = lake.display();
    LOG.lock().unwrap().retain(|line| !line.contains(&root));
    let logged = lake.through(Arc::new(SteppedStore::new(&lake.raw, Arc::new(Logged(root.clone())))));
    let scope = GarbageScope::Days(BTreeSet::from([day("2026-11-21")]));
    let garbage = find_garbage(&logged, &scope, day("2026-11-22"), now()).await.unwrap();
    collect_garbage(&logged, &"gc-1".parse().unwrap(), &garbage).await.unwrap();

    let log = log_of(&root);
    let order = [
        "put _lake/collecting/gc-1.json",
        "sync _lake/collecting/gc-1.json",
        "sync _lake/collecting",
        "delete _lake/manifests/as_of=2026-11-21/0000000001.json",
        "delete _lake/manifests/as_of=2026-11-21/0000000002.json",
        "sync _lake/manifests/as_of=2026-11-21",
        "rename views/duckdb.sql",
        "sync views",
        "delete core/employees/as_of=2026-11-21/run-2-0000.parquet",
        "sync core/employees/as_of=2026-11-21",
        "delete _lake/collecting/gc-1.json",
    ];
    let mut log = log.iter();
    for line in order {
        assert!(log.any(|done| done == line), "{line} comes after those before it: {:#?}", log_of(&root));
    }
}

#[test]
fn the_name_of_a_new_lake_is_durable() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let lake = Lake::open(&format!("{}/a/b/lake", root.display()), &|_| None).unwrap();
    assert_eq!(lake.display(), root.join("a/b/lake").display().to_string());
    let mut log = log_of(&root.display().to_string());
    log.sort();
    assert_eq!(log, ["sync ", "sync a", "sync a/b"]);
    Lake::open(&lake.display(), &|_| None).unwrap();
    assert_eq!(log_of(&root.display().to_string()).len(), 3, "an old lake's name is left alone");
}
