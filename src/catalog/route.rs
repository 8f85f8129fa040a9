//! Where a collection of the older APIs is read, which know nothing of `/lucca-api`: `[route]` in `schemas/legacy/`.

use std::{collections::BTreeMap, fmt};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a tenant is read by: which credentials it gave us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// API v5, by an OAuth application.
    #[default]
    V5,
    /// The older APIs, by an API key.
    Legacy,
}

impl Source {
    /// Whether it is API v5, which nobody needs to be told.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(crate) fn is_v5(&self) -> bool {
        *self == Self::V5
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V5 => "v5",
            Self::Legacy => "legacy",
        })
    }
}

/// Which of the older APIs: their pages, errors and parameters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Style {
    /// `data.items` and `data.count`; `fields`, `paging=offset,limit`, `orderBy`.
    V3,
    /// `items`, `count`, `prev`, `next`; `page`, `limit`, `fields.root`, `sort`.
    V4,
}

/// How one collection is asked for: `[route]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// Path below the tenant's origin.
    pub(crate) path: String,
    /// Of which API it is.
    pub(crate) style: Style,
    /// Value of `orderBy` (v3) or `sort` (v4): pages of a list without an order may overlap in any way.
    pub(crate) order: Option<String>,
    /// Parameters that never change.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// Whether the columns' properties are named by `fields`, without which v3 gives id, name and url alone.
    #[serde(default = "yes")]
    pub(crate) shows_fields: bool,
    /// What is asked for of the objects or lists that a column takes whole: property, and its own properties separated by commas.
    #[serde(default)]
    pub(crate) nested: BTreeMap<String, String>,
    /// Parameters that restrict the records to those changed since a time, one request for each: properties of a record that
    /// are columns.
    #[serde(default)]
    pub(crate) since: Vec<String>,
    /// Whether a tenant's API may give no count of it: then that its pages end is all that says that it was read whole.
    #[serde(default)]
    pub(crate) may_lack_count: bool,
    /// Column that is null as long as a record counts: what has a value there comes among what changed, and may be in the list
    /// without these parameters or not.
    pub(crate) ended: Option<String>,
    /// The days that must be given.
    pub(crate) window: Option<Window>,
    /// The ids of another collection that must be given.
    pub(crate) required: Option<Required>,
}

fn yes() -> bool {
    true
}

/// The days that are asked for: `[route.window]`, of records of one day or of records that last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    /// Parameter that takes `between,<from>,<until>`, both included, where a record has one day.
    #[serde(default)]
    pub(crate) parameter: Option<String>,
    /// Parameter of the first day of a record that lasts; those that overlap the window are asked for.
    #[serde(default)]
    pub(crate) starts: Option<String>,
    /// Parameter of its last day.
    #[serde(default)]
    pub(crate) ends: Option<String>,
    /// Setting of the first day.
    pub(crate) from: String,
    /// Setting of the last day.
    pub(crate) until: String,
}

impl Window {
    /// Names and values of the parameters that ask for the days from `from` to `until`, both included.
    pub(crate) fn parameters(&self, from: NaiveDate, until: NaiveDate) -> Vec<(&str, String)> {
        let day = self.parameter.as_deref().map(|name| (name, format!("between,{from},{until}")));
        let starts = self.starts.as_deref().map(|name| (name, format!("until,{until}")));
        let ends = self.ends.as_deref().map(|name| (name, format!("since,{from}")));
        day.into_iter().chain(starts).chain(ends).collect()
    }

    /// Whether it names one day, or the first and the last.
    fn is_whole(&self) -> bool {
        self.starts.is_some() == self.ends.is_some() && self.parameter.is_some() != self.starts.is_some()
    }
}

/// A compulsory list of ids: `[route.required]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Required {
    /// Parameter that takes a comma-separated list.
    pub(crate) parameter: String,
    /// Name of the legacy resource whose ids are passed.
    pub(crate) from: String,
    /// Parameter that takes the ids of those whom none of these ids reaches.
    pub(crate) rest_parameter: Option<String>,
    /// Name of the legacy resource that has those.
    pub(crate) rest_from: Option<String>,
    /// Its column that holds one of the ids of `from`; whoever has none there, or another, is reached by none.
    pub(crate) rest_column: Option<String>,
    /// Value of `rest_parameter` that stands for everybody. It is no documented one: records are counted by it where it is
    /// understood, and never read.
    pub(crate) rest_everybody: Option<String>,
}

impl Required {
    /// The parameter that asks for everybody's records at once, and its value.
    pub(crate) fn everybody(&self) -> Option<(&str, &str)> {
        self.rest_parameter.as_deref().zip(self.rest_everybody.as_deref())
    }

    /// How those are asked for whom no id of `from` reaches.
    pub(crate) fn rest(&self) -> Option<Rest<'_>> {
        let (parameter, from) = self.rest_parameter.as_deref().zip(self.rest_from.as_deref())?;
        Some(Rest { parameter, from, column: self.rest_column.as_deref()? })
    }
}

/// Whom a compulsory list of ids does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest<'r> {
    /// Parameter that takes their ids.
    pub(crate) parameter: &'r str,
    /// Name of the resource that has them.
    pub(crate) from: &'r str,
    /// Its column that says which id reaches them.
    pub(crate) column: &'r str,
}

impl Route {
    /// Whether what is wanted of a record must be named.
    pub(super) fn is_told_fields(&self) -> bool {
        self.style == Style::V3 && self.shows_fields
    }

    /// What does not hold, as a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.path.starts_with('/') || self.path.contains(['?', '#']) {
            return Err(format!("[route] path = {:?} is no absolute path", self.path));
        }
        if self.style == Style::V3 && self.order.is_none() {
            return Err("[route] of style v3 needs an order".to_owned());
        }
        if self.window.as_ref().is_some_and(|window| !window.is_whole()) {
            return Err("[route.window] needs either parameter, or starts and ends".to_owned());
        }
        if let Some(required) = &self.required {
            let rest = [&required.rest_parameter, &required.rest_from, &required.rest_column];
            let has_some = required.rest_everybody.is_some() || rest.iter().any(|key| key.is_some());
            if required.rest().is_none() && has_some {
                return Err("[route.required] has only some of rest_parameter, rest_from and rest_column".to_owned());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(parameters: &str) -> Route {
        let text = format!(
            "path = \"/api\"\nstyle = \"v4\"\n[window]\n{parameters}from = \"leaves_from\"\nuntil = \"leaves_until\"\n"
        );
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn a_window_is_that_of_one_day_or_of_what_overlaps_it() {
        let (from, until) =
            (NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(), NaiveDate::from_ymd_opt(2027, 12, 31).unwrap());
        let asked = |route: Route| {
            let window = route.window.unwrap();
            window.parameters(from, until).iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(asked(window("parameter = \"date\"\n")), ["date=between,2025-01-01,2027-12-31"]);
        let lasting = "starts = \"startsOn\"\nends = \"endsOn\"\n";
        assert_eq!(asked(window(lasting)), ["startsOn=until,2027-12-31", "endsOn=since,2025-01-01"]);
        for broken in ["", "starts = \"a\"\n", "ends = \"a\"\n", "parameter = \"a\"\nstarts = \"b\"\nends = \"c\"\n"] {
            assert!(window(broken).check().unwrap_err().contains("[route.window]"), "{broken}");
        }
    }
}
