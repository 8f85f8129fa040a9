//! The SQL dialects that tables are declared in: what differs between them, as one table.

use crate::catalog::LakeType;

/// Whose statements to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Dialect {
    /// DuckDB.
    Duckdb,
    /// Spark SQL.
    Spark,
    /// Databricks SQL: external tables over the lake, classes as tags.
    Databricks,
    /// Snowflake: COPY of the published files from a stage, classes as tags.
    Snowflake,
    /// BigQuery: external tables over the published files.
    Bigquery,
    /// Redshift Spectrum: external tables over the lake.
    Redshift,
    /// Athena: external tables over the lake.
    Athena,
    /// Trino's hive connector: external tables over the lake.
    Trino,
    /// ClickHouse: INSERT of the published files.
    Clickhouse,
    /// PostgreSQL: \copy of what `query --format csv` writes.
    Postgres,
}

/// How a column says that it holds no nulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// `NOT NULL` where it holds none.
    NotNull,
    /// `Nullable(…)` where it may; lists never are.
    Wrapped,
    /// Tables over files say nothing of it.
    Unsaid,
}

/// Where what tables and columns mean is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// `COMMENT '…'` after a column, and in a clause of the table.
    Clauses,
    /// `COMMENT ON … IS '…'` after the table.
    Statements,
    /// `OPTIONS (description = '…')`.
    Options,
    /// Nowhere in the table: lines above the statement.
    Lines,
}

/// How a text is written between single quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// A quote is doubled, a backslash is a backslash.
    Doubled,
    /// Quotes and backslashes have a backslash before them.
    Backslash,
}

/// How rows come into a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Nothing is said: the lake's own views are better.
    Views,
    /// The table is the folder in the lake; each day is a partition.
    Folder,
    /// The table is the published files.
    Files,
    /// They are copied from the published files.
    Copied,
}

/// What is peculiar to a dialect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// What types are called, in the order of [`LakeType::ALL`].
    types: [&'static str; 9],
    /// Around names; none where they are written bare.
    pub(super) quote: &'static str,
    pub(super) nulls: Nulls,
    pub(super) comments: Comments,
    pub(super) escapes: Escapes,
    pub(super) rows: Rows,
    /// What the folder of local files, and of S3, is addressed by.
    pub(super) local: &'static str,
    pub(super) s3: &'static str,
}

impl Traits {
    /// What a type is called.
    pub(super) fn sql_type(&self, lake_type: LakeType) -> &'static str {
        let named = LakeType::ALL.iter().zip(self.types).find(|(known, _)| **known == lake_type);
        named.map_or("", |(_, name)| name)
    }
}

impl Dialect {
    /// Every dialect.
    #[cfg(test)]
    pub(super) const ALL: [Self; 10] = [
        Self::Duckdb,
        Self::Spark,
        Self::Databricks,
        Self::Snowflake,
        Self::Bigquery,
        Self::Redshift,
        Self::Athena,
        Self::Trino,
        Self::Clickhouse,
        Self::Postgres,
    ];

    pub(super) fn traits(self) -> Traits {
        let spark = Traits {
            types: LakeType::ALL.map(LakeType::spark),
            quote: "`",
            nulls: Nulls::NotNull,
            comments: Comments::Clauses,
            escapes: Escapes::Backslash,
            rows: Rows::Views,
            local: "file://",
            s3: "s3a",
        };
        let duckdb = Traits {
            types: LakeType::ALL.map(LakeType::duckdb),
            quote: "",
            nulls: Nulls::NotNull,
            comments: Comments::Statements,
            escapes: Escapes::Doubled,
            rows: Rows::Views,
            local: "",
            s3: "s3",
        };
        match self {
            Self::Duckdb => duckdb,
            Self::Spark => spark,
            Self::Databricks => Traits { nulls: Nulls::Unsaid, rows: Rows::Folder, s3: "s3", ..spark },
            Self::Athena => Traits {
                types: ["string", "boolean", "int", "bigint", "double", "date", "timestamp", "array<string>", "binary"],
                nulls: Nulls::Unsaid,
                rows: Rows::Folder,
                s3: "s3",
                ..spark
            },
            Self::Bigquery => Traits {
                types: ["STRING", "BOOL", "INT64", "INT64", "FLOAT64", "DATE", "TIMESTAMP", "ARRAY<STRING>", "BYTES"],
                nulls: Nulls::Unsaid,
                comments: Comments::Options,
                rows: Rows::Files,
                s3: "s3",
                ..spark
            },
            Self::Snowflake => Traits {
                types: ["VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP_TZ", "ARRAY", "BINARY"],
                comments: Comments::Clauses,
                rows: Rows::Copied,
                ..duckdb
            },
            Self::Redshift => Traits {
                types: [
                    "VARCHAR(65535)",
                    "BOOLEAN",
                    "INTEGER",
                    "BIGINT",
                    "DOUBLE PRECISION",
                    "DATE",
                    "TIMESTAMP",
                    "ARRAY<VARCHAR(65535)>",
                    "VARBYTE(1024000)",
                ],
                nulls: Nulls::Unsaid,
                comments: Comments::Lines,
                rows: Rows::Folder,
                ..duckdb
            },
            Self::Trino => Traits {
                types: [
                    "VARCHAR",
                    "BOOLEAN",
                    "INTEGER",
                    "BIGINT",
                    "DOUBLE",
                    "DATE",
                    "TIMESTAMP(3)",
                    "ARRAY(VARCHAR)",
                    "VARBINARY",
                ],
                nulls: Nulls::Unsaid,
                comments: Comments::Clauses,
                rows: Rows::Folder,
                local: "file://",
                ..duckdb
            },
            Self::Clickhouse => Traits {
                types: [
                    "String",
                    "Bool",
                    "Int32",
                    "Int64",
                    "Float64",
                    "Date32",
                    "DateTime64(6, 'UTC')",
                    "Array(Nullable(String))",
                    "String",
                ],
                quote: "`",
                nulls: Nulls::Wrapped,
                comments: Comments::Clauses,
                escapes: Escapes::Backslash,
                rows: Rows::Copied,
                ..duckdb
            },
            Self::Postgres => Traits {
                types: [
                    "text",
                    "boolean",
                    "integer",
                    "bigint",
                    "double precision",
                    "date",
                    "timestamptz",
                    "jsonb",
                    "bytea",
                ],
                rows: Rows::Copied,
                ..duckdb
            },
        }
    }
}
