//! What a table of the lake is: its zone, its columns and their Arrow types.

use std::{fmt, sync::Arc};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use serde::{Deserialize, Serialize};

use super::{ColumnDefinition, Filled, Interval, Label, Quality, Without};

/// Schema of the tables of all days, where a table's own name means one day; and their prefix, where there are no schemas.
/// No table may be called so.
pub(crate) const ALL_DAYS: &str = "all_days";

/// The column that tells which day a row describes. It is the partition key: part of the folder's name, not of the files.
pub(crate) const AS_OF: &str = "as_of";

/// Top-level folder of the lake, so that each class of data can have its own bucket policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// Organisation, people as in the directory, contracts and positions.
    Core,
    /// Private data.
    Personal,
    /// Results of `queries/*.sql`.
    Derived,
}

impl Zone {
    /// Every zone.
    pub(crate) const ALL: [Self; 3] = [Self::Core, Self::Personal, Self::Derived];

    /// The folder's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Personal => "personal",
            Self::Derived => "derived",
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How private the values of a column are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Facts about the organisation, technical identifiers and times.
    #[default]
    None,
    /// What colleagues see of each other.
    Directory,
    /// Private life.
    Personal,
    /// Data whose leak harms: bank accounts, social security numbers, free custom values.
    Sensitive,
}

impl Privacy {
    /// Every class, the least private first.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Directory, Self::Personal, Self::Sensitive];
}

impl fmt::Display for Privacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Directory => "directory",
            Self::Personal => "personal",
            Self::Sensitive => "sensitive",
        })
    }
}

/// Types a lake column may have: the set every known Parquet reader agrees on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LakeType {
    /// UTF-8 text.
    String,
    /// True or false.
    Boolean,
    /// 32-bit signed integer.
    Int32,
    /// 64-bit signed integer.
    Int64,
    /// 64-bit IEEE 754 number.
    Double,
    /// Calendar day, no time zone.
    Date,
    /// Instant, microseconds since 1970-01-01T00:00:00Z.
    Timestamp,
    /// List of UTF-8 texts.
    StringList,
    /// Bytes as they are.
    Binary,
}

impl LakeType {
    /// Every type.
    pub(crate) const ALL: [Self; 9] = [
        Self::String,
        Self::Boolean,
        Self::Int32,
        Self::Int64,
        Self::Double,
        Self::Date,
        Self::Timestamp,
        Self::StringList,
        Self::Binary,
    ];

    /// The Arrow type that columns of this type have.
    pub(crate) fn arrow(self) -> DataType {
        match self {
            Self::String => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Double => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::StringList => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
            Self::Binary => DataType::Binary,
        }
    }

    /// The type whose columns have this Arrow type, whatever the names inside it.
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.arrow().equals_datatype(data_type))
    }

    /// The name used in `schemas/`, in manifests and by `tables`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Double => "double",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::StringList => "string_list",
            Self::Binary => "binary",
        }
    }
}

impl fmt::Display for LakeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What makes a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Pages of the API: `schemas/*.toml`.
    Api,
    /// SQL over other tables: `queries/*.sql`.
    Query,
    /// The attributes of a day, one row per employee: some of the columns are the tenant's own definitions.
    Wide,
    /// The quality gates.
    Findings,
    /// Another version of the program, which the lake alone remembers.
    Unknown,
}

/// One column of a table, as readers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableColumn {
    /// Lower snake_case name, unique in its table.
    pub name: String,
    /// Type of its values.
    #[serde(rename = "type")]
    pub lake_type: LakeType,
    /// Whether the column may hold nulls.
    pub nullable: bool,
    /// What it means, one sentence.
    pub meaning: String,
    /// What people call it; `None` where nobody says.
    #[serde(rename = "label", skip_serializing_if = "Option::is_none")]
    pub labels: Option<Label>,
    /// How private its values are.
    pub privacy: Privacy,
    /// Where the values come from: a JSON path of the API, or an expression over other tables; empty when computed here.
    pub source: String,
    /// The tenant's own definition whose values it holds; `None` where every tenant has the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Box<ColumnDefinition>>,
}

