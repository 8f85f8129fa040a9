//! When the rows that the lake has of a list changed: from which day on changes are asked for, and what must come again.

use std::collections::HashSet;

use arrow::{
    array::{Array as _, AsArray as _, BooleanArray},
    compute::filter_record_batch,
    datatypes::{Date32Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use chrono::{DateTime, NaiveDate};
use futures::TryStreamExt as _;

use super::{
    base::{Base, both},
    carried::Carried,
};
use crate::{
    catalog::{Resource, Since},
    error::Error,
    lake::Lake,
};

const MICROS_OF_A_DAY: i64 = 86_400_000_000;

/// One way to ask for what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Parameter that takes `since,<time>`.
    pub(super) parameter: String,
    /// Column that has what it compares.
    pub(super) column: String,
    /// The day to ask from.
    pub(super) since: NaiveDate,
    /// Ids that the lake has and that must come again, unless they were deleted.
    expected: HashSet<String>,
}

/// All ways to ask for what changed, with what the lake knows of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamps {
    each: Vec<Stamp>,
    /// Whether the lake has records that have ended, so that the list has them too.
    pub(super) has_ended: bool,
}

impl Stamp {
    /// Takes in rows: their ids, and when they changed.
    fn expect<'b>(&mut self, rows: impl Iterator<Item = (&'b str, i64)>) {
        let since = self.since_micros();
        self.expected.extend(rows.filter(|(_, micros)| *micros >= since).map(|(id, _)| id.to_owned()));
    }

    fn since_micros(&self) -> i64 {
        self.since.signed_duration_since(NaiveDate::default()).num_days().saturating_mul(MICROS_OF_A_DAY)
    }

    /// The value of the parameter.
    pub(super) fn value(&self) -> String {
        format!("since,{}T00:00:00", self.since)
    }
}

impl Stamps {
    /// Reads them, of rows of these days. Changes are asked for since the day before the table was read, or since the day of the
    /// last change that is known, if that is earlier. `None` where there are rows, and none says when it changed.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub(crate) async fn of(
        lake: &Lake,
        resource: &Resource,
        base: &Base,
        days: Option<[NaiveDate; 2]>,
    ) -> Result<Option<Self>, Error> {
        let since = resource.since();
        let ended = resource.route.as_ref().and_then(|route| route.ended.as_deref());
        let day = resource.day_column();
        let days = days.zip(base.reading.days).and_then(|(now, before)| both(now, before));
        let names: Vec<&str> =
            ["id"].into_iter().chain(since.iter().map(|s| s.column)).chain(ended).chain(day).collect();
        let stored = Carried { lake, table: &base.table };
        let (mut has_ended, mut total) = (false, 0);
        let mut latest: Vec<Option<i64>> = vec![None; since.len()];
        let mut rows = stored.columns(&names);
        while let Some(batch) = rows.try_next().await? {
            let batch = within(batch, day, days)?;
            total += batch.num_rows() as u64;
            let ended = ended.and_then(|ended| batch.column_by_name(ended));
            has_ended |= ended.is_some_and(|column| column.null_count() < column.len());
            for (latest, since) in latest.iter_mut().zip(&since) {
                *latest =
                    times(&batch, since.column).into_iter().flatten().map(|(_, micros)| micros).fold(*latest, max);
            }
        }
        if total > 0 && latest.first().is_some_and(Option::is_none) {
            return Ok(None);
        }
        let first = base.since();
        let stamp = |(since, latest): (&Since<'_>, &Option<i64>)| {
            let latest = latest.and_then(DateTime::from_timestamp_micros).map(|time| time.date_naive());
            let (parameter, column) = (since.parameter.to_owned(), since.column.to_owned());
            let since = latest.map_or(first, |latest| latest.min(first));
            Stamp { parameter, column, since, expected: HashSet::new() }
        };
        let mut each: Vec<Stamp> = since.iter().zip(&latest).map(stamp).collect();
        let mut rows = stored.columns(&names);
        while let Some(batch) = rows.try_next().await? {
            let batch = within(batch, day, days)?;
            for stamp in &mut each {
                let changed = times(&batch, &stamp.column).into_iter().flatten();
                stamp.expect(changed);
            }
        }
        Ok(Some(Self { each, has_ended }))
    }

    /// The ways to ask.
    pub(super) fn each(&self) -> impl Iterator<Item = &Stamp> {
        self.each.iter()
    }

    /// The first day since which is asked.
    pub(super) fn earliest(&self) -> Option<NaiveDate> {
        self.each.iter().map(|stamp| stamp.since).min()
    }

    /// Which records did not come that must, unless they were deleted.
    pub(super) fn lacking<'s>(&'s self, came: impl Fn(&str) -> bool + 's) -> impl Iterator<Item = &'s str> + 's {
        self.each.iter().flat_map(|stamp| &stamp.expected).map(String::as_str).filter(move |id| !came(id))
    }

    /// Whether each row of a batch says that it changed since then.
    pub(super) fn changed(&self, batch: &RecordBatch) -> Vec<bool> {
        let mut changed = vec![false; batch.num_rows()];
        for stamp in &self.each {
            let column =
                batch.column_by_name(&stamp.column).and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
            for (changed, micros) in changed.iter_mut().zip(column.into_iter().flatten()) {
                *changed |= micros.is_some_and(|micros| micros >= stamp.since_micros());
            }
        }
        changed
    }
}

fn max(one: Option<i64>, other: i64) -> Option<i64> {
    Some(one.map_or(other, |one| one.max(other)))
}

/// Ids with the times in a column, of rows that have one.
fn times<'b>(batch: &'b RecordBatch, column: &str) -> Option<impl Iterator<Item = (&'b str, i64)> + use<'b>> {
    let ids = batch.column_by_name("id")?.as_string_opt::<i32>()?;
    let times = batch.column_by_name(column)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    Some(ids.iter().zip(times).filter_map(|(id, time)| Some((id?, time?))))
}

/// The rows of the days that are asked for; all of them where none need be given.
///
/// # Errors
/// Never: a batch of rows can be filtered.
pub(super) fn within(
    batch: RecordBatch,
    column: Option<&str>,
    days: Option<[NaiveDate; 2]>,
) -> Result<RecordBatch, Error> {
    let days = days.map(|days| days.map(Date32Type::from_naive_date));
    let column = column.and_then(|name| batch.column_by_name(name)).and_then(|c| c.as_primitive_opt::<Date32Type>());
    let Some((column, [from, until])) = column.zip(days) else { return Ok(batch) };
    let kept: BooleanArray =
        column.iter().map(|day| Some(day.is_some_and(|day| from <= day && day <= until))).collect();
    filter_record_batch(&batch, &kept).map_err(|e| Error::Bug(e.to_string()))
}
