//! The modes of everything that a run makes, by the program itself, whatever the umask.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::tempdir;

use crate::tenant::{PROGRAM, Tenant, code, err, out};

/// Runs the program under a umask, with a home.
fn run(tenant: &Tenant, umask: &str, here: &Path, arguments: &[&str]) -> Output {
    let output = Command::new("sh")
        .args(["-c", "umask \"$0\"; exec \"$@\"", umask, PROGRAM])
        .args(arguments)
        .env_clear()
        .envs(tenant.environment.iter().map(|(k, v)| (k, v)))
        .envs([("HOME", here), ("LUCCA_LAKE", &here.join("lake"))])
        .env("LUCCA_REQUESTS_PER_MINUTE", "100000")
        .current_dir(here)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", err(&output));
    output
}

/// Every folder and file below `root`, itself included, and whether it is a folder.
fn walk(root: &Path) -> Vec<(PathBuf, bool)> {
    let (mut found, mut left) = (vec![(root.to_path_buf(), true)], vec![root.to_path_buf()]);
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.push((path.clone(), path.is_dir()));
            left.extend(path.is_dir().then_some(path));
        }
    }
    found
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

const TABLES: &[&str] = &["sync", "--tables", "employee_personal_records,headcount"];

#[test]
fn others_read_nothing_and_a_group_only_what_is_shared() {
    let tenant = Tenant::start(&["--employees", "30"]);
    for (umask, bits) in [("000", 0o000), ("022", 0o022), ("077", 0o077)] {
        let folder = tempdir().unwrap();
        let (here, lake) = (folder.path(), folder.path().join("lake"));
        run(&tenant, umask, here, TABLES);
        // Over what the first run made.
        run(&tenant, umask, here, TABLES);
        let (mut private, mut shared) = (0, 0);
        for (path, is_folder) in walk(&lake) {
            let inside = path.strip_prefix(&lake).unwrap();
            let is_private =
                ["personal", "_lake/staging", "_lake/runs", "_lake/lock"].iter().any(|p| inside.starts_with(p));
            *(if is_private { &mut private } else { &mut shared }) += 1;
            let group = if is_private { 0 } else { 0o050 & !bits };
            let wanted = if is_folder { 0o700 | group } else { 0o600 | (group & 0o040) };
            assert_eq!(mode(&path), wanted, "{} with umask {umask}: {:o}", inside.display(), mode(&path));
        }
        assert!(private > 6 && shared > 20, "{private} private, {shared} shared");

        run(
            &tenant,
            umask,
            here,
            &["query", "-o", "people.csv", "--format", "csv", "SELECT * FROM employee_personal_records"],
        );
        assert_eq!(mode(&here.join("people.csv")), 0o600, "umask {umask}");
        let count = ["query", "-o", "count.csv", "--format", "csv", "SELECT sum(headcount) AS people FROM headcount"];
        run(&tenant, umask, here, &count);
        assert_eq!(mode(&here.join("count.csv")), 0o666 & !bits, "what shows nobody is as the umask says, {umask}");
    }
}

/// The recipe of docs/security.md.
#[test]
fn a_personal_folder_made_for_hr_is_readable_for_hr() {
    let tenant = Tenant::start(&["--employees", "30"]);
    let folder = tempdir().unwrap();
    let (here, personal) = (folder.path(), folder.path().join("lake/personal"));
    fs::create_dir_all(&personal).unwrap();
    // Only root may choose any group.
    let _ = std::os::unix::fs::chown(&personal, None, Some(54_321));
    fs::set_permissions(&personal, fs::Permissions::from_mode(0o2750)).unwrap();
    let group = fs::metadata(&personal).unwrap().gid();
    run(&tenant, "077", here, TABLES);
    let mut files = 0;
    for (path, is_folder) in walk(&personal) {
        assert_eq!(mode(&path), if is_folder { 0o2750 } else { 0o640 }, "{}", path.display());
        assert_eq!(fs::metadata(&path).unwrap().gid(), group, "{}", path.display());
        files += usize::from(!is_folder);
    }
    assert!(files > 0);
}

#[test]
fn check_tells_who_may_read_too_much() {
    let tenant = Tenant::start(&["--employees", "30"]);
    let folder = tempdir().unwrap();
    let (here, personal) = (folder.path(), folder.path().join("lake/personal"));
    fs::create_dir_all(&personal).unwrap();
    for folder in [here, &here.join("lake"), &personal] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let told = out(&run(&tenant, "022", here, &["check"]));
    let command = format!("chmod -R go-rwx {}", personal.canonicalize().unwrap().display());
    let line = told.lines().find(|line| line.contains("who may read")).unwrap();
    assert!(line.starts_with("note") && line.contains("personal can be read") && line.ends_with(&command), "{line}");
    fs::set_permissions(&personal, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!out(&run(&tenant, "022", here, &["check"])).contains("who may read"));
}
