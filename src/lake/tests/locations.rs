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
fn an_address_that_is_not_taken_says_which_is() {
    let cases = [
        ("gcs://bucket/x", "did you mean gs://bucket/x?"),
        ("https://storage.googleapis.com/bucket/x", "did you mean gs://bucket/x?"),
        (
            "wasbs://container@account.blob.core.windows.net/x",
            "write abfss://container@account.dfs.core.windows.net/prefix",
        ),
        ("hdfs://host/x", "is in HDFS"),
        ("gs://", "names no bucket; use gs://bucket/prefix"),
        ("az:///x", "names no bucket; use az://container/prefix"),
        (
            "az://container/x",
            "set AZURE_STORAGE_ACCOUNT_NAME, or write abfss://container@account.dfs.core.windows.net/prefix",
        ),
        ("https://account.blob.core.windows.net", "names no container"),
        ("https://example.org/x", "is not a place this program can write to"),
        ("s3://key:secret@bucket/x", "holds credentials"),
        ("abfss://container:key@account.dfs.core.windows.net/x", "holds credentials"),
        ("gs://key@bucket/x", "holds credentials"),
        ("https://account.blob.core.windows.net/container?sig=canary-secret", "has a query"),
    ];
    for (location, meant) in cases {
        let said = refused(location);
        assert!(said.contains(meant), "{location}: {said}");
        assert!(!said.contains("canary-secret"), "{said}");
    }
}

/// The environment of a test, by name.
fn env<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn lakes_in_azure_have_one_address_however_they_are_written() {
    let named = env(&[
        ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
        ("AZURE_STORAGE_KEY", "Y2FuYXJ5LXNlY3JldA=="),
        ("AZURE_TENANT_ID", ""),
    ]);
    let whole = "abfss://container@account.dfs.core.windows.net/a/b";
    for location in [
        "az://container/a/b/",
        "abfss://container/a/b",
        "azure://container/a/b",
        whole,
        "https://account.blob.core.windows.net/container/a/b",
        "https://account.dfs.core.windows.net/container/a/b",
    ] {
        let lake = Lake::open(location, &named).unwrap();
        assert_eq!((lake.url().as_str(), lake.display().as_str()), (whole, whole), "{location}");
        assert!(!format!("{lake:?} {}", lake.store()).contains("Y2FuYXJ5"), "the key is not shown");
        assert_eq!(
            address(lake.url(), "core/x y.parquet", "s3a", "", str::to_owned),
            format!("{whole}/core/x y.parquet")
        );
    }
    let other = Lake::open("abfss://container@other.dfs.core.windows.net", &named).unwrap();
    assert_eq!(
        other.url().as_str(),
        "abfss://container@other.dfs.core.windows.net",
        "an account in the address counts"
    );
    let spoilt = env(&[("AZURE_STORAGE_ACCOUNT_NAME", "account"), ("AZURE_STORAGE_KEY", "not!base64")]);
    let said = format!("{:?}", Lake::open("az://container", &spoilt).unwrap_err());
    assert!(said.contains("is not base64") && !said.contains("offset"), "{said}");
    let connection = env(&[("AZURE_STORAGE_CONNECTION_STRING", "AccountName=account;AccountKey=canary-secret")]);
    let said = Lake::open("az://container", &connection).unwrap_err().to_string();
    assert!(said.contains("AZURE_STORAGE_CONNECTION_STRING is not read") && !said.contains("canary"), "{said}");
}

#[test]
fn lakes_at_google_take_a_file_of_credentials() {
    let none = env(&[("GOOGLE_SERVICE_ACCOUNT_KEY", google::NO_TOKEN)]);
    let lake = Lake::open("gs://bucket/a/b", &none).unwrap();
    assert_eq!((lake.url().as_str(), lake.display().as_str()), ("gs://bucket/a/b", "gs://bucket/a/b"));
    let missing = env(&[("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")]);
    let error = Lake::open("gs://bucket/a", &missing).unwrap_err();
    assert!(
        error.to_string().contains("GOOGLE_* settings") && error.exit_code() == crate::exit_code::ExitCode::Usage,
        "{error}"
    );
}

#[test]
fn plain_http_is_for_this_machine_unless_it_is_allowed() {
    let open = |location: &str, endpoint: (&str, &str), allow: &str| {
        let variables = [
            endpoint,
            ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", google::NO_TOKEN),
            (allow, "true"),
        ];
        Lake::open(location, &env(&variables)).map(drop)
    };
    for (location, endpoint, allow) in [
        ("az://container/x", "AZURE_STORAGE_ENDPOINT", "AZURE_ALLOW_HTTP"),
        ("gs://bucket/x", "GOOGLE_BASE_URL", "GOOGLE_ALLOW_HTTP"),
        ("s3://bucket/x", "AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP"),
    ] {
        open(location, (endpoint, "http://127.0.0.1:10000/account"), "UNRELATED").unwrap();
        let refused = open(location, (endpoint, "http://storage.example"), "UNRELATED").unwrap_err();
        assert!(refused.to_string().contains(&format!("set {allow}=true")), "{refused}");
        open(location, (endpoint, "http://storage.example"), allow).unwrap();
        open(location, (endpoint, "https://storage.example"), "UNRELATED").unwrap();
    }
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
