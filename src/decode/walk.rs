//! Walks one record along its plan, straight from its text into the columns: no tree in between.

use std::borrow::Cow;

use serde_json::Number;

use super::{
    json::{Json, Kind, NotJson},
    names,
    plan::{Action, ObjectPlan},
    reference::Reference,
    rows::{Faulty, Rows, Scalar, expected},
};
use crate::catalog::{Column, Shape};

/// Reads one item of `items`.
pub(super) fn record<'p>(rows: &mut Rows<'p>, plan: &'p ObjectPlan, json: &mut Json<'_>) -> Result<(), Faulty> {
    match json.kind() {
        Kind::Object => properties(rows, plan, json)?,
        _ => not_an_object(rows, plan, "", json)?,
    }
    rows.finish_record()
}

/// Reads the properties of an object.
fn properties<'p>(rows: &mut Rows<'p>, plan: &'p ObjectPlan, json: &mut Json<'_>) -> Result<(), Faulty> {
    let mut before = None;
    let start = *json;
    let mut object = json.object()?;
    while object.next(json)? {
        let named = *json;
        let likely = rows.order.after(plan, before);
        let index = match name(plan, likely, json)? {
            Name::Known(index) => index,
            Name::Unknown(name) => {
                rows.keep_extra(&name, json.raw()?);
                continue;
            }
        };
        rows.order.learn(plan, before, index);
        before = Some(index);
        let Some((property, action)) = plan.properties.get(index) else { continue };
        match action {
            Action::Column(column) if rows.has(*column) && plan.any_case => {
                let (spelt, raw) = ({ named }.name()?, json.raw()?);
                rows.again(*column, &spelt, raw, value_of(plan, index, start));
            }
            Action::Column(column) if rows.has(*column) => rows.keep_extra(property, json.raw()?),
            Action::Column(index) => match rows.column(*index) {
                Some(column) => property_of(rows, property, *index, column, json)?,
                None => json.skip()?,
            },
            Action::Named { column, .. } if rows.has(*column) => rows.keep_extra(property, json.raw()?),
            Action::Named { column, rank } => {
                let spelt = if plan.any_case { { named }.name()? } else { Cow::Borrowed(property.as_str()) };
                rows.named(*column, *rank, &spelt, json.raw()?);
            }
            Action::Value(plan) if rows.has(plan.json) => rows.keep_extra(property, json.raw()?),
            Action::Value(plan) => rows.value(plan, json)?,
            Action::Object(plan) => {
                rows.extra.enter(property);
                match json.kind() {
                    Kind::Object => properties(rows, plan, json)?,
                    // A null object means null columns.
                    Kind::Null => json.skip()?,
                    _ => not_an_object(rows, plan, property, json)?,
                }
                rows.extra.leave();
            }
            Action::Constant(constant) => {
                let text = json.raw()?;
                let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                if inner != Some(constant.as_str()) {
                    rows.keep_extra(property, text);
                }
            }
            Action::Skip => json.skip()?,
        }
    }
    settle_names(rows, plan)
}

/// The first value of the property of index `wanted` in the object that begins at `json`, but for nulls.
fn value_of<'a>(plan: &ObjectPlan, wanted: usize, mut json: Json<'a>) -> Option<&'a str> {
    let mut object = json.object().ok()?;
    while object.next(&mut json).ok()? {
        let is_wanted = plan.find(&json.name().ok()?) == Some(wanted);
        let raw = json.raw().ok()?;
        if is_wanted && raw != "null" {
            return Some(raw);
        }
    }
    None
}

/// The name of a property.
enum Name<'a> {
    /// Its index in the plan.
    Known(usize),
    Unknown(Cow<'a, str>),
}

/// Reads the name of the property here, which is probably the one of index `likely`.
fn name<'a>(plan: &ObjectPlan, likely: usize, json: &mut Json<'a>) -> Result<Name<'a>, NotJson> {
    if let Some((name, _)) = plan.properties.get(likely)
        && json.skip_name(name)?
    {
        return Ok(Name::Known(likely));
    }
    let name = json.name()?;
    Ok(plan.find(&name).map_or(Name::Unknown(name), Name::Known))
}

