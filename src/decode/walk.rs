//! Walks one record along its plan, straight from the tokenizer into the columns: no tree in between.
//!
//! serde's own messages quote values, so every fault is recorded in [`Rows::fault`] and the message that travels through
//! serde is empty.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    names::Name,
    plan::{Action, ObjectPlan},
    reference::Reference,
    rows::{Faulty, Rows, Scalar, expected},
};
use crate::catalog::{Column, Shape};

/// Turns a recorded fault into the error that unwinds the walk.
fn stop<E: Error>(_: Faulty) -> E {
    E::custom("")
}

/// Reads one item of `items`.
pub(super) struct Record<'w, 'p> {
    pub(super) rows: &'w mut Rows<'p>,
    pub(super) plan: &'p ObjectPlan,
}

impl<'de> DeserializeSeed<'de> for Record<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(ObjectWalk { rows: &mut *self.rows, plan: self.plan, property: "" })?;
        self.rows.finish_record().map_err(stop)
    }
}

/// Walks the properties of one object.
struct ObjectWalk<'w, 'p> {
    rows: &'w mut Rows<'p>,
    plan: &'p ObjectPlan,
    property: &'p str,
}

impl ObjectWalk<'_, '_> {
    /// An object was declared and something else was found.
    fn other<E: Error>(self, found: &'static str) -> Result<(), E> {
        let column = first_column(self.plan);
        let failed = self.rows.fail(column, "an object", found).map_err(stop);
        if let (Some(fault), false) = (&mut self.rows.fault, self.property.is_empty()) {
            fault.property = self.property.to_owned();
        }
        failed
    }
}

fn first_column(plan: &ObjectPlan) -> usize {
    plan.properties
        .iter()
        .find_map(|(_, action)| match action {
            Action::Column(column) | Action::Named { column, .. } => Some(*column),
            _ => None,
        })
        .unwrap_or(0)
}

impl<'de> DeserializeSeed<'de> for ObjectWalk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectWalk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut likely = 0;
        while let Some(key) = map.next_key_seed(KeySeed { plan: self.plan, likely })? {
            let rows = &mut *self.rows;
            let (index, name) = match key {
                Key::Known(index) => (index, None),
                Key::Unknown(name) => (usize::MAX, Some(name)),
            };
            let Some((property, action)) = self.plan.properties.get(index) else {
                rows.keep_extra(name.as_deref().unwrap_or_default(), raw(&mut map)?);
                continue;
            };
            likely = index + 1;
            match action {
                Action::Column(column) if rows.has(*column) => rows.keep_extra(property, raw(&mut map)?),
                Action::Column(column) => match rows.column(*column) {
                    Some(c) if c.undocumented => undocumented(rows, property, *column, c, raw(&mut map)?),
                    Some(c) => {
                        let read =
                            map.next_value_seed(ColumnSeed { rows: &mut *rows, property, index: *column, column: c });
                        read.inspect_err(|_| rows.unread = rows.unread.or(Some(*column)))?;
                    }
                    None => map.next_value::<IgnoredAny>().map(|_| ())?,
                },
                Action::Named { column, .. } if rows.has(*column) => rows.keep_extra(property, raw(&mut map)?),
                Action::Named { column, rank } => rows.named(*column, *rank, property, raw(&mut map)?),
                Action::Value(plan) if rows.has(plan.json) => rows.keep_extra(property, raw(&mut map)?),
                Action::Value(plan) => rows.value(plan, raw(&mut map)?).map_err(stop)?,
                Action::Object(plan) => {
                    rows.extra.enter(property);
                    let read = map.next_value_seed(ObjectWalk { rows: &mut *rows, plan, property });
                    read.inspect_err(|_| rows.unread = rows.unread.or(Some(first_column(plan))))?;
                    rows.extra.leave();
                }
                Action::Constant(constant) => {
                    let text = raw(&mut map)?;
                    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                    if inner != Some(constant.as_str()) {
                        rows.keep_extra(property, text);
                    }
                }
                Action::Skip => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        settle_names(self.rows, self.plan).map_err(stop)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        // A null object means null columns; a null record is not a record.
        if self.property.is_empty() { self.other("null") } else { Ok(()) }
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.other("a boolean")
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.other("a number")
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.other("a number")
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.other("a number")
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.other("a string")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.other("a list")
    }
}

