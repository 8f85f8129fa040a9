//! The functions that `query` has beside DataFusion's own.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray as _, Date32Array, Int64Array, IntervalMonthDayNanoArray},
    compute::{DatePart, cast, date_part},
    datatypes::{DataType, Field, FieldRef, IntervalUnit, TimeUnit, TimestampMicrosecondType},
};
use datafusion::{
    common::{exec_datafusion_err, plan_err},
    error::Result,
    logical_expr::{
        ColumnarValue, DocSection, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature,
        Volatility,
    },
    scalar::ScalarValue,
};

use super::{compute, unit::Unit};

/// A function that `query` has beside DataFusion's own.
#[derive(Debug)]
pub(crate) struct Given {
    /// Its name.
    pub(crate) name: &'static str,
    /// Other names of it.
    pub(crate) aliases: &'static [&'static str],
    /// A call of it.
    pub(crate) call: &'static str,
    /// What it gives.
    pub(crate) gives: &'static str,
    /// What says the same in every engine, if something does.
    pub(crate) portable: Option<&'static str>,
    does: Does,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Does {
    Part(Unit),
    Week,
    DayOfYear,
    LastDay,
    DateDiff,
    Age,
}

/// All of them.
pub(crate) const GIVEN: [Given; 12] = [
    part("year", &[], "year(start_date)", "the year", "extract(year FROM start_date)", Unit::Year),
    part("quarter", &[], "quarter(start_date)", "1 to 4", "extract(quarter FROM start_date)", Unit::Quarter),
    part("month", &[], "month(start_date)", "1 to 12", "extract(month FROM start_date)", Unit::Month),
    Given {
        name: "week",
        aliases: &["weekofyear"],
        call: "week(start_date)",
        gives: "the week of ISO 8601, 1 to 53",
        portable: Some("extract(week FROM start_date)"),
        does: Does::Week,
    },
    part("day", &["dayofmonth"], "day(start_date)", "1 to 31", "extract(day FROM start_date)", Unit::Day),
    part("hour", &[], "hour(created_at)", "0 to 23", "extract(hour FROM created_at)", Unit::Hour),
    part("minute", &[], "minute(created_at)", "0 to 59", "extract(minute FROM created_at)", Unit::Minute),
    part("second", &[], "second(created_at)", "0 to 59, whole", "extract(second FROM created_at)", Unit::Second),
    Given {
        name: "dayofyear",
        aliases: &[],
        call: "dayofyear(start_date)",
        gives: "1 to 366",
        portable: Some("extract(doy FROM start_date)"),
        does: Does::DayOfYear,
    },
    Given {
        name: "last_day",
        aliases: &[],
        call: "last_day(start_date)",
        gives: "the last day of its month, a date",
        portable: None,
        does: Does::LastDay,
    },
    Given {
        name: "date_diff",
        aliases: &["datediff"],
        call: "date_diff('month', start_date, end_date)",
        gives: "how often the unit (year, quarter, month, day, hour, minute, second) changes from the first to the second",
        portable: None,
        does: Does::DateDiff,
    },
    Given {
        name: "age",
        aliases: &[],
        call: "age($as_of, start_date)",
        gives: "the time from the second to the first in whole years, months and days, an interval",
        portable: None,
        does: Does::Age,
    },
];

const fn part(
    name: &'static str,
    aliases: &'static [&'static str],
    call: &'static str,
    gives: &'static str,
    portable: &'static str,
    unit: Unit,
) -> Given {
    Given { name, aliases, call, gives, portable: Some(portable), does: Does::Part(unit) }
}

