//! From the attributes of one employee after another to rows.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use arrow::{array::ArrayRef, error::ArrowError, record_batch::RecordBatch};
use serde_json::{Value, value::RawValue};

use super::{
    definition::Sorting,
    kind::Kind,
    plan::{Part, Planned, WidePlan},
    takes::Takes,
    value::{Cell, Other, cell, compare, id, item, title},
};
use crate::{catalog::Table, decode::ColumnBuilder};

/// One attribute of an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// Its definition.
    pub(crate) definition: Cow<'a, str>,
    /// Its identifier.
    pub(crate) id: Cow<'a, str>,
    /// First day on which it applies, in days since 1970; `None` for always.
    pub(crate) starts: Option<i32>,
    /// Last day on which it applies; `None` for ever.
    pub(crate) ends: Option<i32>,
    /// Its value as JSON; `None` when it has none.
    pub(crate) value: Option<Cow<'a, str>>,
}

impl Attribute<'_> {
    /// The same with texts of its own.
    pub(crate) fn into_owned(self) -> Attribute<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Attribute {
            definition: own(self.definition),
            id: own(self.id),
            starts: self.starts,
            ends: self.ends,
            value: self.value.map(own),
        }
    }

    /// Attributes of one definition by when they begin, the one that began last at the end.
    fn order(&self, other: &Self) -> Ordering {
        self.definition
            .cmp(&other.definition)
            .then_with(|| self.starts.cmp(&other.starts))
            .then_with(|| self.id.len().cmp(&other.id.len()))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// Values of one definition that are not as it announces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unforeseen {
    /// Values of another shape, kept as JSON.
    pub(crate) other_shape: u64,
    /// Employees with several values where there should be one: the one that began last was taken.
    pub(crate) several: u64,
}

/// Names of records, by their type and id.
pub(crate) type Names = BTreeMap<String, HashMap<String, String>>;

/// Builds the rows of a wide table.
#[derive(Debug)]
pub(crate) struct Pivot {
    plan: Arc<WidePlan>,
    names: Names,
    /// The day, in days since 1970.
    day: i32,
    /// Whether the attributes of all days come, or those of the day alone.
    whole_history: bool,
    builders: Vec<ColumnBuilder>,
    rows: usize,
    unforeseen: BTreeMap<String, Unforeseen>,
}

impl Pivot {
    /// No rows yet. `day` is in days since 1970.
    pub(crate) fn new(plan: Arc<WidePlan>, names: Names, day: i32, whole_history: bool) -> Self {
        let builders = Self::builders(&plan);
        Self { plan, names, day, whole_history, builders, rows: 0, unforeseen: BTreeMap::new() }
    }

    fn builders(plan: &WidePlan) -> Vec<ColumnBuilder> {
        plan.columns.iter().map(|c| ColumnBuilder::new(c.lake_type)).collect()
    }

    /// Rows since the last [`Self::take`].
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// What was unforeseen so far, by definition.
    pub(crate) fn unforeseen(&self) -> &BTreeMap<String, Unforeseen> {
        &self.unforeseen
    }

    /// Adds the row of one employee with all their attributes, in any order.
    pub(crate) fn employee(&mut self, employee_id: &str, attributes: &[Attribute<'_>]) {
        let mut ordered: Vec<&Attribute<'_>> = attributes.iter().collect();
        ordered.sort_by(|a, b| a.order(b));
        let mut kept: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut cells: Vec<Cell> = vec![Cell::Null; self.builders.len()];
        set(&mut cells, 0, Cell::Text(employee_id.to_owned()));
        let plan = Arc::clone(&self.plan);
        let mut applicable = Vec::new();
        for all in ordered.chunk_by(|a, b| a.definition == b.definition) {
            let Some(definition) = all.first().map(|first| &*first.definition) else { continue };
            self.applicable(all, &mut applicable);
            let planned = plan.definitions.get(definition);
            let found = match planned {
                None => Err(Other),
                Some(planned) if planned.several() => self.several(planned, &applicable, &mut cells),
                Some(planned) => {
                    if applicable.len() > 1 {
                        self.unforeseen.entry(definition.to_owned()).or_default().several += 1;
                    }
                    match applicable.last() {
                        Some(one) if planned.lists => self.several(planned, &[*one], &mut cells),
                        Some(one) => self.one(planned, one, &mut cells),
                        None => Ok(()),
                    }
                }
            };
            if found.is_err() {
                let values: Vec<&str> = applicable.iter().filter_map(|a| a.value.as_deref()).collect();
                self.unforeseen.entry(definition.to_owned()).or_default().other_shape += values.len() as u64;
                kept.insert(definition, values);
            }
        }
        if !kept.is_empty() {
            let last = cells.len().saturating_sub(1);
            set(&mut cells, last, Cell::Text(unforeseen_json(&kept)));
        }
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            append(builder, cell);
        }
        self.rows += 1;
    }

