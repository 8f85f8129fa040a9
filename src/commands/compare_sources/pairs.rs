//! What of two snapshots is compared with what: tables by their names, rows by a key, columns by their names. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    catalog::{EXTRA, EXTRACTED_AT, LakeType, Origin, Privacy, RUN_ID, Table},
    lake::{SnapshotColumn, SnapshotTable},
};

/// Columns that tell of the reading rather than of what was read.
pub(super) const OF_THE_READING: [&str; 3] = [EXTRACTED_AT, RUN_ID, "url"];

/// Keys by which tables are compared that were read from two different sources, whose records do not have the same ids.
const BETWEEN_SOURCES: &[(&str, &[&str])] = &[
    ("employee_attributes", &["employee_id", "definition_id"]),
    ("employee_personal_records", &["employee_id"]),
    ("employments", &["employee_id", "start_date"]),
    ("job_positions", &["employee_id", "starts_on"]),
    ("personal_attributes", &["employee_id", "definition_id"]),
    ("probation_deadlines", &["employment_id"]),
    ("probationary_periods", &["employment_id"]),
];

/// Columns of exact JSON that two sources write differently: what they say is compared, without the addresses in it.
const JSON_BETWEEN_SOURCES: &[(&str, &str)] = &[("employee_attributes", "value"), ("personal_attributes", "value")];

/// What has one row in a wide table.
const OF_WIDE_TABLES: &str = "employee_id";

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Which {
    Left,
    Right,
}

/// The columns that a source cannot say, by table.
pub(super) type NotAvailable = BTreeMap<String, BTreeSet<String>>;

/// What is known of one side before a row is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// Its tables.
    pub(super) tables: &'a [SnapshotTable],
    /// What its source cannot say of them.
    pub(super) not_available: &'a NotAvailable,
    /// Tables that its source can give.
    pub(super) gives: &'a BTreeSet<String>,
}

/// How rows are to be paired.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    /// What the tables mean.
    pub(super) catalog: &'a [Table],
    /// Keys that were asked for, by table.
    pub(super) keys: &'a BTreeMap<String, Vec<String>>,
    /// Whether both sides were read from one source.
    pub(super) one_source: bool,
}

/// A table of two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// Its name.
    pub(super) table: String,
    pub(super) what: What,
}

/// What can be compared of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Rows.
    Rows(Paired),
    /// Nothing: one side alone has the table.
    Only(Which),
    /// Nothing: the source of the side that does not have it cannot say it.
    NotAvailable(Which),
    /// Nothing, as it lacks a column of the key that was asked for.
    Impossible(String),
}

/// How the rows of two tables are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paired {
    /// Columns whose values, together, say which row is which.
    pub(super) key: Vec<KeyColumn>,
    /// Whether they are known to be different in each row.
    pub(super) is_unique: bool,
    /// Columns whose values are compared.
    pub(super) compared: Vec<ComparedColumn>,
    /// Columns that are not, and why, in the order of the table.
    pub(super) others: Vec<(String, Why)>,
}

/// A column of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyColumn {
    pub(super) name: String,
    /// Whether its values are for anybody who may see the directory.
    pub(super) is_shown: bool,
}

/// A column whose values are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ComparedColumn {
    pub(super) name: String,
    /// Whether they are compared by what their JSON says, and not as texts.
    pub(super) by_meaning: bool,
}

/// Why a column is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// One side alone has it.
    Only(Which),
    /// Its source cannot say it on this side.
    NotAvailable(Which),
    /// The sides have different types.
    Types(LakeType, LakeType),
    /// It tells of the reading.
    OfTheReading,
}

/// Pairs the tables of both sides, those of `wanted` where some are.
pub(super) fn pairs(left: Known<'_>, right: Known<'_>, rules: Rules<'_>, wanted: &BTreeSet<String>) -> Vec<Pair> {
    let names: BTreeSet<&str> = left.tables.iter().chain(right.tables).map(|table| table.name.as_str()).collect();
    let wanted = |name: &&str| wanted.is_empty() || wanted.contains(*name);
    names.into_iter().filter(wanted).map(|name| pair(name, left, right, rules)).collect()
}

fn pair(name: &str, left: Known<'_>, right: Known<'_>, rules: Rules<'_>) -> Pair {
    let find = |side: Known<'_>| side.tables.iter().find(|table| table.name == name).map(|t| t.columns.clone());
    // Between two sources, what is computed follows from what is read: there it counts.
    let cannot = |side: Known<'_>| !rules.one_source && !side.gives.contains(name);
    let what = match (find(left), find(right)) {
        (Some(l), Some(r)) => paired(name, &l, &r, left, right, rules),
        (Some(_), None) if cannot(right) => What::NotAvailable(Which::Right),
        (None, Some(_)) if cannot(left) => What::NotAvailable(Which::Left),
        (Some(_), None) => What::Only(Which::Left),
        (None, _) => What::Only(Which::Right),
    };
    Pair { table: name.to_owned(), what }
}

