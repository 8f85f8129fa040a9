use super::*;
use crate::catalog::{Catalog, LakeType};

fn place(lake: &url::Url) -> Place<'_> {
    Place { lake, newest: None }
}

#[test]
fn every_dialect_names_every_type_and_says_what_each_column_means() {
    let lake = url::Url::parse("s3://bucket/lucca").unwrap();
    let employees = Catalog::embedded().unwrap().table("employees").unwrap();
    for dialect in Dialect::ALL {
        let traits = dialect.traits();
        for lake_type in LakeType::ALL {
            assert!(!traits.sql_type(lake_type).is_empty(), "{dialect:?}: {lake_type}");
        }
        let sql = statements(std::slice::from_ref(&employees), dialect, &place(&lake));
        for column in &employees.columns {
            assert!(sql.contains(&column.name), "{dialect:?}: {}", column.name);
        }
        assert!(
            sql.contains("Professional e-mail address") && sql.contains("Privacy: directory"),
            "{dialect:?}: {sql}"
        );
        assert_eq!(sql.matches("CREATE").count(), 1 + usize::from(dialect == Dialect::Snowflake), "{sql}");
    }
}

#[test]
fn quotes_and_backslashes_stay_in_their_texts() {
    let lake = url::Url::parse("s3://bucket/it's").unwrap();
    let mut table = Catalog::embedded().unwrap().table("departments").unwrap();
    table.meaning = r"It's a \ tree".to_owned();
    for dialect in Dialect::ALL {
        let sql = statements(std::slice::from_ref(&table), dialect, &place(&lake));
        let written = match dialect.traits().escapes {
            dialect::Escapes::Doubled if dialect == Dialect::Redshift => r"It's a \ tree",
            dialect::Escapes::Doubled => r"It''s a \ tree",
            dialect::Escapes::Backslash => r"It\'s a \\ tree",
        };
        assert!(sql.contains(written), "{dialect:?}: {sql}");
    }
}

#[test]
fn each_cloud_is_called_as_the_warehouse_calls_it() {
    let stage_and_file = |lake: &str| {
        let lake = url::Url::parse(lake).unwrap();
        let place = place(&lake);
        (place.stage(), place.read_by_clickhouse("core/x/as_of=2026-11-22/f.parquet"))
    };
    let file = "core/x/as_of=2026-11-22/f.parquet";
    assert_eq!(stage_and_file("s3://b/p"), ("s3://b/p".to_owned(), ("s3", vec![format!("s3://b/p/{file}")])));
    assert_eq!(
        stage_and_file("gs://b/p"),
        ("gcs://b/p".to_owned(), ("gcs", vec![format!("https://storage.googleapis.com/b/p/{file}")]))
    );
    let blob = vec!["https://account.blob.core.windows.net".to_owned(), "container".to_owned(), format!("p/{file}")];
    assert_eq!(
        stage_and_file("abfss://container@account.dfs.core.windows.net/p"),
        ("azure://account.blob.core.windows.net/container/p".to_owned(), ("azureBlobStorage", blob))
    );
}