    /// The rows so far, with the schema of `table`, and none from now on.
    ///
    /// # Errors
    /// When Arrow refuses the columns: a defect here.
    pub(crate) fn take(&mut self, table: &Table) -> Result<RecordBatch, ArrowError> {
        let builders = std::mem::replace(&mut self.builders, Self::builders(&self.plan));
        self.rows = 0;
        let columns: Vec<ArrayRef> = builders.into_iter().map(ColumnBuilder::finish).collect();
        RecordBatch::try_new(table.arrow_schema(), columns)
    }

    /// Of the attributes of one definition, those that apply on the day. Where the API chose those of the day, one that it chose
    /// although it no longer applies, as for people who left, is taken at its word.
    fn applicable<'a>(&self, all: &[&'a Attribute<'a>], found: &mut Vec<&'a Attribute<'a>>) {
        let applies =
            |a: &Attribute<'_>| a.starts.is_none_or(|s| s <= self.day) && a.ends.is_none_or(|e| e >= self.day);
        found.clear();
        found.extend(all.iter().copied().filter(|a| applies(a)));
        if found.is_empty() && !self.whole_history {
            found.extend(all);
        }
    }

    /// The value of a definition that has one.
    fn one(&self, planned: &Planned, attribute: &Attribute<'_>, cells: &mut [Cell]) -> Result<(), Other> {
        let Some(raw) = attribute.value.as_deref() else { return Ok(()) };
        if let [Part { column, property: None, takes: Takes::Value(Kind::Text | Kind::Choice(_)) }] = &*planned.parts
            && let Some(text) = plain_text(raw)
        {
            set(cells, *column, Cell::Text(text.to_owned()));
            return Ok(());
        }
        let value: Value = serde_json::from_str(raw).map_err(|_| Other)?;
        let mut found = Vec::with_capacity(planned.parts.len());
        if let Kind::Object(properties) = &planned.kind {
            let object = match &value {
                Value::Null => return Ok(()),
                Value::Object(object) => object,
                _ => return Err(Other),
            };
            // A property that no column takes would be lost.
            if object.keys().any(|name| properties.iter().all(|(known, _)| known != name)) {
                return Err(Other);
            }
            for part in &planned.parts {
                let property = part.property.as_deref().and_then(|name| object.get(name)).unwrap_or(&Value::Null);
                found.push((part.column, self.part(part, property, &property.to_string())?));
            }
        } else {
            for part in &planned.parts {
                found.push((part.column, self.part(part, &value, raw)?));
            }
        }
        found.into_iter().for_each(|(column, cell)| set(cells, column, cell));
        Ok(())
    }

    fn part(&self, part: &Part, value: &Value, raw: &str) -> Result<Cell, Other> {
        let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
        match &part.takes {
            Takes::Value(kind) => cell(kind, value, raw),
            Takes::Id => Ok(text(id(value)?.map(str::to_owned))),
            Takes::Name(of) => Ok(text(id(value)?.and_then(|id| self.name(of, id)))),
            Takes::Title(of) => Ok(text(title(of, value)?)),
        }
    }

    fn name(&self, of: &str, id: &str) -> Option<String> {
        self.names.get(of)?.get(id).cloned()
    }

    /// Values as a list: of one attribute each, or of one with a list.
    fn several(&self, planned: &Planned, attributes: &[&Attribute<'_>], cells: &mut [Cell]) -> Result<(), Other> {
        let mut values: Vec<(Value, String)> = Vec::new();
        for raw in attributes.iter().filter_map(|a| a.value.as_deref()) {
            if raw.starts_with('[') && planned.kind != Kind::Texts {
                let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| Other)?;
                for item in items {
                    values.push((serde_json::from_str(item.get()).map_err(|_| Other)?, item.get().to_owned()));
                }
            } else {
                values.push((serde_json::from_str(raw).map_err(|_| Other)?, raw.to_owned()));
            }
        }
        values.retain(|(value, _)| !value.is_null());
        if values.is_empty() {
            return Ok(());
        }
        self.sort(planned, &mut values);
        let mut found = Vec::with_capacity(planned.parts.len());
        for part in &planned.parts {
            let texts = values.iter().map(|(value, raw)| {
                let value = match &part.property {
                    Some(name) => value.get(name).unwrap_or(&Value::Null),
                    None => value,
                };
                match &part.takes {
                    Takes::Value(kind) => item(kind, value, raw),
                    Takes::Id => Ok(id(value)?.map(str::to_owned)),
                    Takes::Name(of) => Ok(id(value)?.and_then(|id| self.name(of, id))),
                    Takes::Title(of) => title(of, value),
                }
            });
            found.push((part.column, Cell::Texts(texts.collect::<Result<_, _>>()?)));
        }
        found.into_iter().for_each(|(column, cell)| set(cells, column, cell));
        Ok(())
    }

    fn sort(&self, planned: &Planned, values: &mut [(Value, String)]) {
        let Some(Sorting { descending, property }) = &planned.multiple else { return };
        let key = |value: &Value| match (property, &planned.kind) {
            (Some(property), _) => value.get(property).cloned().unwrap_or(Value::Null),
            (None, Kind::Reference(to)) => {
                let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
                let name = to.as_deref().and_then(|of| self.name(of, id));
                Value::String(name.unwrap_or_else(|| id.to_owned()))
            }
            (None, _) => value.clone(),
        };
        values.sort_by(|(a, raw_a), (b, raw_b)| {
            let order = compare(&key(a), &key(b));
            let order = if *descending { order.reverse() } else { order };
            order.then_with(|| raw_a.cmp(raw_b))
        });
    }
}

