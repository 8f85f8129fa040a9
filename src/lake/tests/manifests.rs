//! Manifests are input: what does not hold is refused by name, and locations are told apart.

use serde_json::{Value, json};

use super::*;
use crate::exit_code::ExitCode;

/// A manifest without its checksum.
fn open(manifest: &str) -> Value {
    let mut manifest: Value = serde_json::from_str(manifest).unwrap();
    manifest.as_object_mut().unwrap().remove("sha256").unwrap();
    manifest
}

/// A manifest whose checksum fits, so that only the rest of it can be wrong.
fn sealed(manifest: &Value) -> Vec<u8> {
    seal::seal(serde_json::to_string_pretty(manifest).unwrap().as_bytes())
}

/// Publishes, then replaces the manifest by `change` of it, and reads it.
async fn read_changed(change: impl FnOnce(&mut Value)) -> LakeError {
    let lake = TestLake::memory();
    let snapshot = publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let path = layout::manifest(snapshot.id());
    let mut manifest = open(&text(&lake, path.as_ref()).await);
    change(&mut manifest);
    lake.raw.put(&path, sealed(&manifest).into()).await.unwrap();
    lake.snapshot(snapshot.as_of).await.unwrap_err()
}

#[tokio::test]
async fn unusable_manifests_are_refused() {
    let outside = |path: &'static str| move |m: &mut Value| m["tables"][0]["files"][0]["path"] = json!(path);
    let mut errors = vec![
        read_changed(|m| m["surprise"] = json!(1)).await,
        read_changed(|m| m["sequence"] = json!(2)).await,
        read_changed(|m| m["as_of"] = json!("2026-11-21")).await,
        read_changed(|m| m["tables"][0]["name"] = json!("../employees")).await,
        read_changed(|m| m["tables"][0]["files"] = json!([])).await,
        read_changed(|m| m["tables"][0]["files"][0]["rows"] = json!(-1)).await,
        read_changed(|m| m["tables"][0]["columns"][0]["type"] = json!("uint8")).await,
        read_changed(|m| *m = json!([])).await,
        read_changed(|m| {
            let twice = m["tables"][0].clone();
            m["tables"].as_array_mut().unwrap().push(twice);
        })
        .await,
    ];
    // Believing one of these would delete what belongs to others when the snapshot is replaced.
    for path in [
        "core/employees/as_of=2026-11-21/a.parquet",
        "core/employees/as_of=2026-11-22/../as_of=2026-11-21/a.parquet",
        "core/employees/as_of=2026-11-22/deep/a.parquet",
        "personal/employees/as_of=2026-11-22/a.parquet",
        "/core/employees/as_of=2026-11-22/a.parquet",
        "_lake/manifests/as_of=2026-11-22/0000000001.json",
        "",
    ] {
        errors.push(read_changed(outside(path)).await);
    }
    for error in errors {
        assert!(matches!(error, LakeError::Corrupt { .. }), "{error:?}");
        assert_eq!(error.exit_code(), ExitCode::Usage);
        assert!(error.to_string().contains("as_of=2026-11-22/0000000001.json"), "{error}");
        assert!(!error.to_string().contains('\n'));
    }
    let newer = read_changed(|m| *m = json!({ "format_version": 3, "unheard_of": true })).await;
    assert!(matches!(newer, LakeError::Newer { found: 3, supported: 2, .. }), "{newer:?}");
}

#[tokio::test]
async fn manifests_of_the_first_format_stay_readable_and_are_replaced_by_the_second() {
    let lake = TestLake::memory();
    let snapshot = publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    let path = layout::manifest(snapshot.id());
    let mut old = open(&text(&lake, path.as_ref()).await);
    old["format_version"] = json!(1);
    lake.raw.put(&path, format!("{old:#}\n").into()).await.unwrap();
    assert_eq!(lake.newest().await.unwrap().unwrap(), Snapshot { format_version: 1, ..snapshot });

    let next = publish_employees(&lake, "2026-11-22", "run-2", 5, 3).await.unwrap();
    assert_eq!(next.format_version, FORMAT_VERSION);
    assert_eq!(verify(&lake, &next).await.unwrap(), [], "the chain goes on");

    // Neither may pass for the other.
    for (version, checksum) in [(1, true), (2, false)] {
        old["format_version"] = json!(version);
        let content = if checksum { sealed(&old) } else { format!("{old:#}\n").into_bytes() };
        lake.raw.put(&path, content.into()).await.unwrap();
        let error = lake.read(SnapshotId { as_of: next.as_of, sequence: 1 }).await.err().unwrap();
        assert!(matches!(&error, LakeError::Corrupt { reason, .. } if reason.contains("sha256")), "{error:?}");
    }
}