fn paired(
    name: &str,
    l: &[SnapshotColumn],
    r: &[SnapshotColumn],
    left: Known<'_>,
    right: Known<'_>,
    rules: Rules<'_>,
) -> What {
    let cannot =
        |side: Known<'_>, column: &str| side.not_available.get(name).is_some_and(|columns| columns.contains(column));
    let right_only = r.iter().filter(|c| l.iter().all(|other| other.name != c.name));
    let (mut same, mut others) = (Vec::new(), Vec::new());
    for column in l.iter().chain(right_only) {
        let find = |columns: &[SnapshotColumn]| columns.iter().find(|c| c.name == column.name).map(|c| c.lake_type);
        let why = match (find(l), find(r)) {
            _ if OF_THE_READING.contains(&column.name.as_str()) => Some(Why::OfTheReading),
            // What has no column differs by its nature where the sources do.
            _ if column.name == EXTRA && !rules.one_source => Some(Why::OfTheReading),
            _ if cannot(right, &column.name) => Some(Why::NotAvailable(Which::Right)),
            _ if cannot(left, &column.name) => Some(Why::NotAvailable(Which::Left)),
            (Some(_), None) => Some(Why::Only(Which::Left)),
            (None, _) => Some(Why::Only(Which::Right)),
            (Some(l), Some(r)) if l != r => Some(Why::Types(l, r)),
            (Some(_), Some(_)) => None,
        };
        match why {
            Some(why) => others.push((column.name.clone(), why)),
            None => same.push(column.name.clone()),
        }
    }
    let known = rules.catalog.iter().find(|table| table.name == name);
    let key = match key(name, known, &same, rules) {
        Ok(key) => key,
        Err(missing) => return What::Impossible(missing),
    };
    let is_wide = known.is_some_and(|table| table.origin == Origin::Wide);
    let is_unique = known.is_some_and(|table| table.quality.key == key) || is_wide && key == [OF_WIDE_TABLES];
    // Where no key is known, a row is all its values: they are told only where they are identifiers.
    let is_known = key.len() < same.len();
    let is_json = |column: &str| !rules.one_source && JSON_BETWEEN_SOURCES.contains(&(name, column));
    let compared = same.into_iter().filter(|column| !key.contains(column));
    let compared = compared.map(|name| ComparedColumn { by_meaning: is_json(&name), name }).collect();
    let is_shown = |column: &str| {
        let known = known.and_then(|table| table.columns.iter().find(|c| c.name == column));
        let is_identifier = is_known || column == "id" || column.ends_with("_id");
        is_identifier && known.is_some_and(|c| c.privacy <= Privacy::Directory)
    };
    let key = key.into_iter().map(|name| KeyColumn { is_shown: is_shown(&name), name }).collect();
    What::Rows(Paired { key, is_unique, compared, others })
}