/// What a JSON string says that has no escapes.
fn plain_text(raw: &str) -> Option<&str> {
    let text = raw.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    text.bytes().all(is_plain).then_some(text)
}

fn set(cells: &mut [Cell], column: usize, cell: Cell) {
    if let Some(place) = cells.get_mut(column) {
        *place = cell;
    }
}

fn append(builder: &mut ColumnBuilder, cell: Cell) {
    match (builder, cell) {
        (ColumnBuilder::String(b), Cell::Text(text)) => b.append_value(text),
        (ColumnBuilder::Boolean(b), Cell::Boolean(flag)) => b.append_value(flag),
        (ColumnBuilder::Int32(b), Cell::Int32(number)) => b.append_value(number),
        (ColumnBuilder::Int64(b), Cell::Int64(number)) => b.append_value(number),
        (ColumnBuilder::Double(b), Cell::Double(number)) => b.append_value(number),
        (ColumnBuilder::Date(b), Cell::Date(days)) => b.append_value(days),
        (ColumnBuilder::StringList(b), Cell::Texts(texts)) => {
            texts.into_iter().for_each(|text| b.values().append_option(text));
            b.append(true);
        }
        (builder, _) => builder.append_null(),
    }
}

/// `{definition: [values]}`, the values as they came.
fn unforeseen_json(kept: &BTreeMap<&str, Vec<&str>>) -> String {
    let each = kept.iter().map(|(definition, values)| format!("{}:[{}]", Value::from(*definition), values.join(",")));
    format!("{{{}}}", each.collect::<Vec<_>>().join(","))
}
