//! A walk over a plan, and what its nodes and expressions tell each other: plans contain expressions, which contain plans.

use std::collections::BTreeSet;

use datafusion::common::{Column, DFSchema};

use super::{Tables, Value};
use crate::catalog::Privacy;

/// A walk over one plan.
#[derive(Debug)]
pub(super) struct Walk<'t, T: Tables> {
    pub(super) tables: &'t T,
    /// The statements around the subquery that is walked, the nearest last.
    pub(super) outer: Vec<Scope<T::Value>>,
    /// What recursive queries have produced so far, by their names, the nearest last.
    pub(super) recursive: Vec<(String, Flow<T::Value>)>,
    /// The most private column of each relation read so far.
    pub(super) relations: Vec<Privacy>,
}

impl<'t, T: Tables> Walk<'t, T> {
    pub(super) fn new(tables: &'t T) -> Self {
        Self { tables, outer: Vec::new(), recursive: Vec::new(), relations: Vec::new() }
    }
}

/// Columns that expressions can name.
#[derive(Debug, Clone)]
pub(super) struct Scope<V> {
    pub(super) schema: DFSchema,
    pub(super) flow: Flow<V>,
}

/// Something that flows into an expression: a column, or the answer of a subquery.
#[derive(Debug, Clone)]
pub(super) struct Read<V> {
    pub(super) value: V,
    pub(super) origins: BTreeSet<usize>,
    /// It is the answer of a subquery, which by itself says only whether a row is there.
    pub(super) subquery: bool,
}

impl<V: Value> Scope<V> {
    pub(super) fn read(&self, column: &Column) -> Option<Read<V>> {
        let index = self.schema.maybe_index_of_column(column)?;
        self.flow.columns.get(index).map(|c| Read {
            value: c.value.clone(),
            origins: c.origins.clone(),
            subquery: false,
        })
    }

    /// For what cannot be told apart.
    pub(super) fn everything(&self) -> Read<V> {
        Read { value: self.flow.all(), origins: self.flow.origins(), subquery: false }
    }
}

/// All that flows into an expression.
pub(super) fn together<V: Value>(reads: &[Read<V>]) -> V {
    V::all(reads.iter().map(|read| &read.value))
}

/// One column on its way through a plan.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flowing<V> {
    pub(crate) value: V,
    /// No column flows into it.
    pub(super) constant: bool,
    /// The relations whose rows its values are of.
    pub(super) origins: BTreeSet<usize>,
}

/// What comes out of a node.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Flow<V> {
    pub(crate) columns: Vec<Flowing<V>>,
    pub(crate) rows: V,
}

impl<V: Value> Flow<V> {
    /// What flows into any column.
    pub(super) fn values(&self) -> V {
        V::all(self.columns.iter().map(|column| &column.value))
    }

    /// What flows into any column, or into the rows.
    pub(super) fn all(&self) -> V {
        self.values().with(&self.rows)
    }

    pub(super) fn origins(&self) -> BTreeSet<usize> {
        self.columns.iter().flat_map(|c| c.origins.iter().copied()).collect()
    }
}
