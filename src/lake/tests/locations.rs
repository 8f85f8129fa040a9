//! Locations that are not what they look like, and folders with names that need care.

use super::*;

fn refused(location: &str) -> String {
    let error = Lake::open(location, &|_| None).unwrap_err();
    assert_eq!(error.exit_code(), crate::exit_code::ExitCode::Usage, "{location}");
    assert!(!std::path::Path::new(location).exists(), "{location} was made");
    error.to_string()
}

#[test]
fn what_a_shell_did_not_expand_makes_no_folder() {
    assert_eq!(
        refused("~/lake"),
        "lake location ~/lake: no shell expanded the ~: write the whole path, or $HOME/lake where a shell reads it \
         (./~/lake is a folder of that name)"
    );
    assert!(refused("~").contains("$HOME where"));
    assert!(refused("~lucca/x").contains("$HOME/x where"));
    for location in ["$HOME/lake", "${LAKE}", "/data/${TENANT}/lake", "$(pwd)/lake", "s3://bucket/${TENANT}"] {
        assert!(refused(location).contains("holds a variable that no shell expanded"), "{location}");
    }
}

#[test]
fn a_url_that_lacks_something_says_what_was_meant() {
    let cases = [
        ("s3:/bucket/x", "did you mean s3://bucket/x?"),
        ("s3:bucket", "did you mean s3://bucket?"),
        ("S3:/bucket/x/", "did you mean S3://bucket/x?"),
        ("s3://", "names no bucket; use s3://bucket/prefix"),
        ("s3:///x", "names no bucket; use s3://bucket/prefix"),
        ("file:x/y", "did you mean x/y, or file:///x/y?"),
        ("gs:/bucket", "did you mean gs://bucket?"),
        ("https:/host/x", "did you mean https://host/x?"),
    ];
    for (location, meant) in cases {
        let said = refused(location);
        assert!(said.contains(meant), "{location}: {said}");
    }
}

#[test]
fn a_store_that_is_not_supported_is_called_by_its_name() {
    let azure = "is in Azure storage, which this program cannot write to; it takes a folder, or s3://bucket/prefix in any \
                 store that speaks S3";
    let locations = [
        ("abfss://container:key@account.dfs.core.windows.net/x", "abfss://account.dfs.core.windows.net"),
        ("abfs://container@account.dfs.core.windows.net/x", "abfs://account.dfs.core.windows.net"),
        ("az://container/x", "az://container"),
        ("https://account.blob.core.windows.net/container/x", "https://account.blob.core.windows.net"),
    ];
    for (location, shown) in locations {
        assert_eq!(refused(location), format!("lake location {shown}: {azure}"));
    }
    assert!(refused("gs://bucket/x").contains("is in Google Cloud Storage"));
    assert!(refused("hdfs://host/x").contains("is in HDFS"));
    assert!(refused("s3://key:secret@bucket/x").contains("AWS_ACCESS_KEY_ID"));
}

/// A folder may have any name that is text: nothing of it is taken for something else, by us or by who reads the views.
#[tokio::test]
async fn a_folder_may_have_any_name() {
    let here = TempDir::new().unwrap();
    let names = [
        "a b",
        "50%25",
        "a#b?c",
        "l'a \"q\" `x`",
        "two\nlines",
        "données été",
        "a:b;c,d",
        "[x]{y}*",
        "$5",
        "~",
        "a=b&c",
        "back\\slash",
    ];
    for name in names {
        let root = here.path().canonicalize().unwrap().join(name);
        let lake = Lake::open(&format!("{}", root.display()), &|_| None).unwrap();
        assert_eq!(lake.display(), root.display().to_string());
        let snapshot = publish_employees(&lake, "2026-11-22", "run-1", 0, 3).await.unwrap();
        assert!(root.join(&snapshot.tables[0].files[0].path).is_file(), "{name:?}");
        assert_eq!(verify(&lake, &snapshot).await.unwrap(), [], "{name:?}");
        assert_eq!(verify_lake(&lake).await.unwrap(), [], "{name:?}");
        let again = Lake::open_existing(lake.url().as_str(), &|_| None).unwrap();
        assert_eq!(again.newest().await.unwrap(), Some(snapshot), "{name:?} by its URL");
        // One statement, one line; Spark has no other way to write a line end in a path.
        for views in ["views/duckdb.sql", "views/spark.sql"] {
            let sql = text(&lake, views).await;
            let whole = |line: &str| {
                ["CREATE ", "COMMENT ", "SET "].iter().any(|begin| line.starts_with(begin)) && line.ends_with(';')
            };
            let each = sql.lines().all(|line| line.starts_with("--") || whole(line));
            assert_eq!(each, !(name.contains('\n') && views.contains("spark")), "{name:?}: {sql}");
        }
    }
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), names.len());
}
