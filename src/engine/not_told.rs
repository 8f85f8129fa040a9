//! What follows for queries from columns that are null because no API told them: each is made without them and says so, or
//! not made at all, but never made wrong.
//!
//! A column of the result that is null in every row for that is as little told as those that it is made of. Where such a
//! column reaches the result in any other way, through the rows that it chose (filters, joins, groups, order) or a value that
//! is made of it beside others, nobody can know what the query would have said: its table is left out, unless its heading
//! says by `-- without table.column: <reason>` that null there is right. What reaches what is computed from the plan, as it is
//! for [`privacy`](super::privacy).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub(crate) use super::nulls::Columns;
use super::{
    EngineError, Parameters, Session, derive, nulls, prepared,
    privacy::{self, Classes},
    query,
};
use crate::catalog::{DerivedTable, Privacy, QualityRule, Table, Without};

/// Columns that nobody told, among tables that queries read.
#[derive(Debug)]
pub(crate) struct NotTold {
    columns: Columns,
    /// For columns of internal tables, of which nobody has heard, those that they are made of; all as `table.column`.
    made_of: BTreeMap<String, BTreeSet<String>>,
    tables: Vec<Table>,
    session: Session,
}

/// What follows for one query.
#[derive(Debug, Default, PartialEq, Eq)]
struct Effect {
    /// Columns of the result that are null in every row, with those that reach them.
    nulls: BTreeMap<String, BTreeSet<String>>,
    /// Columns without which the result would be wrong, as `table.column`.
    lacking: BTreeSet<String>,
}

impl NotTold {
    /// `columns` of some of the `tables`: those of the API and all that queries make of them.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub(crate) fn new(tables: Vec<Table>, columns: Columns) -> Result<Self, EngineError> {
        let session = Session::of_declared(&tables)?;
        Ok(Self { columns, made_of: BTreeMap::new(), tables, session })
    }

    /// The columns that nobody told, with those of what queries make of them.
    pub(crate) fn into_columns(self) -> Columns {
        self.columns
    }

    /// Follows the columns through `queries`: adds those of derived tables that are null for that, and tells which tables
    /// cannot be made, with what they lack. `api_tables` are the names of all tables that are not derived.
    ///
    /// # Errors
    /// When a query cannot be planned, or the queries cannot be ordered.
    pub(crate) async fn follow(
        &mut self,
        queries: &[DerivedTable],
        api_tables: &[&str],
    ) -> Result<BTreeMap<String, BTreeSet<String>>, EngineError> {
        let mut lacking = BTreeMap::new();
        for query in queries {
            self.columns.remove(&query.table.name);
        }
        for step in derive::order(queries, api_tables)? {
            let Some(query) = queries.iter().find(|query| query.table.name == step.table) else { continue };
            let effect = self.effect(&query.sql, &query.without).await.map_err(|e| e.in_derived(&query.file()))?;
            if query.internal {
                let of_table =
                    |(column, of): (&String, &BTreeSet<String>)| (format!("{}.{column}", step.table), of.clone());
                self.made_of.extend(effect.nulls.iter().map(of_table));
            }
            if !effect.nulls.is_empty() {
                self.columns.insert(step.table.clone(), effect.nulls.into_keys().collect());
            }
            if !effect.lacking.is_empty() {
                lacking.insert(step.table, effect.lacking);
            }
        }
        Ok(lacking)
    }

    /// What a rule lacks to find what it is about.
    ///
    /// # Errors
    /// When it cannot be planned.
    pub(crate) async fn lacking(&self, rule: &QualityRule) -> Result<BTreeSet<String>, EngineError> {
        let effect = self.effect(&rule.sql, &rule.without).await;
        effect.map(|effect| effect.lacking).map_err(|error| error.in_derived(&rule.file()))
    }

    async fn effect(&self, sql: &str, without: &[Without]) -> Result<Effect, EngineError> {
        let reads = prepared::reads(&self.session, sql)?;
        let concerned = self.columns.iter().filter(|(table, _)| reads.contains(*table));
        let concerned: Vec<(&str, &str)> = concerned
            .flat_map(|(table, columns)| columns.iter().map(|column| (table.as_str(), column.as_str())))
            .collect();
        if concerned.is_empty() {
            return Ok(Effect::default());
        }
        let parameters = Parameters::of_day(Some(NaiveDate::default()));
        let planned = query::plan(&self.session, sql, &parameters).await?;
        let nulls: Vec<bool> = nulls::columns(planned.logical(), &self.columns);
        let reached = |some: &[(&str, &str)]| {
            let marked = Classes::marking(&self.tables, |table, column| some.contains(&(table, column)));
            let computed = privacy::computed(&planned, &marked);
            let is_reached = |class: Privacy| class > Privacy::None;
            let columns: Vec<bool> = computed.columns.iter().map(|(_, class)| is_reached(*class)).collect();
            let is_wrong = columns.iter().zip(&nulls).any(|(is_reached, is_null)| *is_reached && !is_null);
            (columns, is_wrong || is_reached(computed.rows))
        };
        let named = planned.headings().iter().zip(&nulls).filter(|(_, is_null)| **is_null);
        let mut effect =
            Effect { nulls: named.map(|(n, _)| (n.clone(), BTreeSet::new())).collect(), ..Effect::default() };
        let declared = |(table, column): &(&str, &str)| without.iter().any(|w| w.is_column(table, column));
        let unsaid: Vec<(&str, &str)> = concerned.iter().filter(|one| !declared(one)).copied().collect();
        let to_be_told = reached(&unsaid).1 || !effect.nulls.is_empty();
        for one in concerned.iter().filter(|_| to_be_told) {
            let (columns, is_wrong) = reached(&[*one]);
            let name = format!("{}.{}", one.0, one.1);
            let names = self.made_of.get(&name).cloned().unwrap_or_else(|| BTreeSet::from([name]));
            for (column, _) in planned.headings().iter().zip(columns).filter(|(_, is_reached)| *is_reached) {
                effect.nulls.get_mut(column).iter_mut().for_each(|of| of.extend(names.iter().cloned()));
            }
            if is_wrong && unsaid.contains(one) {
                effect.lacking.extend(names);
            }
        }
        Ok(effect)
    }
}

#[cfg(test)]
mod tests;