#[tokio::test]
async fn other_things_among_the_manifests_are_not_manifests() {
    let lake = TestLake::memory();
    let snapshot = publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
    for name in ["0000000002.json.bak", "2.json", "+000000002.json", ".DS_Store", "deep/0000000002.json"] {
        let path = Path::from(format!("_lake/manifests/as_of=2026-11-22/{name}"));
        lake.raw.put(&path, "{}".into()).await.unwrap();
    }
    lake.raw.put(&Path::from("_lake/manifests/as_of=2027-1-1/0000000002.json"), "{}".into()).await.unwrap();
    assert_eq!(lake.snapshots().await.unwrap(), [snapshot.id()]);
    assert_eq!(lake.newest().await.unwrap().unwrap(), snapshot);
}

#[test]
fn local_locations_become_absolute_and_are_created() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let none = |_: &str| None;
    let wanted = root.join("a b/[x]#1");
    for location in [wanted.to_str().unwrap().to_owned(), Url::from_directory_path(&wanted).unwrap().to_string()] {
        let lake = Lake::open(&location, &none).unwrap();
        assert!(wanted.is_dir());
        assert_eq!(lake.display(), wanted.display().to_string());
        assert_eq!(lake.url().to_file_path().unwrap(), wanted);
    }
    let file = root.join("file");
    std::fs::write(&file, "x").unwrap();
    for location in ["", file.to_str().unwrap(), "file://elsewhere/lake"] {
        let error = Lake::open(location, &none).unwrap_err();
        assert!(matches!(error, LakeError::Location { .. }), "{error:?}");
        assert_eq!(error.exit_code(), ExitCode::Usage);
    }
}

#[test]
fn remote_locations_take_their_settings_from_the_given_environment() {
    let env = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("canary-secret".to_owned()),
        "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:9000".to_owned()),
        "AWS_REGION" => Some(String::new()),
        _ => None,
    };
    for (location, url) in [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
        ("s3a://bucket/a b", "s3://bucket/a%20b"),
        ("https://bucket.s3.eu-west-3.amazonaws.com/lake", "s3://bucket/lake"),
        ("https://s3.eu-west-3.amazonaws.com/bucket/lake", "s3://bucket/lake"),
    ] {
        let lake = Lake::open(location, &env).unwrap();
        assert_eq!(lake.url().as_str(), url);
        assert_eq!(lake.display(), url);
        assert!(!format!("{lake:?}").contains("canary-secret"));
    }
    let plain = |name: &str| (name == "AWS_ENDPOINT_URL").then(|| "http://storage.example".to_owned());
    let error = Lake::open("s3://bucket", &plain).unwrap_err();
    assert!(error.to_string().contains("AWS_ALLOW_HTTP"), "{error}");
    let allowed = |name: &str| if name == "AWS_ALLOW_HTTP" { Some("true".to_owned()) } else { plain(name) };
    assert!(Lake::open("s3://bucket", &allowed).is_ok());

    for location in ["s3://canary-secret@bucket/x", "s3://key:canary-secret@bucket", "s3://bucket?canary-secret"] {
        let error = Lake::open(location, &env).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary-secret"), "{error}");
    }
    for location in ["ftp://host/lake", "https://example.org/lake", "s3://", "://"] {
        let error = Lake::open(location, &env).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Usage, "{location}: {error}");
    }
}

#[test]
fn errors_are_sorted_by_what_to_do_about_them() {
    let generic = || object_store::Error::Generic { store: "S3", source: "timeout".into() };
    let denied = || object_store::Error::PermissionDenied { path: "x".into(), source: "403".into() };
    let absent = || object_store::Error::NotFound { path: "x".into(), source: "404".into() };
    let io = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let local = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(io) };
    for (error, code, retryable) in [
        (LakeError::store("read", "x", generic()), ExitCode::Temporary, true),
        (LakeError::store("read", "x", absent()), ExitCode::Temporary, true),
        (LakeError::store("write", "x", absent()), ExitCode::Usage, false),
        (LakeError::store("write", "x", denied()), ExitCode::Usage, false),
        (LakeError::store("write", "x", local), ExitCode::Usage, false),
    ] {
        assert_eq!((error.exit_code(), error.is_retryable()), (code, retryable), "{error:?}");
        assert!(std::error::Error::source(&error).is_some());
        assert!(!error.to_string().contains('\n'));
    }
}
