//! The first sheet: whose data it is, of which day, what each sheet is, and what was left out.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{Field, Schema},
};
use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    asked::Asked,
    chosen::{Chosen, LeftOut, Why},
    texts::Texts,
};
use crate::error::Error;

/// A line of the sheet.
struct Line {
    kind: String,
    name: String,
    rows: Option<i64>,
    says: String,
}

/// What the workbook is.
///
/// # Errors
/// Never, unless there is a defect.
pub(super) fn facts(asked: &Asked<'_>, texts: &Texts) -> Result<RecordBatch, Error> {
    let (snapshot, about) = (asked.snapshot, &texts.about);
    let seconds = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let tenant = snapshot.state.tenant.clone().unwrap_or_else(|| about.unknown.clone());
    let published = about.published.replace("{id}", &snapshot.id().to_string());
    let made = about.made_by.replace("{version}", env!("CARGO_PKG_VERSION"));
    let facts = [
        (&about.tenant, tenant),
        (&about.day, snapshot.as_of.to_string()),
        (&about.snapshot, published.replace("{time}", &seconds(snapshot.published_at))),
        (&about.made, made.replace("{time}", &seconds(asked.at))),
        (&about.privacy, about.ceiling.replace("{class}", &asked.ceiling.to_string())),
    ];
    let line =
        |(name, says): (&String, String)| Line { kind: about.is_fact.clone(), name: name.clone(), rows: None, says };
    batch(texts, &facts.map(line))
}

/// What one of its sheets is.
///
/// # Errors
/// As [`facts`].
pub(super) fn sheet(asked: &Asked<'_>, texts: &Texts, chosen: &Chosen<'_>, rows: u32) -> Result<RecordBatch, Error> {
    let table = &chosen.table;
    let hidden = table.columns.len() - chosen.columns.len();
    let mut says = texts.sheets.get(&table.name).cloned().unwrap_or_default();
    if hidden > 0 {
        says += &format!(" {}", texts.about.hidden.replace("{columns}", &hidden.to_string()));
    }
    let (kind, name) = (texts.about.is_sheet.clone(), table.label(asked.language).to_owned());
    batch(texts, &[Line { kind, name, rows: Some(i64::from(rows)), says }])
}

/// What has no sheet, and why.
///
/// # Errors
/// As [`facts`].
pub(super) fn left_out(asked: &Asked<'_>, texts: &Texts, left_out: &[LeftOut]) -> Result<RecordBatch, Error> {
    let line = |LeftOut { table, why }: &LeftOut| {
        let says = match why {
            Why::Private(class) => texts.about.private.replace("{class}", &class.to_string()),
            Why::Absent(None) => texts.about.absent.clone(),
            Why::Absent(Some(reason)) => texts.about.absent_because.replace("{reason}", reason),
            Why::TooLong(rows) => texts.about.too_long.replace("{rows}", &rows.to_string()),
        };
        let name = table.label(asked.language).to_owned();
        Line { kind: texts.about.is_left_out.clone(), name, rows: None, says }
    };
    batch(texts, &left_out.iter().map(line).collect::<Vec<_>>())
}

fn batch(texts: &Texts, lines: &[Line]) -> Result<RecordBatch, Error> {
    let text = |of: fn(&Line) -> &String| {
        Arc::new(lines.iter().map(|line| Some(of(line))).collect::<StringArray>()) as ArrayRef
    };
    let about = &texts.about;
    let columns = [
        (&about.kind, text(|line| &line.kind)),
        (&about.name, text(|line| &line.name)),
        (&about.rows, Arc::new(lines.iter().map(|line| line.rows).collect::<Int64Array>()) as ArrayRef),
        (&about.says, text(|line| &line.says)),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name.as_str(), array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| Error::Bug(error.to_string()))
}