/// The key of a table: the one that was asked for, the one between sources, the declared one, the id, or all columns.
fn key(name: &str, known: Option<&Table>, same: &[String], rules: Rules<'_>) -> Result<Vec<String>, String> {
    if let Some(asked) = rules.keys.get(name) {
        return match asked.iter().find(|column| !same.contains(column)) {
            Some(missing) => Err(missing.clone()),
            None => Ok(asked.clone()),
        };
    }
    let between = BETWEEN_SOURCES.iter().find(|(table, _)| *table == name && !rules.one_source);
    let between = between.map(|(_, key)| key.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>());
    let declared = known.map(|table| table.quality.key.clone()).filter(|key| !key.is_empty());
    let is_wide = known.is_some_and(|table| table.origin == Origin::Wide);
    let id = Some(vec![if is_wide { OF_WIDE_TABLES } else { "id" }.to_owned()]);
    let there = |key: &Vec<String>| key.iter().all(|column| same.contains(column));
    Ok([between, declared, id].into_iter().flatten().find(there).unwrap_or_else(|| same.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Zone};

    fn table(name: &str, columns: &[(&str, LakeType)]) -> SnapshotTable {
        let column = |(name, lake_type): &(&str, LakeType)| SnapshotColumn {
            name: (*name).to_owned(),
            lake_type: *lake_type,
            nullable: true,
        };
        let columns = columns.iter().map(column).collect();
        SnapshotTable { name: name.to_owned(), zone: Zone::Core, columns, files: Vec::new() }
    }

    fn cannot(table: &str, columns: &[&str]) -> NotAvailable {
        BTreeMap::from([(table.to_owned(), columns.iter().map(|c| (*c).to_owned()).collect())])
    }

    const STRING: LakeType = LakeType::String;

    fn compare(
        left: &[SnapshotTable],
        right: &[SnapshotTable],
        not_right: &NotAvailable,
        one_source: bool,
    ) -> Vec<Pair> {
        let catalog = Catalog::embedded().unwrap().tables();
        let (nothing, keys) = (NotAvailable::new(), BTreeMap::new());
        let gives = BTreeSet::from(["taxonomies".to_owned()]);
        let left = Known { tables: left, not_available: &nothing, gives: &gives };
        let right = Known { tables: right, not_available: not_right, gives: &gives };
        pairs(left, right, Rules { catalog: &catalog, keys: &keys, one_source }, &BTreeSet::new())
    }

    #[test]
    fn what_a_source_cannot_say_is_not_missing() {
        let l = [table("professions", &[("id", STRING)]), table("taxonomies", &[("id", STRING)])];
        let what = |one_source| {
            let pairs = compare(&l, &[], &NotAvailable::new(), one_source);
            pairs.into_iter().map(|pair| pair.what).collect::<Vec<_>>()
        };
        assert_eq!(what(false), [What::NotAvailable(Which::Right), What::Only(Which::Left)]);
        assert_eq!(what(true), [What::Only(Which::Left), What::Only(Which::Left)]);
    }

    #[test]
    fn columns_are_compared_where_both_sides_can_say_them() {
        let columns = [
            ("id", STRING),
            ("url", STRING),
            ("given_name", STRING),
            ("portrait_id", STRING),
            ("status", STRING),
            ("_extra", STRING),
            ("_extracted_at", LakeType::Timestamp),
        ];
        let l = [table("employees", &columns)];
        let r = [table("employees", &[&columns[..4], &[("status", LakeType::Int32), ("new", STRING)]].concat())];
        let pairs = compare(&l, &r, &cannot("employees", &["portrait_id"]), false);
        let What::Rows(paired) = &pairs[0].what else { panic!("{pairs:?}") };
        assert_eq!(paired.key, [KeyColumn { name: "id".to_owned(), is_shown: true }]);
        assert_eq!(paired.compared, [ComparedColumn { name: "given_name".to_owned(), by_meaning: false }]);
        let others: Vec<(&str, &Why)> = paired.others.iter().map(|(name, why)| (name.as_str(), why)).collect();
        assert_eq!(
            others,
            [
                ("url", &Why::OfTheReading),
                ("portrait_id", &Why::NotAvailable(Which::Right)),
                ("status", &Why::Types(STRING, LakeType::Int32)),
                ("_extra", &Why::OfTheReading),
                ("_extracted_at", &Why::OfTheReading),
                ("new", &Why::Only(Which::Right)),
            ]
        );
    }

    #[test]
    fn rows_are_paired_by_what_both_sides_call_them() {
        let columns = [("id", STRING), ("employee_id", STRING), ("start_date", LakeType::Date)];
        let tables = [table("employments", &columns)];
        let names = |one_source| {
            let pairs = compare(&tables, &tables, &NotAvailable::new(), one_source);
            let What::Rows(paired) = &pairs[0].what else { panic!("{pairs:?}") };
            paired.key.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(true), ["id"]);
        assert_eq!(names(false), ["employee_id", "start_date"]);
    }

    #[test]
    fn values_that_name_a_row_are_told_where_they_are_identifiers() {
        let keys = |name: &str, columns: &[(&str, LakeType)]| {
            let tables = [table(name, columns)];
            let pairs = compare(&tables, &tables, &NotAvailable::new(), true);
            let What::Rows(paired) = &pairs[0].what else { panic!("{pairs:?}") };
            paired.key.iter().map(|column| (column.name.clone(), column.is_shown)).collect::<Vec<_>>()
        };
        let columns = [("employee_id", STRING), ("employee_email", STRING), ("department_id", STRING)];
        assert_eq!(keys("employee_snapshot", &columns), [("employee_id".to_owned(), true)]);
        // It has no declared key, and this version of it has no identifier either.
        let columns = [("department_id", STRING), ("mail", STRING), ("department_name", STRING)];
        let shown: Vec<bool> = keys("legacy_users", &columns).into_iter().map(|(_, is_shown)| is_shown).collect();
        assert_eq!(shown, [true, false, false]);
    }

    #[test]
    fn keys_between_sources_are_of_columns_that_there_are() {
        let catalog = Catalog::embedded().unwrap();
        for (name, key) in BETWEEN_SOURCES {
            let table = catalog.table(name).unwrap();
            for column in *key {
                assert!(table.columns.iter().any(|c| c.name == *column), "{name}.{column}");
            }
        }
        for (name, column) in JSON_BETWEEN_SOURCES {
            assert!(catalog.table(name).unwrap().columns.iter().any(|c| c.name == *column), "{name}.{column}");
        }
    }
}
