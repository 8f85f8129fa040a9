//! What the types of columns are called in the SQL of those who read the lake.

use super::LakeType;

impl LakeType {
    /// In DuckDB.
    pub(crate) fn duckdb(self) -> &'static str {
        match self {
            Self::String => "VARCHAR",
            Self::Boolean => "BOOLEAN",
            Self::Int32 => "INTEGER",
            Self::Int64 => "BIGINT",
            Self::Double => "DOUBLE",
            Self::Date => "DATE",
            Self::Timestamp => "TIMESTAMPTZ",
            Self::StringList => "VARCHAR[]",
            Self::Binary => "BLOB",
        }
    }

    /// In Spark SQL.
    pub(crate) fn spark(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Boolean => "BOOLEAN",
            Self::Int32 => "INT",
            Self::Int64 => "BIGINT",
            Self::Double => "DOUBLE",
            Self::Date => "DATE",
            Self::Timestamp => "TIMESTAMP",
            Self::StringList => "ARRAY<STRING>",
            Self::Binary => "BINARY",
        }
    }
}
