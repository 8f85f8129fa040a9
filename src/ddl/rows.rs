//! Where the rows of a table come from: its folder in the lake, its published files, or a copy of them.

use url::Url;

use super::{
    dialect::{Dialect, Traits},
    text::{TAG, literal, name},
};
use crate::{
    catalog::{AS_OF, LakeType, Privacy, Table, TableColumn},
    lake::{Snapshot, address, folder_of_table},
};

/// Where the lake is, and its newest day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) lake: &'a Url,
    /// `None` where nothing is published.
    pub(crate) newest: Option<&'a Snapshot>,
}

impl Place<'_> {
    /// The published files of a table, lake-relative, with their day.
    fn files(&self, table: &Table) -> Option<(String, Vec<String>)> {
        let snapshot = self.newest?;
        let held = snapshot.tables.iter().find(|held| held.name == table.name)?;
        Some((snapshot.as_of.to_string(), held.files.iter().map(|file| file.path.clone()).collect()))
    }

    /// Where the published files of a table are, as DuckDB names them.
    pub(super) fn addresses(&self, table: &Table) -> Option<Vec<String>> {
        let (_, files) = self.files(table)?;
        Some(files.iter().map(|path| self.address(path, &Dialect::Duckdb.traits())).collect())
    }

    fn address(&self, path: &str, traits: &Traits) -> String {
        address(self.lake, path, traits.s3, traits.local, str::to_owned)
    }

    /// Where a stage of Snowflake is.
    pub(super) fn stage(&self) -> String {
        let whole = self.address("", &Dialect::Snowflake.traits());
        match (self.lake.scheme(), Self::in_blob_storage(&whole)) {
            ("gs", _) => whole.replacen("gs://", "gcs://", 1),
            (_, Some(blob)) => format!("azure://{}/{}/{}", blob.host, blob.container, blob.name),
            _ => whole,
        }
    }

    /// The function that ClickHouse reads a file by, and where it says that it is.
    pub(super) fn read_by_clickhouse(&self, path: &str) -> (&'static str, Vec<String>) {
        let whole = self.address(path, &Dialect::Clickhouse.traits());
        match (self.lake.scheme(), Self::in_blob_storage(&whole)) {
            ("file", _) => ("file", vec![whole]),
            ("gs", _) => ("gcs", vec![whole.replacen("gs://", "https://storage.googleapis.com/", 1)]),
            (_, Some(blob)) => (
                "azureBlobStorage",
                vec![format!("https://{}", blob.host), blob.container.to_owned(), blob.name.to_owned()],
            ),
            _ => ("s3", vec![whole]),
        }
    }

    /// An address in Azure as Blob Storage has it; `None` for one elsewhere.
    fn in_blob_storage(whole: &str) -> Option<Blob<'_>> {
        let (container, rest) = whole.strip_prefix("abfss://")?.split_once('@')?;
        let (host, name) = rest.split_once('/')?;
        Some(Blob { host: host.replacen(".dfs.", ".blob.", 1), container, name })
    }
}

/// A file in Azure's Blob Storage.
struct Blob<'w> {
    host: String,
    container: &'w str,
    name: &'w str,
}

/// What stands before all tables.
pub(super) fn before(dialect: Dialect, place: &Place<'_>) -> String {
    if dialect != Dialect::Snowflake {
        return String::new();
    }
    let classes = Privacy::ALL.map(|class| format!("'{class}'")).join(", ");
    let mut sql = format!("CREATE TAG IF NOT EXISTS {TAG} ALLOWED_VALUES {classes};\n");
    if place.newest.is_some() {
        let url = literal(&place.stage(), dialect.traits().escapes);
        sql.push_str(&format!(
            "CREATE STAGE IF NOT EXISTS lucca_lake URL = {url} FILE_FORMAT = (TYPE = PARQUET USE_VECTORIZED_SCANNER = TRUE);\n"
        ));
    }
    sql
}