impl Given {
    /// As DataFusion calls it.
    pub(super) fn function(&self) -> Function {
        Function {
            name: self.name,
            call: self.call,
            aliases: self.aliases.iter().map(ToString::to_string).collect(),
            does: self.does,
            about: Documentation::builder(DocSection::default(), self.gives, self.call).build(),
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

/// A function as DataFusion calls it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Function {
    name: &'static str,
    call: &'static str,
    aliases: Vec<String>,
    does: Does,
    about: Documentation,
    signature: Signature,
}

const MOMENT: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);
const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.about)
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let wanted = match self.does {
            Does::Part(_) | Does::Week | Does::DayOfYear | Does::LastDay => 1,
            Does::DateDiff => 3,
            Does::Age => 2,
        };
        if types.len() != wanted {
            let (name, call) = (self.name, self.call);
            return plan_err!("{name} takes {wanted} argument{}, as in {call}", if wanted == 1 { "" } else { "s" });
        }
        types.iter().enumerate().map(|(index, given)| self.coerce(index, given)).collect()
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.does {
            Does::Part(_) | Does::Week | Does::DayOfYear | Does::DateDiff => DataType::Int64,
            Does::LastDay => DataType::Date32,
            Does::Age => INTERVAL,
        })
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        if self.does == Does::DateDiff
            && let Some(Some(Some(name))) = args.scalar_arguments.first().map(|unit| unit.map(text_of))
            && Unit::called(&name).is_none()
        {
            return plan_err!("date_diff has no unit '{name}': {}", Unit::there_are(&name));
        }
        let gives = self.return_type(&[])?;
        Ok(Arc::new(Field::new(self.name, gives, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_scalar = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_scalar { 1 } else { args.number_rows };
        let arrays = args.args.iter().map(|arg| arg.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let computed = self.compute(&arrays)?;
        Ok(if is_scalar {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&computed, 0)?)
        } else {
            ColumnarValue::Array(computed)
        })
    }
}

impl Function {
    /// The type that an argument is turned into.
    fn coerce(&self, index: usize, given: &DataType) -> Result<DataType> {
        let is_text = given.is_string() || given.is_null();
        if self.does == Does::DateDiff && index == 0 {
            if is_text {
                return Ok(DataType::Utf8);
            }
        } else if is_text || matches!(given, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) {
            return Ok(MOMENT);
        } else if matches!(given, DataType::Interval(_))
            && matches!(self.does, Does::Part(unit) if unit != Unit::Quarter)
        {
            return Ok(INTERVAL);
        }
        let (name, call, what) =
            (self.name, self.call, if index == 0 && self.does == Does::DateDiff { "a unit" } else { "a date" });
        plan_err!("argument {} of {name} must be {what}, as in {call}", index + 1)
    }

    fn compute(&self, args: &[ArrayRef]) -> Result<ArrayRef> {
        let argument =
            |index: usize| args.get(index).ok_or_else(|| exec_datafusion_err!("{} lacks an argument", self.name));
        let part = |part| Ok(cast(&date_part(argument(0)?.as_ref(), part)?, &DataType::Int64)?);
        match self.does {
            Does::Part(unit) => part(unit.part()),
            Does::Week => part(DatePart::Week),
            Does::DayOfYear => part(DatePart::DayOfYear),
            Does::LastDay => {
                let days = argument(0)?.as_primitive::<TimestampMicrosecondType>();
                Ok(Arc::new(days.iter().map(|day| day.and_then(compute::last_day)).collect::<Date32Array>()))
            }
            Does::DateDiff => {
                let units = argument(0)?.as_string::<i32>();
                let from = argument(1)?.as_primitive::<TimestampMicrosecondType>();
                let to = argument(2)?.as_primitive::<TimestampMicrosecondType>();
                let between = units.iter().zip(from.iter().zip(to)).map(|row| match row {
                    (Some(unit), (Some(from), Some(to))) => {
                        let unit = Unit::called(unit).ok_or_else(|| {
                            exec_datafusion_err!("date_diff has no such unit: {}", Unit::there_are(unit))
                        })?;
                        Ok(compute::borders_between(unit, from, to))
                    }
                    _ => Ok(None),
                });
                Ok(Arc::new(between.collect::<Result<Int64Array>>()?))
            }
            Does::Age => {
                let at = argument(0)?.as_primitive::<TimestampMicrosecondType>();
                let born = argument(1)?.as_primitive::<TimestampMicrosecondType>();
                let ages = at.iter().zip(born).map(|(at, born)| compute::age(at?, born?));
                Ok(Arc::new(ages.collect::<IntervalMonthDayNanoArray>()))
            }
        }
    }
}

fn text_of(scalar: &ScalarValue) -> Option<String> {
    scalar.try_as_str().flatten().map(str::to_owned)
}
