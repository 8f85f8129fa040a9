//! Columns that flow through a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::Privacy,
    engine::flow::{How, Value},
};

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Field {
    /// The table.
    pub(crate) table: String,
    /// The column.
    pub(crate) column: String,
}

/// Columns, each with the ways in which it flows.
pub(crate) type Fields = BTreeMap<Field, BTreeSet<How>>;

/// What flows into a column or the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lineage {
    /// How private it is by the declared classes of the columns.
    pub(super) class: Privacy,
    /// The columns.
    pub(super) fields: Fields,
}

/// What a table is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// Each column by its name.
    pub(super) columns: BTreeMap<String, Lineage>,
    /// The rows.
    pub(super) rows: Lineage,
}

impl Lineage {
    /// A column as it is.
    pub(super) fn of(field: Field, class: Privacy) -> Self {
        Self { class, fields: BTreeMap::from([(field, BTreeSet::from([How::Identity]))]) }
    }

    /// The columns, but for what is already said of all rows.
    pub(super) fn beside(&self, rows: &Self) -> Fields {
        let own = |(field, ways): (&Field, &BTreeSet<How>)| {
            let said = rows.fields.get(field);
            let is_own = |how: &&How| how.is_direct() || said.is_none_or(|said| !said.contains(how));
            let ways: BTreeSet<How> = ways.iter().filter(is_own).copied().collect();
            (!ways.is_empty()).then(|| (field.clone(), ways))
        };
        self.fields.iter().filter_map(own).collect()
    }
}

impl Value for Lineage {
    fn unknown() -> Self {
        Self { class: Privacy::unknown(), fields: BTreeMap::new() }
    }

    fn class(&self) -> Privacy {
        self.class
    }

    fn add(&mut self, other: &Self) -> bool {
        let mut is_more = self.class.add(&other.class);
        for (field, ways) in &other.fields {
            match self.fields.get_mut(field) {
                Some(known) => ways.iter().for_each(|how| is_more |= known.insert(*how)),
                None => {
                    self.fields.insert(field.clone(), ways.clone());
                    is_more = true;
                }
            }
        }
        is_more
    }

    fn by(self, how: How) -> Self {
        let went = |ways: BTreeSet<How>| ways.into_iter().map(|before| before.then(how)).collect();
        Self { fields: self.fields.into_iter().map(|(field, ways)| (field, went(ways))).collect(), ..self }
    }
}
