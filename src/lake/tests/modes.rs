//! Who may read what on a disk: staging and the personal zone their owner alone, whatever is published from them.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::PathBuf,
};

use super::*;

/// Every folder and file below the lake, relative to it, with its mode.
fn modes(lake: &Lake) -> Vec<(String, bool, u32)> {
    let root = lake.root().unwrap().to_path_buf();
    let (mut found, mut left): (Vec<(String, bool, u32)>, Vec<PathBuf>) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is = fs::symlink_metadata(&path).unwrap();
            found.push((path.strip_prefix(&root).unwrap().display().to_string(), is.is_dir(), is.mode() & 0o7777));
            left.extend(is.is_dir().then_some(path));
        }
    }
    found.sort();
    found
}

async fn stage_both(lake: &Lake, run: &str) -> Vec<StagedTable> {
    // So small that a file comes in parts.
    let options = WriterOptions { upload_part_bytes: 1000, ..WriterOptions::default() };
    let rows = [batch(&rows(0, 300))];
    vec![
        stage_with(lake, run, &table("employees", Zone::Core), &rows, options.clone()).await,
        stage_with(lake, run, &table("records", Zone::Personal), &rows, options).await,
    ]
}

#[tokio::test]
async fn only_what_is_shared_can_be_read_by_a_group() {
    let lake = TestLake::disk();
    let staged = stage_both(&lake, "run-1").await;
    for (path, is_folder, mode) in modes(&lake).iter().filter(|(path, ..)| path.starts_with("_lake/staging")) {
        assert_eq!(*mode, if *is_folder { 0o700 } else { 0o600 }, "{path}");
    }
    publish(&lake, publication("2026-11-22", "run-1", staged)).await.unwrap();
    lake.put_report(&"run-1".parse().unwrap(), b"{}").await.unwrap();
    // What this process makes has no bits for others; what a group may do is as the umask has it.
    let probe = lake.root().unwrap().join("probe");
    fs::create_dir(&probe).unwrap();
    let umask = !fs::metadata(&probe).unwrap().mode();
    fs::remove_dir(&probe).unwrap();
    let (mut private, mut shared) = (0, 0);
    for (path, is_folder, mode) in modes(&lake) {
        let is_private = ["personal", "_lake/staging", "_lake/runs"].iter().any(|folder| path.starts_with(folder));
        *(if is_private { &mut private } else { &mut shared }) += 1;
        let group = if is_private { 0 } else { 0o050 & !umask };
        assert_eq!(mode, if is_folder { 0o700 | group } else { 0o600 | (group & 0o040) }, "{path}");
    }
    assert!(private >= 7 && shared >= 10, "{private} private, {shared} shared");
    assert_eq!(lake.exposed(), []);
}

/// A file that several days share has one mode, whatever another name of it is about to become.
#[tokio::test]
async fn a_published_file_stays_readable_while_it_is_staged_for_another_day() {
    let lake = TestLake::disk();
    let read = stage_both(&lake, "run").await;
    let staged_for = async |run: &str| {
        let mut staged = Vec::new();
        for table in &read {
            staged.push(table.copy_for(&lake, &run.parse().unwrap()).await.unwrap());
        }
        staged
    };
    let staged = staged_for("run-1").await;
    let published = publish(&lake, publication("2026-11-22", "run-1", staged)).await.unwrap();
    let of_files = || modes(&lake).into_iter().filter(|(path, ..)| published.files().any(|f| f.path == *path));
    let before: Vec<_> = of_files().collect();
    assert_eq!(before.len(), 2);
    let staged = staged_for("run-2").await;
    assert_eq!(of_files().collect::<Vec<_>>(), before);
    let inode = |path: &str| fs::metadata(lake.root().unwrap().join(path)).unwrap().ino();
    for (table, file) in staged.iter().zip(published.files()) {
        assert_eq!(inode(&table.table().files[0].path), inode(&file.path), "one file, not a copy");
    }
}

/// What an administrator makes for the people of HR, in a lake whose other readers are analysts.
#[tokio::test]
async fn a_folder_made_for_a_group_stays_readable_for_it() {
    let lake = TestLake::disk();
    let root = lake.root().unwrap().to_path_buf();
    fs::create_dir(root.join("personal")).unwrap();
    let _ = std::os::unix::fs::chown(root.join("personal"), None, Some(54_321));
    for folder in [root.clone(), root.join("personal")] {
        fs::set_permissions(folder, Permissions::from_mode(0o2750)).unwrap();
    }
    for run in ["run-1", "run-2"] {
        let staged = stage_both(&lake, run).await;
        publish(&lake, publication("2026-11-22", run, staged)).await.unwrap();
    }
    let group = |path: &str| fs::metadata(root.join(path)).unwrap().gid();
    let mut files = 0;
    for (path, is_folder, mode) in modes(&lake) {
        let alone = path.starts_with("_lake/staging") || path.starts_with("_lake/runs");
        let wanted = match (is_folder, alone) {
            (true, false) => 0o2750,
            (true, true) => 0o2700,
            (false, false) => 0o640,
            (false, true) => 0o600,
        };
        assert_eq!(mode, wanted, "{path}");
        let made_for = if path.starts_with("personal") { "personal" } else { "" };
        assert_eq!(group(&path), group(made_for), "{path}");
        files += usize::from(path.ends_with(".parquet"));
    }
    assert_eq!(files, 2);
    assert_eq!(lake.exposed(), [], "it is meant to be read by them");
}

/// A lake from before modes were set: nothing of it changes, and what is new is private.
#[tokio::test]
async fn an_existing_lake_is_left_as_it_is_and_told_about() {
    let lake = TestLake::disk();
    let root = lake.root().unwrap().to_path_buf();
    fs::set_permissions(&root, Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(root.join("personal")).unwrap();
    fs::set_permissions(root.join("personal"), Permissions::from_mode(0o755)).unwrap();
    let staged = stage_both(&lake, "run-1").await;
    publish(&lake, publication("2026-11-22", "run-1", staged)).await.unwrap();
    for (path, is_folder, mode) in modes(&lake).into_iter().filter(|(path, ..)| path.starts_with("personal")) {
        let wanted = match path.as_str() {
            "personal" => 0o755,
            _ if is_folder => 0o700,
            _ => 0o600,
        };
        assert_eq!(mode, wanted, "{path}");
    }
    let told = lake.exposed();
    let command = format!("chmod -R go-rwx {}", root.join("personal").display());
    assert_eq!(told, [("personal".to_owned(), command)]);
}
