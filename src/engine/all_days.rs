//! The tables of all days beside those of the day that is read: `all_days.employees`, as in the views for DuckDB, and
//! `all_days_employees`, as in those for Spark.
//!
//! Knowing them means reading every manifest, so it is done for statements that name one.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    catalog::MemorySchemaProvider, common::TableReference, datasource::TableProvider, sql::sqlparser::tokenizer::Token,
};

use super::{EngineError, Session, TableFiles, provider::FileTable, tokens::tokens};
use crate::catalog::ALL_DAYS;

/// Whether the statement names a table of all days.
pub(crate) fn named_in(sql: &str) -> bool {
    // Most statements are not even close, and tokens are dear.
    sql.to_lowercase().contains(ALL_DAYS) && words(sql).any(|word| word.starts_with(ALL_DAYS))
}

/// Makes the tables of all days known, which are named in `sql`. A table that cannot be read over its dates is left out, if
/// the statement does not name it.
///
/// # Errors
/// [`EngineError::TableConflict`] when the dates of a table that it names disagree on a column's type.
pub(crate) fn register(session: &Session, tables: &[TableFiles], sql: &str) -> Result<(), EngineError> {
    let context = session.context();
    let defaults = context.copied_config().options().catalog.default_catalog.clone();
    let catalog = context.catalog(&defaults).ok_or_else(|| EngineError::Internal { message: "no catalog".into() })?;
    let schema = Arc::new(MemorySchemaProvider::new());
    catalog.register_schema(ALL_DAYS, schema).map_err(EngineError::running)?;
    let mut by_name: BTreeMap<&str, Vec<&TableFiles>> = BTreeMap::new();
    for table in tables {
        by_name.entry(&table.table).or_default().push(table);
    }
    for (name, dates) in by_name {
        let prefixed = format!("{ALL_DAYS}_{name}");
        let provider: Arc<dyn TableProvider> = match FileTable::try_new(name, &dates) {
            Ok(provider) => Arc::new(provider),
            Err(conflict) if words(sql).any(|word| word == name || word == prefixed) => return Err(conflict),
            Err(_) => continue,
        };
        for reference in [TableReference::bare(prefixed), TableReference::partial(ALL_DAYS, name)] {
            context.deregister_table(reference.clone()).map_err(EngineError::running)?;
            context.register_table(reference, Arc::clone(&provider)).map_err(EngineError::running)?;
        }
    }
    Ok(())
}

/// The words of a statement in lower case.
fn words(sql: &str) -> impl Iterator<Item = String> {
    tokens(sql).into_iter().filter_map(|(token, _)| match token {
        Token::Word(word) => Some(word.value.to_lowercase()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
