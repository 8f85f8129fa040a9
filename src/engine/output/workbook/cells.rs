//! Which cell a value becomes.
//!
//! | value | cell |
//! |---|---|
//! | number | number, where all its digits are among the 15 that spreadsheets keep; else its text |
//! | date, timestamp | a day with its format, from 1900-03-01 to 9999-12-31; else its text |
//! | boolean | boolean |
//! | text | text, whatever it begins with; at most 32,767 characters |
//! | list, struct, map | its JSON text |
//! | anything else | the text that CSV has |
//! | null, empty text | nothing |

use arrow::{
    array::{
        Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array,
        PrimitiveArray, StringArray, UInt64Array,
    },
    compute::cast,
    datatypes::{
        DataType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType,
    },
    util::display::ArrayFormatter,
};

use super::serial;
use crate::engine::output::{encoder::words, text::EXACT};

/// Digits that spreadsheets keep of a number.
const DIGITS: usize = 15;
/// Smallest whole number with more.
const TOO_LONG: u64 = 1_000_000_000_000_000;

/// One value, as a spreadsheet keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Nothing,
    Boolean(bool),
    /// A number, and how many characters it takes.
    Number(f64, usize),
    /// A day, counted in days.
    Day(f64),
    /// A day and a time in it, counted in days; in UTC, or wherever the value does not say.
    Time(f64, Zone),
    Borrowed(&'a str),
    Owned(String),
}

/// Whether an instant is meant, or a time on some wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Utc,
    Unknown,
}

/// The values of one column of a batch, none of which is nested.
pub(super) struct Cells<'a> {
    nulls: Option<arrow::buffer::NullBuffer>,
    values: Values,
    shown: ArrayFormatter<'a>,
}

enum Values {
    Nothing,
    Boolean(BooleanArray),
    Number(Float64Array),
    Signed(Int64Array),
    Unsigned(UInt64Array),
    /// Read as they are shown.
    Decimal,
    Days(Date32Array),
    Times {
        values: Int64Array,
        unit: TimeUnit,
        zone: Zone,
    },
    Texts(StringArray),
    Shown,
}

impl<'a> Cells<'a> {
    pub(super) fn of(array: &'a ArrayRef) -> Result<Self, String> {
        let values = Values::of(array)?;
        // Of values too that have no nulls of their own, as those of dictionaries.
        Ok(Self { nulls: array.logical_nulls(), values, shown: ArrayFormatter::try_new(array, &EXACT).map_err(words)? })
    }

    /// The value of a row.
    pub(super) fn cell(&self, row: usize) -> Result<Cell<'_>, String> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(Cell::Nothing);
        }
        let shown = || self.shown.value(row).try_to_string().map_err(words);
        let cell = match &self.values {
            Values::Nothing => Some(Cell::Nothing),
            Values::Boolean(values) => Some(Cell::Boolean(values.value(row))),
            Values::Number(values) => number(values.value(row)),
            Values::Signed(values) => whole(values.value(row).unsigned_abs(), values.value(row) as f64),
            Values::Unsigned(values) => whole(values.value(row), values.value(row) as f64),
            Values::Decimal => return shown().map(decimal),
            Values::Days(values) => serial::of_day(values.value(row)).map(Cell::Day),
            Values::Times { values, unit, zone } => {
                serial::of_instant(values.value(row), *unit).map(|time| Cell::Time(time, *zone))
            }
            Values::Texts(values) => Some(Cell::Borrowed(values.value(row))),
            Values::Shown => None,
        };
        cell.map_or_else(|| shown().map(Cell::Owned), Ok)
    }
}

impl Values {
    fn of(array: &ArrayRef) -> Result<Self, String> {
        let to = |to: &DataType| cast(array, to).map_err(words);
        Ok(match array.data_type() {
            DataType::Null => Self::Nothing,
            DataType::Boolean => Self::Boolean(array.as_boolean().clone()),
            DataType::Int64 => Self::Signed(array.as_primitive().clone()),
            DataType::UInt64 => Self::Unsigned(array.as_primitive().clone()),
            decimal if decimal.is_decimal() => Self::Decimal,
            // The nearest double of a short number may have more digits than it: they are read as they are shown.
            DataType::Float16 | DataType::Float32 => Self::Decimal,
            number if number.is_numeric() => Self::Number(to(&DataType::Float64)?.as_primitive().clone()),
            DataType::Date32 => Self::Days(array.as_primitive().clone()),
            DataType::Date64 => Self::Days(to(&DataType::Date32)?.as_primitive().clone()),
            DataType::Timestamp(unit, zone) => {
                let zone = if zone.is_some() { Zone::Utc } else { Zone::Unknown };
                Self::Times { values: times(array, *unit), unit: *unit, zone }
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Self::Texts(to(&DataType::Utf8)?.as_string().clone())
            }
            DataType::Dictionary(_, values) if !values.is_nested() => Self::of(&to(values)?)?,
            _ => Self::Shown,
        })
    }
}

fn times(array: &ArrayRef, unit: TimeUnit) -> Int64Array {
    fn of<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef) -> Int64Array {
        let values: &PrimitiveArray<T> = array.as_primitive();
        Int64Array::new(values.values().clone(), values.nulls().cloned())
    }
    match unit {
        TimeUnit::Second => of::<TimestampSecondType>(array),
        TimeUnit::Millisecond => of::<TimestampMillisecondType>(array),
        TimeUnit::Microsecond => of::<TimestampMicrosecondType>(array),
        TimeUnit::Nanosecond => of::<TimestampNanosecondType>(array),
    }
}

/// A double is what it is, however many digits it is shown with; what is no number is text.
fn number(value: f64) -> Option<Cell<'static>> {
    value.is_finite().then(|| Cell::Number(value, value.to_string().len().min(DIGITS + 2)))
}

fn whole(absolute: u64, value: f64) -> Option<Cell<'static>> {
    let digits = absolute.checked_ilog10().map_or(1, |log| log as usize + 1);
    (absolute < TOO_LONG).then_some(Cell::Number(value, digits + usize::from(value < 0.0)))
}

/// A number in digits, or its text where it has too many.
fn decimal(shown: String) -> Cell<'static> {
    let digits = shown.split(['e', 'E']).next().unwrap_or_default().chars().filter(char::is_ascii_digit);
    let significant = digits.skip_while(|digit| *digit == '0').count();
    match shown.parse::<f64>() {
        Ok(value) if value.is_finite() && significant <= DIGITS => Cell::Number(value, shown.len()),
        _ => Cell::Owned(shown),
    }
}
