//! A walk over a plan, and what its nodes and expressions tell each other: plans contain expressions, which contain plans.

use std::collections::BTreeSet;

use datafusion::common::{Column, DFSchema};

use super::classes::Classes;
use crate::catalog::Privacy;

/// A walk over one plan.
#[derive(Debug)]
pub(super) struct Walk<'c> {
    pub(super) classes: &'c Classes,
    /// The statements around the subquery that is walked, the nearest last.
    pub(super) outer: Vec<Scope>,
    /// What recursive queries have produced so far, by their names, the nearest last.
    pub(super) recursive: Vec<(String, Flow)>,
    /// The most private column of each relation read so far.
    pub(super) relations: Vec<Privacy>,
}

impl<'c> Walk<'c> {
    pub(super) fn new(classes: &'c Classes) -> Self {
        Self { classes, outer: Vec::new(), recursive: Vec::new(), relations: Vec::new() }
    }
}

/// Columns that expressions can name.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) schema: DFSchema,
    pub(super) flow: Flow,
}

/// Something that flows into an expression: a column, or the answer of a subquery.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) class: Privacy,
    pub(super) origins: BTreeSet<usize>,
    /// It is the answer of a subquery, which by itself says only whether a row is there.
    pub(super) subquery: bool,
}

impl Scope {
    pub(super) fn read(&self, column: &Column) -> Option<Read> {
        let index = self.schema.maybe_index_of_column(column)?;
        self.flow.columns.get(index).map(|c| Read { class: c.class, origins: c.origins.clone(), subquery: false })
    }

    /// For what cannot be told apart.
    pub(super) fn everything(&self) -> Read {
        Read { class: self.flow.most_private(), origins: self.flow.origins(), subquery: false }
    }
}

pub(super) fn most_private(reads: &[Read]) -> Privacy {
    reads.iter().map(|read| read.class).fold(Privacy::None, Ord::max)
}

/// The column that an expression becomes.
pub(super) fn column(reads: &[Read]) -> Flowing {
    Flowing {
        class: most_private(reads),
        constant: reads.is_empty(),
        origins: reads.iter().flat_map(|r| r.origins.iter().copied()).collect(),
    }
}

/// One column on its way through a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flowing {
    pub(super) class: Privacy,
    /// No column flows into it.
    pub(super) constant: bool,
    /// The relations whose rows its values are of.
    pub(super) origins: BTreeSet<usize>,
}

/// What comes out of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) columns: Vec<Flowing>,
    pub(super) rows: Privacy,
}

impl Flow {
    pub(super) fn most_private(&self) -> Privacy {
        self.columns.iter().map(|c| c.class).fold(self.rows, Ord::max)
    }

    pub(super) fn origins(&self) -> BTreeSet<usize> {
        self.columns.iter().flat_map(|c| c.origins.iter().copied()).collect()
    }
}
