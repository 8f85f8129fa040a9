//! How a table made with a key is held against the one that API v5 gives.

use std::collections::{BTreeMap, BTreeSet};

use arrow::{array::Array as _, record_batch::RecordBatch, util::display::array_value_to_string};

/// Columns of a table by what a key can say of them. Every column stands somewhere, but for those that every table has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    pub(super) table: &'static str,
    /// By which rows belong together.
    pub(super) key: &'static [&'static str],
    /// The same in both.
    pub(super) same: &'static [&'static str],
    /// The same, or null with a key.
    pub(super) same_or_null: &'static [&'static str],
    /// Null with a key, or of another numbering.
    pub(super) unknown: &'static [&'static str],
    /// Whether with a key there are fewer rows: those that somebody has.
    pub(super) some_rows: bool,
}

/// A row: columns and their values as text, `None` for null.
pub(super) type Row = BTreeMap<String, Option<String>>;

/// The rows of a table; an empty list is as null.
pub(super) fn rows(batch: &RecordBatch) -> Vec<Row> {
    let schema = batch.schema();
    let cell = |column: usize, row: usize| {
        let values = batch.column(column);
        let text = values.is_valid(row).then(|| array_value_to_string(values, row).unwrap());
        text.filter(|text| text != "[]")
    };
    let row = |row: usize| {
        schema.fields().iter().enumerate().map(|(at, field)| (field.name().clone(), cell(at, row))).collect::<Row>()
    };
    (0..batch.num_rows()).map(row).collect()
}

impl Relation {
    fn by_key(&self, batch: &RecordBatch) -> BTreeMap<Vec<Option<String>>, Row> {
        let rows = rows(batch);
        let count = rows.len();
        let keyed: BTreeMap<_, _> =
            rows.into_iter().map(|row| (self.key.iter().map(|key| row[*key].clone()).collect(), row)).collect();
        assert_eq!(keyed.len(), count, "{}: its key is of one row each", self.table);
        keyed
    }

    /// Everything that differs and should not.
    pub(super) fn differences(&self, found: &RecordBatch, expected: &RecordBatch) -> Vec<String> {
        let table = self.table;
        let told: BTreeSet<&str> =
            [self.key, self.same, self.same_or_null, self.unknown, &["_extra"]].concat().into_iter().collect();
        let schema = expected.schema();
        let columns: BTreeSet<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(told, columns, "{table}: what is said of its columns");
        assert_eq!(found.schema().fields().len(), columns.len(), "{table}");
        let (found, expected) = (self.by_key(found), self.by_key(expected));
        let mut wrong = Vec::new();
        for (key, row) in &found {
            let Some(other) = expected.get(key) else {
                wrong.push(format!("{table} {key:?}: v5 does not have it"));
                continue;
            };
            for column in self.same.iter().chain(self.same_or_null) {
                let (value, right) = (&row[*column], &other[*column]);
                let may_be_null = self.same_or_null.contains(column);
                if value != right && !(may_be_null && value.is_none()) {
                    wrong.push(format!("{table} {key:?} {column}: {value:?}, not {right:?}"));
                }
            }
        }
        if !self.some_rows {
            let lost = expected.keys().filter(|key| !found.contains_key(*key));
            wrong.extend(lost.map(|key| format!("{table} {key:?}: lost")));
        }
        if found.is_empty() {
            wrong.push(format!("{table}: no rows"));
        }
        wrong
    }
}
