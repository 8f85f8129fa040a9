//! A resource's columns arranged as the tree of JSON objects that they are read from.

use crate::catalog::{Column, Reading, Resource, Shape};

/// What to do with each property of one JSON object.
#[derive(Debug, Default)]
pub(super) struct ObjectPlan {
    pub(super) properties: Vec<(String, Action)>,
    /// Where its own places begin among those of all the objects of the plan: one for each property, and one more.
    pub(super) place: usize,
    /// Whether names are compared without regard to case, as those of the older APIs vary.
    pub(super) any_case: bool,
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
        let mut root = Self { any_case: resource.any_case(), ..Self::default() };
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
        // The older APIs know none of these: what is called so there is data.
        if resource.route.is_none() {
            root.properties.push(("type".into(), Action::Constant(resource.item_type.clone())));
            root.properties.push(("links".into(), Action::Skip));
            root.properties.push(("embedded".into(), Action::Skip));
        }
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
        let any_case = self.any_case;
        for (name, existing) in &mut self.properties {
            if let (true, Action::Object(child)) = (is_same(name, head, any_case), existing) {
                return child.insert(rest, action);
            }
        }
        let mut child = Self { any_case, ..Self::default() };
        child.insert(rest, action);
        self.properties.push((head.to_owned(), Action::Object(child)));
    }

    /// Index of the property called `name`.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let exact = self.properties.iter().position(|(property, _)| property == name);
        exact.or_else(|| self.properties.iter().position(|(property, _)| is_same(property, name, self.any_case)))
    }
}

fn is_same(one: &str, other: &str, any_case: bool) -> bool {
    if any_case { one.eq_ignore_ascii_case(other) } else { one == other }
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