/// An object was declared and something else was found.
fn not_an_object(rows: &mut Rows<'_>, plan: &ObjectPlan, property: &str, json: &mut Json<'_>) -> Result<(), Faulty> {
    let column = first_column(plan);
    let found = match json.kind() {
        Kind::Null => "null",
        Kind::Boolean => "a boolean",
        Kind::Number if number(json)?.is_none() => return rows.fail_unread(column),
        Kind::Number => "a number",
        Kind::Text => "a string",
        Kind::List => "a list",
        Kind::Object => "an object",
    };
    let failed = rows.fail(column, "an object", found);
    if let (Some(fault), false) = (&mut rows.fault, property.is_empty()) {
        fault.property = property.to_owned();
    }
    failed
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

/// Reads the properties of an object that came under one of several names.
fn settle_names(rows: &mut Rows<'_>, plan: &ObjectPlan) -> Result<(), Faulty> {
    if rows.names.is_empty() {
        return Ok(());
    }
    for (_, action) in &plan.properties {
        let Action::Named { column: index, .. } = action else { continue };
        let (Some(names::Name { property, raw, .. }), Some(column)) = (rows.names.remove(index), rows.column(*index))
        else {
            continue;
        };
        property_of(rows, &property, *index, column, &mut Json::of(&raw))?;
    }
    Ok(())
}

/// Reads the value of a property into its column. Where its type is not documented, what does not fit is kept in `_extra`.
fn property_of(
    rows: &mut Rows<'_>,
    property: &str,
    index: usize,
    column: &Column,
    json: &mut Json<'_>,
) -> Result<(), Faulty> {
    let start = *json;
    let read = value(rows, property, index, column, json);
    if read.is_err() && column.undocumented {
        rows.fault = None;
        *json = start;
        rows.keep_extra(property, json.raw()?);
        return Ok(());
    }
    read
}

fn value(
    rows: &mut Rows<'_>,
    property: &str,
    index: usize,
    column: &Column,
    json: &mut Json<'_>,
) -> Result<(), Faulty> {
    let shape = column.shape;
    match (shape, json.kind()) {
        (Shape::Json { .. } | Shape::Reading(_), _) => rows.json(index, json.raw()?),
        (_, Kind::Null) => {
            json.skip()?;
            rows.scalar(index, Scalar::Null)
        }
        (Shape::Id, Kind::Number) => {
            let number = json.raw()?;
            match number.strip_prefix('-').unwrap_or(number).bytes().all(|b| b.is_ascii_digit()) {
                true => rows.reference(index, number),
                false => rows.fail(index, expected(shape), "another number"),
            }
        }
        (_, Kind::Boolean) => rows.scalar(index, Scalar::Boolean(json.boolean()?)),
        (_, Kind::Number) => match number(json)? {
            None => rows.fail_unread(index),
            Some(number) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => rows.scalar(index, Scalar::Integer(value)),
                (None, Some(value)) if number.is_f64() => rows.scalar(index, Scalar::Number(value)),
                (None, _) => rows.fail(index, expected(shape), "a larger number"),
            },
        },
        (_, Kind::Text) => rows.scalar(index, Scalar::Text(&json.string()?)),
        (Shape::Reference, Kind::Object) => {
            let Reference { id, unknown } = Reference::read(json)?;
            let Some(id) = id else { return rows.fail(index, expected(shape), "an object without a text `id`") };
            if !unknown.is_empty() {
                rows.keep_extra_below(property, &unknown);
            }
            rows.reference(index, &id)
        }
        (_, Kind::Object) => rows.fail(index, expected(shape), "an object"),
        (Shape::Strings | Shape::References, Kind::List) => list(rows, property, index, shape, json),
        (_, Kind::List) => rows.fail(index, expected(shape), "a list"),
    }
}

/// Reads a list of strings, or of references.
fn list(rows: &mut Rows<'_>, property: &str, index: usize, shape: Shape, json: &mut Json<'_>) -> Result<(), Faulty> {
    let (mut texts, mut kept) = (Vec::new(), Vec::new());
    let mut items = json.list()?;
    while items.next(json)? {
        let item = *json;
        let text = match (shape, json.kind()) {
            (Shape::Strings, Kind::Text) => Some(json.string()?),
            (Shape::References, Kind::Object) => {
                let Reference { id, unknown } = Reference::read(json)?;
                if !unknown.is_empty() {
                    kept.push(json.since(item));
                }
                id
            }
            _ => None,
        };
        match text {
            Some(text) => texts.push(text),
            None => return rows.fail(index, expected(shape), "a list that holds something else"),
        }
    }
    if !kept.is_empty() {
        rows.keep_extra(property, &format!("[{}]", kept.join(",")));
    }
    rows.texts(index, &texts)
}

/// Reads the number here; `None` where it is beyond a double, such as `1e400`.
fn number(json: &mut Json<'_>) -> Result<Option<Number>, Faulty> {
    Ok(serde_json::from_str(json.raw()?).ok())
}
