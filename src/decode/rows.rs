//! The columns of one page under construction.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    column::ColumnBuilder,
    drift::Drift,
    error::Fault,
    extra::Extra,
    json::{Json, NotJson},
    names::Name,
    order::Order,
    plan::ValuePlan,
    time,
    value::Readings,
};
use crate::{
    catalog::{Column, Resource, Shape, matches_any},
    surrogates::{self, Repaired},
};

/// Columns, `_extra` and findings of the records walked so far.
#[derive(Debug)]
pub(super) struct Rows<'p> {
    columns: &'p [Column],
    /// Properties without a column that are no news, as patterns in lower case.
    tenant_properties: &'p [String],
    pub(super) builders: Vec<ColumnBuilder>,
    /// Which columns the record being walked has a value in.
    filled: Vec<bool>,
    pub(super) extras: Vec<Option<String>>,
    pub(super) extra: Extra<'p>,
    pub(super) drift: Drift,
    pub(super) fault: Option<Fault>,
    /// Which property came after which so far.
    pub(super) order: Order,
    /// Properties of the record that came under one of several names, by column.
    pub(super) names: BTreeMap<usize, Name>,
    /// Whether a property may come twice in different case.
    any_case: bool,
    /// The page's text, where lone surrogates were replaced in it.
    repaired: Option<&'p Repaired<'p>>,
}

/// Marks that [`Rows::fault`] says what went wrong; nothing there, the text is not JSON.
#[derive(Debug)]
pub(super) struct Faulty;

impl From<NotJson> for Faulty {
    fn from(_: NotJson) -> Self {
        Self
    }
}

/// A scalar of JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scalar<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(&'a str),
}

impl Scalar<'_> {
    fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a string",
        }
    }
}

impl<'p> Rows<'p> {
    pub(super) fn new(resource: &'p Resource, any_case: bool, repaired: Option<&'p Repaired<'p>>) -> Self {
        let columns = resource.columns.as_slice();
        let builders = columns.iter().map(|c| ColumnBuilder::new(c.shape.lake_type())).collect();
        let filled = vec![false; columns.len()];
        let (extras, extra, drift, fault, order, names) = Default::default();
        let tenant_properties = resource.tenant_properties.as_slice();
        Self {
            columns,
            tenant_properties,
            builders,
            filled,
            extras,
            extra,
            drift,
            fault,
            order,
            names,
            any_case,
            repaired,
        }
    }

    /// Records finished so far.
    pub(super) fn count(&self) -> usize {
        self.extras.len()
    }

