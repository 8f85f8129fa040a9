//! What a table's rows must keep beyond their types, as `schemas/` and `queries/` declare it.

use serde::Serialize;

/// A table and the columns that have to be different, together, in each of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The table.
    pub(crate) table: String,
    /// The columns.
    pub(crate) columns: Vec<String>,
}

/// What is declared of the rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Quality {
    /// Columns whose values, taken together, name one row. Empty when nothing is declared.
    pub(crate) key: Vec<String>,
    /// Intervals that do not overlap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<Interval>,
    /// Columns that are hardly ever null.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) filled: Vec<Filled>,
}

/// Rows that apply from one day to another, one at a time for each value of `of`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Interval {
    /// Column of the first day.
    pub(crate) from: String,
    /// Column of the last day, or of the day after it; null is without end.
    pub(crate) to: String,
    /// Whether `to` is the last day, included, or the day after it.
    pub(crate) to_included: bool,
    /// Columns within whose values the intervals do not overlap.
    pub(crate) of: Vec<String>,
}

/// A floor under the share of rows that have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Filled {
    /// The column.
    pub(crate) column: String,
    /// Smallest share, in percent.
    pub(crate) percent: u8,
}

/// Reads `key …`, `interval …` or `filled …` of a query's heading into `quality`; `None` when the line is something else.
pub(super) fn heading(quality: &mut Quality, line: &str) -> Option<Result<(), String>> {
    let (word, rest) = line.trim().split_once(' ')?;
    match word {
        "key" => Some(names(rest).ok_or(EXPECTED_KEY).and_then(|key| once(&mut quality.key, key))),
        "interval" => Some(interval(rest).ok_or(EXPECTED_INTERVAL).and_then(|interval| {
            if quality.interval.replace(interval).is_some() { Err("a second interval") } else { Ok(()) }
        })),
        "filled" => Some(filled(rest).ok_or(EXPECTED_FILLED).map(|filled| quality.filled.push(filled))),
        _ => None,
    }
    .map(|read| read.map_err(str::to_owned))
}

const EXPECTED_KEY: &str = "expected `-- key <column>, <column>, …`";
const EXPECTED_INTERVAL: &str = "expected `-- interval <from>, <to> of <column>, …`; <to> is the day after the last";
const EXPECTED_FILLED: &str = "expected `-- filled <column> <percent>%`";

fn once(target: &mut Vec<String>, names: Vec<String>) -> Result<(), &'static str> {
    if !target.is_empty() {
        return Err("a second key");
    }
    *target = names;
    Ok(())
}

fn names(list: &str) -> Option<Vec<String>> {
    let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    let plain = |name: &String| !name.is_empty() && !name.contains(char::is_whitespace);
    names.iter().all(plain).then_some(names)
}

fn interval(text: &str) -> Option<Interval> {
    let (days, of) = text.split_once(" of ")?;
    let days: [String; 2] = names(days)?.try_into().ok()?;
    let [from, to] = days;
    Some(Interval { from, to, to_included: false, of: names(of)? })
}

fn filled(text: &str) -> Option<Filled> {
    let (column, percent) = text.trim().split_once(' ')?;
    let percent = percent.trim().strip_suffix('%')?.trim().parse().ok()?;
    Some(Filled { column: column.to_owned(), percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_heading_are_read_or_refused() {
        let mut quality = Quality::default();
        for line in ["key a, b", "interval from_day, to_day of a, c", "filled a 98 %"] {
            heading(&mut quality, line).unwrap().unwrap();
        }
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let interval =
            Interval { from: "from_day".into(), to: "to_day".into(), to_included: false, of: names(&["a", "c"]) };
        let filled = vec![Filled { column: "a".into(), percent: 98 }];
        assert_eq!(quality, Quality { key: names(&["a", "b"]), interval: Some(interval), filled });
        for (line, wanted) in [
            ("key a", "a second key"),
            ("key a b", EXPECTED_KEY),
            ("key a,", EXPECTED_KEY),
            ("interval a, b of c", "a second interval"),
            ("interval a of b", EXPECTED_INTERVAL),
            ("filled a", EXPECTED_FILLED),
            ("filled a 300%", EXPECTED_FILLED),
        ] {
            assert_eq!(heading(&mut quality, line), Some(Err(wanted.to_owned())), "{line}");
        }
        assert_eq!(heading(&mut quality, "column a int64 none: meaning"), None);
    }

    #[test]
    fn what_is_declared_must_exist() {
        let table = crate::catalog::derived::parse(
            "t.sql",
            "-- t: rows\n-- column a string! none: a\n-- column d date none: d\nSELECT 1",
        );
        let columns = table.unwrap().table.columns;
        let check = |line: &str| {
            let mut quality = Quality::default();
            heading(&mut quality, line).unwrap().unwrap();
            quality.check(&columns).err().unwrap_or_default()
        };
        assert_eq!(check("key a, d"), "");
        assert_eq!(check("key b"), "key names column b, which the table does not have");
        assert_eq!(check("interval a, d of a"), "interval: column a is no date");
        assert_eq!(check("interval d, d of b"), "interval names column b, which the table does not have");
        assert_eq!(check("filled d 0%"), "filled: d has 0 %, which is not between 1 and 100");
    }
}