/// Reads the properties of an object that came under one of several names.
fn settle_names(rows: &mut Rows<'_>, plan: &ObjectPlan) -> Result<(), Faulty> {
    if rows.names.is_empty() {
        return Ok(());
    }
    for (_, action) in &plan.properties {
        let Action::Named { column: index, .. } = action else { continue };
        let (Some(Name { property, raw, .. }), Some(column)) = (rows.names.remove(index), rows.column(*index)) else {
            continue;
        };
        if column.undocumented {
            undocumented(rows, &property, *index, column, &raw);
            continue;
        }
        let seed = ColumnSeed { rows: &mut *rows, property: &property, index: *index, column };
        if seed.deserialize(&mut serde_json::Deserializer::from_str(&raw)).is_err() {
            return if rows.fault.is_some() { Err(Faulty) } else { rows.fail_unread(*index) };
        }
    }
    Ok(())
}

fn raw<'de, A: MapAccess<'de>>(map: &mut A) -> Result<&'de str, A::Error> {
    map.next_value::<&RawValue>().map(RawValue::get)
}

/// Reads a property whose type is not documented: what does not fit its column is kept in `_extra`.
fn undocumented(rows: &mut Rows<'_>, property: &str, index: usize, column: &Column, raw: &str) {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    if (ColumnSeed { rows: &mut *rows, property, index, column }).deserialize(&mut deserializer).is_err() {
        rows.fault = None;
        rows.keep_extra(property, raw);
    }
}

/// A property's name, looked up without copying it.
struct KeySeed<'p> {
    plan: &'p ObjectPlan,
    likely: usize,
}

enum Key {
    Known(usize),
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        Ok(self.plan.find(name, self.likely).map_or_else(|| Key::Unknown(name.to_owned()), Key::Known))
    }
}

/// Reads the value of one property into its column.
struct ColumnSeed<'w, 'p, 'n> {
    rows: &'w mut Rows<'p>,
    property: &'n str,
    index: usize,
    column: &'n Column,
}

impl<'de> DeserializeSeed<'de> for ColumnSeed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.column.shape {
            Shape::Json { .. } | Shape::Reading(_) => {
                let raw = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
                self.rows.json(self.index, raw.get()).map_err(stop)
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl ColumnSeed<'_, '_, '_> {
    fn scalar<E: Error>(self, scalar: Scalar<'_>) -> Result<(), E> {
        self.rows.scalar(self.index, scalar).map_err(stop)
    }

    fn other<E: Error>(self, found: &'static str) -> Result<(), E> {
        self.rows.fail(self.index, expected(self.column.shape), found).map_err(stop)
    }
}

impl<'de> Visitor<'de> for ColumnSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(expected(self.column.shape))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Scalar::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Scalar::Boolean(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Scalar::Integer(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.scalar(Scalar::Integer(value)),
            Err(_) => self.other("a larger number"),
        }
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Scalar::Number(value))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(Scalar::Text(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.column.shape != Shape::Reference {
            return self.other("an object");
        }
        let Reference { id, unknown } = Reference::of(&mut map)?;
        let Some(id) = id else { return self.other("an object without a text `id`") };
        if !unknown.is_empty() {
            self.rows.keep_extra_below(self.property, &unknown);
        }
        self.rows.reference(self.index, &id).map_err(stop)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut texts = Vec::new();
        match self.column.shape {
            Shape::Strings => {
                while let Some(item) = list.next_element::<&RawValue>()? {
                    match serde_json::from_str::<String>(item.get()) {
                        Ok(text) => texts.push(text),
                        Err(_) => return self.other("a list that holds something else"),
                    }
                }
            }
            Shape::References => {
                let mut kept = Vec::new();
                while let Some(item) = list.next_element::<&RawValue>()? {
                    let found = serde_json::from_str::<Reference<'_>>(item.get());
                    let Some((id, unknown)) = found.ok().and_then(|r| r.id.map(|id| (id, r.unknown))) else {
                        return self.other("a list that holds something else");
                    };
                    texts.push(id.into_owned());
                    if !unknown.is_empty() {
                        kept.push(item.get());
                    }
                }
                if !kept.is_empty() {
                    self.rows.keep_extra(self.property, &format!("[{}]", kept.join(",")));
                }
            }
            _ => return self.other("a list"),
        }
        self.rows.texts(self.index, &texts).map_err(stop)
    }
}