/// What follows the columns of the statement itself.
pub(super) fn clauses(table: &Table, dialect: Dialect, place: &Place<'_>, meaning: &str) -> String {
    let traits = dialect.traits();
    let folder = literal(&place.address(&folder_of_table(table), &traits), traits.escapes);
    let told = literal(meaning, traits.escapes);
    let key = name(AS_OF, &traits);
    match dialect {
        Dialect::Duckdb | Dialect::Postgres => String::new(),
        Dialect::Spark => format!("\nUSING PARQUET\nCOMMENT {told}"),
        Dialect::Databricks => {
            format!("\nUSING PARQUET\nPARTITIONED BY ({key})\nLOCATION {folder}\nCOMMENT {told}")
        }
        Dialect::Snowflake => format!("\nCOMMENT = {told}"),
        Dialect::Athena => {
            format!("\nCOMMENT {told}\nPARTITIONED BY ({key} date)\nSTORED AS PARQUET\nLOCATION {folder}")
        }
        Dialect::Redshift => format!("\nPARTITIONED BY ({key} DATE)\nSTORED AS PARQUET\nLOCATION {folder}"),
        Dialect::Trino => format!(
            "\nCOMMENT {told}\nWITH (external_location = {folder}, format = 'PARQUET', partitioned_by = ARRAY['{AS_OF}'])"
        ),
        Dialect::Clickhouse => format!("\nENGINE = MergeTree\nORDER BY tuple()\nCOMMENT {told}"),
        Dialect::Bigquery => {
            let files = place.files(table).map(|(_, files)| files);
            let uris = files.unwrap_or_else(|| vec![format!("{}/*", folder_of_table(table))]);
            let uris: Vec<String> =
                uris.iter().map(|path| literal(&place.address(path, &traits), traits.escapes)).collect();
            format!(
                "\nWITH PARTITION COLUMNS ({key} DATE)\nOPTIONS (\n  format = 'PARQUET',\n  enable_list_inference = TRUE,\n  \
                 hive_partition_uri_prefix = {folder},\n  uris = [{}],\n  description = {told}\n)",
                uris.join(", ")
            )
        }
    }
}

/// The statements that follow the table and give it its rows.
pub(super) fn statements(table: &Table, dialect: Dialect, place: &Place<'_>) -> String {
    let Some((day, files)) = place.files(table) else { return String::new() };
    let traits = dialect.traits();
    let (of_table, key) = (name(&table.name, &traits), name(AS_OF, &traits));
    let folder = literal(
        &format!("{}/", place.address(&format!("{}/{AS_OF}={day}", folder_of_table(table)), &traits)),
        traits.escapes,
    );
    match dialect {
        Dialect::Duckdb | Dialect::Spark | Dialect::Bigquery => String::new(),
        Dialect::Databricks => format!("MSCK REPAIR TABLE {of_table};\n"),
        Dialect::Athena | Dialect::Redshift => {
            format!("ALTER TABLE {of_table} ADD IF NOT EXISTS PARTITION ({key} = '{day}') LOCATION {folder};\n")
        }
        Dialect::Trino => {
            format!("CALL system.sync_partition_metadata('default', '{}', 'FULL');\n", table.name)
        }
        Dialect::Snowflake => {
            let typed = |c: &TableColumn| match c.lake_type {
                LakeType::StringList => format!("$1:{}", c.name),
                other => format!("$1:{}::{}", c.name, traits.sql_type(other)),
            };
            let columns: Vec<String> = table.columns.iter().map(typed).collect();
            let files: Vec<String> = files.iter().map(|path| literal(path, traits.escapes)).collect();
            format!(
                "COPY INTO {of_table} FROM (SELECT {}, '{day}'::DATE FROM @lucca_lake) FILES = ({});\n",
                columns.join(", "),
                files.join(", ")
            )
        }
        Dialect::Clickhouse => {
            let columns: Vec<String> = table.columns.iter().map(|c| name(&c.name, &traits)).collect();
            let columns = columns.join(", ");
            let insert = |path: &String| {
                let (function, places) = place.read_by_clickhouse(path);
                let places: Vec<String> = places.iter().map(|text| literal(text, traits.escapes)).collect();
                let from = format!("{function}({}, 'Parquet')", places.join(", "));
                format!("INSERT INTO {of_table} ({columns}, {key}) SELECT {columns}, toDate32('{day}') FROM {from};\n")
            };
            files.iter().map(insert).collect()
        }
        Dialect::Postgres => {
            let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).chain([AS_OF]).collect();
            let columns = columns.join(", ");
            format!(
                "-- lucca-lake query --format csv -o {table}.csv \"SELECT {columns} FROM {table}\"\n\\copy {table} ({columns}) FROM \
                 '{table}.csv' WITH (FORMAT csv, HEADER)\n",
                table = table.name
            )
        }
    }
}
