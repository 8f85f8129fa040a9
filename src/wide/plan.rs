//! Which columns a tenant's definitions become.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{
    definition::{Definition, Sorting},
    kind::Kind,
    meaning::{defined, meaning},
    names::{snake, unique},
    takes::{Takes, takes},
};
use crate::catalog::{
    LakeType, Privacy, Table, TableColumn, Zone,
    wide::{EMPLOYEE_ID, UNFORESEEN},
};

/// The columns of a wide table.
#[derive(Debug, Clone)]
pub(crate) struct WidePlan {
    declared: Table,
    pub(super) definitions: BTreeMap<String, Planned>,
    pub(super) columns: Vec<TableColumn>,
}

/// The columns of one definition.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Of each value.
    pub(super) kind: Kind,
    /// Whether the columns are lists.
    pub(super) lists: bool,
    /// How several values are sorted, where a person may have several.
    pub(super) multiple: Option<Sorting>,
    pub(super) parts: Vec<Part>,
}

impl Planned {
    /// Whether a person may have several values.
    pub(super) fn several(&self) -> bool {
        self.multiple.is_some()
    }
}

/// One column and what it takes of a value.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) column: usize,
    /// Property of an object; `None` for the whole value.
    pub(super) property: Option<String>,
    pub(super) takes: Takes,
}

impl WidePlan {
    /// Plans the columns for `definitions`, between those that `declared` has for every tenant. `known` says which type a column had in earlier snapshots: a definition whose
    /// type changed gets a new column, so that old snapshots stay readable beside new ones. All definitions have their names,
    /// those that are not `wanted` no columns: a name means the same whatever is wanted.
    pub(crate) fn new(
        declared: &Table,
        definitions: &[Definition],
        known: &BTreeMap<String, LakeType>,
        wanted: impl Fn(&str) -> bool,
    ) -> Self {
        let mut definitions: Vec<&Definition> = definitions.iter().collect();
        definitions.sort_by(|a, b| a.id.cmp(&b.id));
        let mut taken: HashSet<String> = declared.columns.iter().map(|c| c.name.clone()).collect();
        taken.insert(crate::catalog::AS_OF.to_owned());
        let (last, first): (Vec<_>, Vec<_>) =
            declared.columns.iter().cloned().partition(|column| column.name == UNFORESEEN);
        let mut plan = Self { declared: declared.clone(), definitions: BTreeMap::new(), columns: first };
        for definition in definitions {
            let schema = serde_json::from_str::<Value>(&definition.schema).unwrap_or_default();
            let (kind, lists) = match Kind::of(&definition.id, &schema) {
                Kind::List(item) => (*item, true),
                kind => (kind, definition.multiple.is_some()),
            };
            let multiple = definition.multiple.clone();
            let mut parts = Vec::new();
            // The employee's own identifier is the first column already.
            if snake(&definition.id) == EMPLOYEE_ID {
                plan.definitions.insert(definition.id.clone(), Planned { kind, lists, multiple, parts });
                continue;
            }
            for (property, takes, suffix, lake_type) in takes(&kind, lists) {
                let mut name = snake(&definition.id);
                for part in property
                    .as_deref()
                    .map(snake)
                    .iter()
                    .map(String::as_str)
                    .chain((!suffix.is_empty()).then_some(suffix))
                {
                    name = format!("{name}_{part}");
                }
                let mut name = unique(name, &mut taken);
                if known.get(&name).is_some_and(|before| *before != lake_type) {
                    name = unique(format!("{name}_{lake_type}"), &mut taken);
                }
                if !wanted(&definition.id) {
                    continue;
                }
                let told = defined(definition, &schema, &kind, property.as_deref());
                let meaning = meaning(definition, &schema, &told, &takes);
                parts.push(Part { column: plan.columns.len(), property, takes });
                // How private it is depends on the split, which does not matter to the values.
                let column = TableColumn::new(&name, lake_type, true, Privacy::Sensitive, &meaning);
                let (source, definition) = (told.path(), Some(Box::new(told)));
                plan.columns.push(TableColumn { source, definition, ..column });
            }
            if !wanted(&definition.id) {
                continue;
            }
            plan.definitions.insert(definition.id.clone(), Planned { kind, lists, multiple, parts });
        }
        plan.columns.extend(last);
        plan
    }

    /// The table. `class` says how private the values of a definition are; in the personal zone all are sensitive.
    pub(crate) fn table(&self, class: impl Fn(&str) -> Privacy) -> Table {
        let mut columns = self.columns.clone();
        let of = |definition: &str| {
            if self.declared.zone == Zone::Personal { Privacy::Sensitive } else { class(definition) }
        };
        // It holds values of any of the definitions.
        let most_private = self.definitions.keys().map(|id| of(id)).fold(Privacy::None, Ord::max);
        for column in columns.iter_mut().filter(|c| c.name != EMPLOYEE_ID) {
            column.privacy = column.definition.as_ref().map_or(most_private, |definition| of(&definition.id));
        }
        Table { columns, ..self.declared.clone() }
    }

    /// The type of each column.
    pub(crate) fn types(&self) -> BTreeMap<String, LakeType> {
        self.columns.iter().map(|c| (c.name.clone(), c.lake_type)).collect()
    }

    /// Types of records whose names are needed.
    pub(crate) fn named(&self) -> Vec<String> {
        let parts = self.definitions.values().flat_map(|d| &d.parts);
        let mut named: Vec<String> =
            parts.filter_map(|part| if let Takes::Name(of) = &part.takes { Some(of.clone()) } else { None }).collect();
        named.sort();
        named.dedup();
        named
    }
}
