//! The statements of one table.

use super::{
    dialect::{Comments, Dialect, Nulls, Rows, Traits},
    rows::{self, Place},
    text::{TAG, literal, name},
};
use crate::{
    catalog::{AS_OF, LakeType, Privacy, Table, TableColumn},
    lake::{Described, DescribedColumn, sentence},
};

/// The statements that declare a table, say what it means, and fill it with the newest day where one is published.
pub(super) fn of_table(table: &Table, dialect: Dialect, place: &Place<'_>) -> String {
    let traits = dialect.traits();
    let words = Words::of(table);
    let mut sql = String::new();
    if traits.comments == Comments::Lines {
        sql.push_str(&format!("-- {}: {}\n", table.name, words.table));
    }
    let all: Vec<TableColumn> = table.columns.iter().cloned().chain([as_of()]).collect();
    // Where the partition key is declared apart, by a type of its own.
    let apart = matches!(dialect, Dialect::Athena | Dialect::Redshift);
    let without_key = apart || traits.rows == Rows::Files;
    let declared: Vec<&TableColumn> = all.iter().filter(|c| !(without_key && c.name == AS_OF)).collect();
    let lines: Vec<String> = declared.iter().map(|c| column(c, &traits, &words)).collect();
    let columns = lines
        .iter()
        .zip(&declared)
        .enumerate()
        .map(|(at, (line, c))| {
            let comma = if at + 1 < lines.len() { "," } else { "" };
            let told = match traits.comments {
                Comments::Lines => format!(" -- {}", words.column(&c.name)),
                _ => String::new(),
            };
            format!("  {line}{comma}{told}\n")
        })
        .collect::<String>();
    sql.push_str(&format!("{} {} (\n{columns})", create(dialect), name(&table.name, &traits)));
    sql.push_str(&rows::clauses(table, dialect, place, &words.table));
    sql.push_str(";\n");
    if traits.comments == Comments::Statements {
        sql.push_str(&comment_statements(table, &traits, &words));
    }
    sql.push_str(&tags(table, dialect, &traits));
    sql.push_str(&rows::statements(table, dialect, place));
    sql
}

fn create(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Athena | Dialect::Redshift => "CREATE EXTERNAL TABLE",
        Dialect::Bigquery => "CREATE OR REPLACE EXTERNAL TABLE",
        _ => "CREATE TABLE",
    }
}

fn as_of() -> TableColumn {
    TableColumn::new(AS_OF, LakeType::Date, false, Privacy::None, "The day that the row describes.")
}

fn column(column: &TableColumn, traits: &Traits, words: &Words) -> String {
    let sql_type = traits.sql_type(column.lake_type);
    let sql_type = match traits.nulls {
        Nulls::Wrapped if column.nullable && column.lake_type != LakeType::StringList => {
            format!("Nullable({sql_type})")
        }
        Nulls::NotNull if !column.nullable => format!("{sql_type} NOT NULL"),
        _ => sql_type.to_owned(),
    };
    let told = literal(&words.column(&column.name), traits.escapes);
    let told = match traits.comments {
        Comments::Clauses => format!(" COMMENT {told}"),
        Comments::Options => format!(" OPTIONS (description = {told})"),
        Comments::Statements | Comments::Lines => String::new(),
    };
    format!("{} {sql_type}{told}", name(&column.name, traits))
}

fn comment_statements(table: &Table, traits: &Traits, words: &Words) -> String {
    let of_table = name(&table.name, traits);
    let mut sql = format!("COMMENT ON TABLE {of_table} IS {};\n", literal(&words.table, traits.escapes));
    for column in table.columns.iter().map(|c| c.name.as_str()).chain([AS_OF]) {
        let told = literal(&words.column(column), traits.escapes);
        sql.push_str(&format!("COMMENT ON COLUMN {of_table}.{} IS {told};\n", name(column, traits)));
    }
    sql
}

/// Classes as tags, which masking policies can be bound to.
fn tags(table: &Table, dialect: Dialect, traits: &Traits) -> String {
    let of_table = name(&table.name, traits);
    let tag = |c: &TableColumn| {
        let of_column = name(&c.name, traits);
        match dialect {
            Dialect::Snowflake => {
                format!("ALTER TABLE {of_table} MODIFY COLUMN {of_column} SET TAG {TAG} = '{}';\n", c.privacy)
            }
            Dialect::Databricks => {
                format!("ALTER TABLE {of_table} ALTER COLUMN {of_column} SET TAGS ('{TAG}' = '{}');\n", c.privacy)
            }
            _ => String::new(),
        }
    };
    table.columns.iter().filter(|c| c.privacy != Privacy::None).map(tag).collect()
}

/// A table and its columns in words.
struct Words {
    table: String,
    described: Described,
}

impl Words {
    fn of(table: &Table) -> Self {
        let described = Described::from(table);
        let most = table.columns.iter().map(|c| c.privacy).max().unwrap_or_default();
        Self { table: format!("{} Privacy: up to {most}.", sentence(&table.meaning)), described }
    }

    fn column(&self, name: &str) -> String {
        let known = self.described.columns.get(name).cloned();
        known.unwrap_or_else(|| DescribedColumn::from(&as_of())).in_words()
    }
}
