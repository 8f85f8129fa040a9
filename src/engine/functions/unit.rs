//! Units of calendar and clock.

use arrow::compute::DatePart;

/// A unit of calendar or clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unit {
    Year,
    Quarter,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Their names.
const UNITS: [(&str, Unit); 7] = [
    ("year", Unit::Year),
    ("quarter", Unit::Quarter),
    ("month", Unit::Month),
    ("day", Unit::Day),
    ("hour", Unit::Hour),
    ("minute", Unit::Minute),
    ("second", Unit::Second),
];

impl Unit {
    /// The unit of this name, also in the plural.
    pub(super) fn called(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let name = name.strip_suffix('s').unwrap_or(&name);
        UNITS.iter().find(|(known, _)| *known == name).map(|(_, unit)| *unit)
    }

    /// What there is, for an error about another name.
    pub(super) fn there_are(wrong: &str) -> String {
        if matches!(wrong.to_lowercase().as_str(), "week" | "weeks") {
            // DuckDB before version 2 and Snowflake count Mondays, DuckDB since then and Spark whole weeks.
            return "weeks are not counted the same in all engines; write date_diff('day', …) / 7 for whole ones"
                .to_owned();
        }
        format!("there are {}", UNITS.map(|(name, _)| name).join(", "))
    }

    /// The part of a date or time.
    pub(super) fn part(self) -> DatePart {
        match self {
            Self::Year => DatePart::Year,
            Self::Quarter => DatePart::Quarter,
            Self::Month => DatePart::Month,
            Self::Day => DatePart::Day,
            Self::Hour => DatePart::Hour,
            Self::Minute => DatePart::Minute,
            Self::Second => DatePart::Second,
        }
    }
}