    /// Whether the record being walked already has a value in that column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.filled.get(column).is_none_or(|filled| *filled)
    }

    fn fill(&mut self, column: usize) {
        if let Some(filled) = self.filled.get_mut(column) {
            *filled = true;
        }
    }

    pub(super) fn column(&self, index: usize) -> Option<&'p Column> {
        self.columns.get(index)
    }

    /// Appends a scalar to a column that takes it exactly, or records the fault.
    pub(super) fn scalar(&mut self, index: usize, scalar: Scalar<'_>) -> Result<(), Faulty> {
        let (Some(column), Some(builder)) = (self.columns.get(index), self.builders.get_mut(index)) else {
            return self.fail(index, "a property of the schema", "another");
        };
        match (column.shape, builder, scalar) {
            (Shape::String, ColumnBuilder::String(b), Scalar::Text(text)) => {
                b.append_value(text);
                if !column.known_values.is_empty() && !column.known_values.iter().any(|known| known == text) {
                    self.drift.value(column, text);
                }
            }
            (Shape::Boolean, ColumnBuilder::Boolean(b), Scalar::Boolean(value)) => b.append_value(value),
            (Shape::Int32, ColumnBuilder::Int32(b), Scalar::Integer(value)) => match i32::try_from(value) {
                Ok(value) => b.append_value(value),
                Err(_) => return self.fail(index, "a whole number of 32 bits", "a larger number"),
            },
            (Shape::Int64, ColumnBuilder::Int64(b), Scalar::Integer(value)) => b.append_value(value),
            (Shape::Int32, _, Scalar::Number(_)) => {
                return self.fail(index, "a whole number of 32 bits", "another number");
            }
            (Shape::Double, ColumnBuilder::Double(b), Scalar::Number(value)) => b.append_value(value),
            (Shape::Double, ColumnBuilder::Double(b), Scalar::Integer(value)) => match exact_double(value) {
                Some(value) => b.append_value(value),
                None => return self.fail(index, "a number that a double holds exactly", "a larger whole number"),
            },
            (Shape::Date, ColumnBuilder::Date(b), Scalar::Text(text)) => match time::date(text) {
                Some(days) => b.append_value(days),
                None => return self.fail(index, "a date YYYY-MM-DD", "another text"),
            },
            (Shape::Timestamp, ColumnBuilder::Timestamp(b), Scalar::Text(text)) => match time::timestamp(text) {
                Some(micros) => b.append_value(micros),
                None => return self.fail(index, "an RFC 3339 date-time with an offset", "another text"),
            },
            (Shape::Id, ColumnBuilder::String(b), Scalar::Text(text)) if !text.is_empty() => b.append_value(text),
            (Shape::Id, _, Scalar::Text(_)) => return self.fail(index, expected(column.shape), "an empty string"),
            (Shape::LocalDate, ColumnBuilder::Date(b), Scalar::Text(text)) => match time::local_date(text) {
                Some(days) => b.append_value(days),
                None => return self.fail(index, expected(column.shape), "another text"),
            },
            (Shape::LocalTimestamp, ColumnBuilder::Timestamp(b), Scalar::Text(text)) => {
                match time::local_timestamp(text) {
                    Some(micros) => b.append_value(micros),
                    None => return self.fail(index, expected(column.shape), "another text"),
                }
            }
            // The same property may come again in another case, with a value.
            (_, _, Scalar::Null) if column.nullable && self.any_case => return Ok(()),
            (_, builder, Scalar::Null) if column.nullable => builder.append_null(),
            (_, _, other) => return self.fail(index, expected(column.shape), other.kind()),
        }
        self.fill(index);
        Ok(())
    }

    /// Appends a list of texts.
    pub(super) fn texts(&mut self, index: usize, texts: &[Cow<'_, str>]) -> Result<(), Faulty> {
        let (Some(column), Some(ColumnBuilder::StringList(b))) =
            (self.columns.get(index), self.builders.get_mut(index))
        else {
            return self.fail(index, "a property of the schema", "a list");
        };
        for text in texts {
            b.values().append_value(text);
            if !column.known_values.is_empty() && !column.known_values.iter().any(|known| known == text) {
                self.drift.value(column, text);
            }
        }
        b.append(true);
        self.fill(index);
        Ok(())
    }

    /// Appends the id of a reference.
    pub(super) fn reference(&mut self, index: usize, id: &str) -> Result<(), Faulty> {
        match self.builders.get_mut(index) {
            Some(ColumnBuilder::String(b)) => {
                b.append_value(id);
                self.fill(index);
                Ok(())
            }
            _ => self.fail(index, "a property of the schema", "a reference"),
        }
    }

    /// A property under one of the names of its column. What the other name said stays in `_extra` where it differs.
    pub(super) fn named(&mut self, index: usize, rank: usize, property: &str, raw: &str) {
        // Only here the exact text is still known.
        let is_json = self.columns.get(index).is_some_and(|c| matches!(c.shape, Shape::Json { .. }));
        let raw = if is_json { self.sent(raw) } else { raw };
        let name = Name { rank, property: property.to_owned(), raw: raw.to_owned() };
        let Some(before) = self.names.remove(&index) else { return drop(self.names.insert(index, name)) };
        if before.rank == rank && !name.precedes(&before) {
            let says_more = !self.any_case || name.differs_from(&before);
            self.names.insert(index, before);
            if says_more {
                self.keep_extra(property, raw);
            }
            return;
        }
        let (counts, other) = if name.precedes(&before) { (name, before) } else { (before, name) };
        if other.differs_from(&counts) {
            self.extra.keep(&other.property, &surrogates::replaced(&other.raw));
            let column = self.columns.get(index).map(|c| c.name.clone()).unwrap_or_default();
            self.drift.disagreement(column, &other.property);
        }
        self.names.insert(index, counts);
    }

    /// The exact text of a part of the page.
    fn sent<'r>(&self, raw: &'r str) -> &'r str
    where
        'p: 'r,
    {
        self.repaired.map_or(raw, |repaired| repaired.sent(raw))
    }

    /// Appends the exact text of a value.
    pub(super) fn json(&mut self, index: usize, raw: &str) -> Result<(), Faulty> {
        let keeps_null = self.columns.get(index).is_some_and(|c| c.shape == Shape::Json { keeps_null: true });
        if raw == "null" && !keeps_null {
            return self.scalar(index, Scalar::Null);
        }
        self.reference(index, self.sent(raw))
    }

    /// Appends the exact text of the value here and its typed readings.
    pub(super) fn value(&mut self, plan: &ValuePlan, json: &mut Json<'_>) -> Result<(), Faulty> {
        let start = *json;
        let readings = Readings::read(json)?;
        self.json(plan.json, json.since(start))?;
        for (reading, column) in &plan.readings {
            if let Some(builder) = self.builders.get_mut(*column) {
                readings.append(*reading, builder);
                self.fill(*column);
            }
        }
        Ok(())
    }

    /// A property that came before in another case, with the value `before`: what it says otherwise stays in `_extra`.
    pub(super) fn again(&mut self, index: usize, property: &str, raw: &str, before: Option<&str>) {
        if raw == "null" || before == Some(raw) {
            return;
        }
        self.extra.keep(property, raw);
        let column = self.columns.get(index).map(|c| c.name.clone()).unwrap_or_default();
        self.drift.disagreement(column, property);
    }

    /// Keeps a property that no column takes.
    pub(super) fn keep_extra(&mut self, property: &str, raw: &str) {
        let path = self.extra.keep(property, raw);
        if self.tenant_properties.is_empty() || !matches_any(self.tenant_properties, &path.to_lowercase()) {
            self.drift.property(path, raw);
        }
    }

    /// Keeps properties of a reference, which is not walked along a plan, under the reference's own name.
    pub(super) fn keep_extra_below(&mut self, reference: &str, properties: &[(String, &str)]) {
        let name = |name: &String| serde_json::Value::from(name.as_str());
        let object: Vec<String> = properties.iter().map(|(n, raw)| format!("{}:{raw}", name(n))).collect();
        let path = self.extra.keep(reference, &format!("{{{}}}", object.join(",")));
        for (name, raw) in properties {
            self.drift.property(format!("{path}.{name}"), raw);
        }
    }

    /// Ends the record: properties that were absent are null.
    pub(super) fn finish_record(&mut self) -> Result<(), Faulty> {
        for (index, filled) in self.filled.iter_mut().enumerate() {
            if std::mem::take(filled) {
                continue;
            }
            match (self.columns.get(index), self.builders.get_mut(index)) {
                (Some(column), Some(builder)) if column.nullable => builder.append_null(),
                (Some(column), _) => {
                    return self.fail(index, expected(column.shape), "nothing (the property is absent)");
                }
                _ => {}
            }
        }
        self.extras.push(self.extra.take());
        Ok(())
    }

    /// A number beyond doubles, such as `1e400`.
    pub(super) fn fail_unread(&mut self, index: usize) -> Result<(), Faulty> {
        let shape = self.columns.get(index).map(|c| c.shape);
        self.fail(index, shape.map_or("another value", expected), "a number that no column can hold")
    }

    pub(super) fn fail(&mut self, index: usize, expected: &'static str, found: &'static str) -> Result<(), Faulty> {
        let column = self.columns.get(index);
        self.fault = Some(Fault {
            property: column.map(|c| c.json.clone()).unwrap_or_default(),
            column: column.map(|c| c.name.clone()).unwrap_or_default(),
            expected,
            found,
        });
        Err(Faulty)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the round trip is the check")]
fn exact_double(value: i64) -> Option<f64> {
    let double = value as f64;
    (double as i64 == value && double.abs() < 9e18).then_some(double)
}

/// The JSON a shape takes, for people.
pub(super) fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::String => "a string",
        Shape::Boolean => "a boolean",
        Shape::Int32 => "a whole number of 32 bits",
        Shape::Double => "a number",
        Shape::Date => "a date YYYY-MM-DD",
        Shape::Timestamp => "an RFC 3339 date-time with an offset",
        Shape::Json { .. } | Shape::Reading(_) => "any JSON value",
        Shape::Reference => "a reference {id, type, url}",
        Shape::References => "a list of references {id, type, url}",
        Shape::Strings => "a list of strings",
        Shape::Int64 => "a whole number of 64 bits",
        Shape::Id => "an identifier, a whole number or a string",
        Shape::LocalDate => "a date YYYY-MM-DD or its midnight",
        Shape::LocalTimestamp => "a date-time, with or without an offset",
    }
}