impl TableColumn {
    /// A column that nothing of the API is read into as it is.
    pub(crate) fn new(name: &str, lake_type: LakeType, nullable: bool, privacy: Privacy, meaning: &str) -> Self {
        let (name, meaning) = (name.to_owned(), meaning.to_owned());
        Self { name, lake_type, nullable, meaning, labels: None, privacy, source: String::new(), definition: None }
    }
}

/// One table of the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Name: folder below the zone, view name and SQL name.
    pub name: String,
    /// Zone it is written to.
    pub zone: Zone,
    /// What makes its rows.
    pub origin: Origin,
    /// What one row is.
    pub meaning: String,
    /// What people call it; `None` where nobody says.
    #[serde(rename = "label", skip_serializing_if = "Option::is_none")]
    pub labels: Option<Label>,
    /// Columns in file order.
    pub columns: Vec<TableColumn>,
    /// What the rows keep beyond their types.
    pub(crate) quality: Quality,
}

impl Table {
    /// The fixed Arrow schema of every file of the table.
    pub fn arrow_schema(&self) -> SchemaRef {
        let fields: Vec<Field> =
            self.columns.iter().map(|c| Field::new(&c.name, c.lake_type.arrow(), c.nullable)).collect();
        Arc::new(Schema::new(fields))
    }
}

impl Quality {
    /// Whether every column named exists, and the intervals are of dates.
    ///
    /// # Errors
    /// The first that does not hold, as a sentence.
    pub(super) fn check(&self, columns: &[TableColumn]) -> Result<(), String> {
        let find = |name: &str, what: &str| {
            let column = columns.iter().find(|c| c.name == name);
            column.ok_or_else(|| format!("{what} names column {name}, which the table does not have"))
        };
        for name in &self.key {
            find(name, "key")?;
        }
        if let Some(Interval { from, to, of, .. }) = &self.interval {
            for name in [from, to] {
                if find(name, "interval")?.lake_type != LakeType::Date {
                    return Err(format!("interval: column {name} is no date"));
                }
            }
            for name in of {
                find(name, "interval")?;
            }
        }
        for Filled { column, percent } in &self.filled {
            find(column, "filled")?;
            if !(1..=100).contains(percent) {
                return Err(format!("filled: {column} has {percent} %, which is not between 1 and 100"));
            }
        }
        Ok(())
    }
}

/// One table computed from others by SQL.
#[derive(Debug, Clone)]
pub struct DerivedTable {
    /// The table that the query gives, as its heading declares it.
    pub table: Table,
    /// The query, with `$as_of` for the as-of date.
    pub sql: String,
    /// Only other queries of the same derivation read it: it is computed like the others and then discarded.
    pub internal: bool,
    /// Tables whose rows of other days than the as-of date it reads: it cannot be computed where only today's are known.
    pub(crate) over_time: Vec<String>,
    /// Columns that are declared less private than what flows into them.
    pub(crate) lowered: Vec<Lowered>,
    /// Columns that it may be computed without, where a source cannot tell them.
    pub(crate) without: Vec<Without>,
}

impl DerivedTable {
    /// How private it is that the table has a row, whatever its columns say: as its most private column, unless a line lowers
    /// it.
    pub(crate) fn rows(&self) -> Privacy {
        let lowered = self.lowered.iter().find(|lowered| lowered.column == Lowered::ROWS).map(|lowered| lowered.to);
        lowered.unwrap_or_else(|| self.table.columns.iter().map(|c| c.privacy).fold(Privacy::None, Ord::max))
    }

    /// Path of its file in the sources, for errors.
    pub(crate) fn file(&self) -> String {
        format!("queries/{}.sql", self.table.name)
    }
}

/// A column declared less private than what flows into it, or the rows of a table less private than what chose them
/// or than its most private column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lowered {
    /// The column; [`Lowered::ROWS`] for the rows.
    pub(crate) column: String,
    /// The class that it is declared to have.
    pub(crate) to: Privacy,
    /// Why that is right.
    pub(crate) reason: String,
}

impl Lowered {
    /// Stands for the rows of a table, which no column may be named after.
    pub(crate) const ROWS: &str = "rows";
}
