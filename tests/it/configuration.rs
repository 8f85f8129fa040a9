//! Where settings may come from.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
    path::Path,
    process::{Command, Output},
};

use lucca_lake::SETTINGS;
use tempfile::tempdir;

use crate::tenant::{PROGRAM, code, err, out};

fn config(here: &Path, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("config").args(arguments).env_clear().envs(environment.iter().copied()).current_dir(here);
    command.output().unwrap()
}

#[test]
fn a_file_that_others_could_have_written_does_not_say_where_secrets_go() {
    let folder = tempdir().unwrap();
    let here = folder.path().canonicalize().unwrap();
    let file = here.join("lucca-lake.toml");
    let shown = file.display().to_string();
    let write = |text: &str, mode: u32| {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    };
    for (key, value) in [
        ("base_url", "https://evil.ilucca.net"),
        ("token_url", "https://evil.example/token"),
        ("client_secret_file", "/tmp/secret"),
        ("api_key_file", "/tmp/key"),
        ("lake", "s3://evil/lake"),
        ("temp_dir", "/tmp/evil"),
        ("personal_definitions", "none"),
    ] {
        for mode in [0o666, 0o664, 0o646] {
            write(&format!("{key} = \"{value}\"\ntimezone = \"UTC\"\n"), mode);
            let refused = config(&here, &[], &[]);
            assert_eq!(code(&refused), 2, "{key} {mode:o}");
            let said = err(&refused);
            assert!(
                said.contains(&format!(
                    "{shown} lies in the working folder, sets {key} and can be written to by others"
                )),
                "{said}"
            );
            assert!(said.contains(&format!("chmod go-w {shown}")) && said.contains("--config"), "{said}");
        }
        let named = config(&here, &["--config", "lucca-lake.toml"], &[]);
        assert_eq!(code(&named), 0, "a file that was named is what somebody chose: {}", err(&named));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let shown_by_config = out(&config(&here, &[], &[]));
        let line = shown_by_config.lines().find(|line| line.starts_with(&format!("{key} "))).unwrap();
        assert!(line.contains(value) && line.ends_with(&shown), "where it came from: {line}");
    }
    write("timezone = \"UTC\"\n", 0o666);
    assert_eq!(code(&config(&here, &[], &[])), 0, "what harms nobody is taken from any file");
    write("lake = \"x\"\n", 0o644);
    // Only root can give a file away; for others this changes nothing.
    if std::os::unix::fs::chown(&file, Some(12_345), None).is_ok() {
        assert!(err(&config(&here, &[], &[])).contains("sets lake and belongs to another user"));
        // A link that somebody planted, to a file of one's own.
        let own = here.join("own.toml");
        fs::write(&own, "lake = \"x\"\n").unwrap();
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(&own, &file).unwrap();
        assert_eq!(code(&config(&here, &[], &[])), 0);
        std::os::unix::fs::lchown(&file, Some(12_345), None).unwrap();
        assert!(err(&config(&here, &[], &[])).contains("belongs to another user"));
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_is_an_error() {
    let folder = tempdir().unwrap();
    let variables = SETTINGS.iter().filter_map(|d| d.variable).chain(["LUCCA_LOG"]);
    let mut count = 0;
    for name in variables {
        for empty in ["", "  "] {
            let refused = config(folder.path(), &[], &[(name, OsStr::new(empty))]);
            assert_eq!(code(&refused), 2, "{name}");
            let said = format!("the environment variable {name} is empty: give it a value, or unset it\n");
            assert!(err(&refused).ends_with(&said), "{}", err(&refused));
        }
        let refused = config(folder.path(), &[], &[(name, OsStr::from_bytes(b"\xff"))]);
        assert_eq!((code(&refused), err(&refused).contains(&format!("{name} is not UTF-8"))), (2, true));
        count += 1;
    }
    assert!(count >= 9);
    // Those of the store are other programs' too, which take an empty one for none.
    assert_eq!(code(&config(folder.path(), &[], &[("AWS_REGION", OsStr::new("")), ("HOME", OsStr::new(""))])), 0);
}
