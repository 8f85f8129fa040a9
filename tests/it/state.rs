//! Where processes of one user keep what they share: never in a folder that others can write to.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::tempdir;

use crate::tenant::{PROGRAM, Tenant, code, err};

/// `plan` reads from the tenant, and so takes its lock.
fn plan(tenant: &Tenant, here: &Path, environment: &[(&str, &Path)]) -> Output {
    Command::new(PROGRAM)
        .args(["plan", "--tables", "headcount"])
        .env_clear()
        .envs(tenant.environment.iter().map(|(k, v)| (k, v)))
        .env("LUCCA_REQUESTS_PER_MINUTE", "100000")
        .env("LUCCA_LAKE", here.join("lake"))
        .envs(environment.iter().copied())
        .current_dir(here)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Holds the lock that lies in `state` while `work` is done.
fn while_locked<T>(state: &Path, work: impl FnOnce() -> T) -> T {
    let lock = names(state).into_iter().find(|name| name.ends_with(".lock")).unwrap();
    let file = fs::File::open(state.join(lock)).unwrap();
    file.lock().unwrap();
    let done = work();
    drop(file);
    done
}

fn is_private(folder: &Path) {
    assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700, "{}", folder.display());
    for name in names(folder) {
        assert_eq!(fs::metadata(folder.join(&name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn processes_of_one_user_exclude_each_other_and_nothing_is_left_where_others_can_write() {
    let tenant = Tenant::start(&["--employees", "10"]);
    let folder = tempdir().unwrap();
    let here = folder.path();
    let [home, other, temporary] = ["home", "other", "tmp"].map(|name| here.join(name));
    [&home, &other, &temporary].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
    let as_user = |home: &Path| plan(&tenant, here, &[("HOME", home), ("TMPDIR", &temporary)]);
    assert_eq!(code(&as_user(&home)), 0);
    let state = home.join(".local/state/lucca-lake");
    assert_eq!(names(&state).len(), 3, "a lock, a window, what tells this machine from others");
    is_private(&state);
    while_locked(&state, || {
        let second = as_user(&home);
        assert_eq!(code(&second), 6, "{}", err(&second));
        assert!(err(&second).contains("is being read by plan (process "), "{}", err(&second));
        assert_eq!(code(&as_user(&other)), 0, "another user's runs are not known");
    });
    assert_eq!(code(&as_user(&home)), 0);
    assert_eq!(names(&temporary), Vec::<String>::new());
}

/// With no home, one that cannot be written to, and no folder for temporary files.
#[test]
fn without_a_home_the_lake_holds_the_locks() {
    let tenant = Tenant::start(&["--employees", "10"]);
    for home in [None, Some(Path::new("/proc")), Some(Path::new("/nowhere"))] {
        let folder = tempdir().unwrap();
        let (here, lake) = (folder.path(), folder.path().join("lake"));
        fs::create_dir(&lake).unwrap();
        let environment: Vec<(&str, &Path)> = home.into_iter().map(|home| ("HOME", home)).collect();
        let first = plan(&tenant, here, &environment);
        assert_eq!((code(&first), err(&first).as_str()), (0, ""), "{home:?}");
        let state = lake.join("_lake/state");
        assert_eq!(names(&state).len(), 3);
        is_private(&state);
        assert_ne!(fs::metadata(lake.join("_lake")).unwrap().mode() & 0o050, 0, "manifests lie beside it");
        while_locked(&state, || assert_eq!(code(&plan(&tenant, here, &environment)), 6));
    }
    // A bucket holds no locks of this machine: the run says so, and goes on.
    let folder = tempdir().unwrap();
    let alone = plan(&tenant, folder.path(), &[("LUCCA_LAKE", Path::new("memory:///"))]);
    assert_eq!(code(&alone), 0);
    assert!(
        err(&alone).contains("no folder can hold locks") && err(&alone).contains("LUCCA_STATE_DIR"),
        "{}",
        err(&alone)
    );
}

#[test]
fn a_folder_that_others_can_change_is_refused() {
    let tenant = Tenant::start(&["--employees", "10"]);
    let folder = tempdir().unwrap();
    let (here, state) = (folder.path(), folder.path().join("state"));
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
    let refused = plan(&tenant, here, &[("LUCCA_STATE_DIR", &state)]);
    assert_eq!(code(&refused), 2);
    let said =
        format!("the state folder {0} can be written to by others: chmod 700 {0}, or name another", state.display());
    assert!(err(&refused).contains(&said), "{}", err(&refused));
    fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(code(&plan(&tenant, here, &[("LUCCA_STATE_DIR", &state)])), 0);
}
