//! A resource's columns arranged as the tree of JSON objects that they are read from.

use crate::catalog::{Column, Reading, Resource, Shape};

/// What to do with each property of one JSON object.
#[derive(Debug, Default)]
pub(super) struct ObjectPlan {
    pub(super) properties: Vec<(String, Action)>,
    /// Where its own places begin among those of all the objects of the plan: one for each property, and one more.
    pub(super) place: usize,
}

/// What to do with the value of one property.
#[derive(Debug)]
pub(super) enum Action {
    /// Append it to the column of that index.
    Column(usize),
    /// One of several names of the property that the column of that index takes; 0 is the first one.
    Named { column: usize, rank: usize },
    /// Keep its exact text in one column and its typed readings in others.
    Value(ValuePlan),
    /// Look inside.
    Object(ObjectPlan),
    /// It must be this text, which says nothing new.
    Constant(String),
    /// Transport, never data: `links` and `embedded`.
    Skip,
}

/// Columns fed by one value of any shape.
#[derive(Debug)]
pub(super) struct ValuePlan {
    pub(super) json: usize,
    pub(super) readings: Vec<(Reading, usize)>,
}

impl ObjectPlan {
    /// The plan for the items of a resource.
    pub(super) fn of(resource: &Resource) -> Self {
        let mut root = Self::default();
        for (index, column) in resource.columns.iter().enumerate() {
            if matches!(column.shape, Shape::Reading(_)) {
                continue;
            }
            if !column.aliases.is_empty() {
                let names = std::iter::once(&column.json).chain(&column.aliases);
                names.enumerate().for_each(|(rank, name)| root.insert(name, Action::Named { column: index, rank }));
                continue;
            }
            let readings = readings_of(column, &resource.columns);
            let action = if readings.is_empty() {
                Action::Column(index)
            } else {
                Action::Value(ValuePlan { json: index, readings })
            };
            root.insert(&column.json, action);
        }
        if !resource.item_type.is_empty() {
            root.properties.push(("type".into(), Action::Constant(resource.item_type.clone())));
        }
        root.properties.push(("links".into(), Action::Skip));
        root.properties.push(("embedded".into(), Action::Skip));
        root.number(0);
        root
    }

    /// Numbers the places of this object and of those inside it, and tells the next one.
    fn number(&mut self, place: usize) -> usize {
        self.place = place;
        let mut next = place + self.properties.len() + 1;
        for (_, action) in &mut self.properties {
            if let Action::Object(child) = action {
                next = child.number(next);
            }
        }
        next
    }

    fn insert(&mut self, path: &str, action: Action) {
        let Some((head, rest)) = path.split_once('.') else {
            self.properties.push((path.to_owned(), action));
            return;
        };
        for (name, existing) in &mut self.properties {
            if let (true, Action::Object(child)) = (name == head, existing) {
                return child.insert(rest, action);
            }
        }
        let mut child = Self::default();
        child.insert(rest, action);
        self.properties.push((head.to_owned(), Action::Object(child)));
    }

    /// Index of the property called `name`.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.properties.iter().position(|(property, _)| property == name)
    }
}

fn readings_of(column: &Column, all: &[Column]) -> Vec<(Reading, usize)> {
    if !matches!(column.shape, Shape::Json { .. }) {
        return Vec::new();
    }
    let reading = |(index, other): (usize, &Column)| match other.shape {
        Shape::Reading(reading) if other.json == column.json => Some((reading, index)),
        _ => None,
    };
    all.iter().enumerate().filter_map(reading).collect()
}
