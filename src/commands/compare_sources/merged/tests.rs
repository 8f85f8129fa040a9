//! What was changed is found, in its row and column, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, ListBuilder, RecordBatch, StringBuilder},
    datatypes::Schema,
};
use futures::stream;
use proptest::prelude::*;

use super::*;
use crate::{
    commands::compare_sources::{
        found::{MOST_NAMED, Values},
        pairs::{ComparedColumn, KeyColumn},
    },
    engine::testing::{TestLake, batch, dates, deep, ints, strings},
};

const COLUMNS: [&str; 4] = ["text", "number", "day", "list"];

/// The values of a row, in the order of [`COLUMNS`]: each is known by a small number.
type Row = [Option<u8>; 4];

fn columns(rows: &[(Option<String>, Row)]) -> Vec<(&'static str, ArrayRef)> {
    let of = |index: usize| rows.iter().map(move |(_, row)| row[index]);
    let first = "2026-03-01".parse::<chrono::NaiveDate>().unwrap();
    let mut lists = ListBuilder::new(StringBuilder::new());
    for value in of(3) {
        // Null, empty, and with a null in it.
        match value {
            None => lists.append_null(),
            Some(0) => lists.append_value([] as [Option<String>; 0]),
            Some(n) => lists.append_value([Some(n.to_string()), None]),
        }
    }
    vec![
        ("id", strings(rows.iter().map(|(id, _)| id.as_deref()))),
        ("text", strings(of(0).map(|value| value.map(|n| "ä".repeat(n.into()))))),
        ("number", ints(of(1).map(|value| value.map(i64::from)))),
        ("day", dates(of(2).map(|value| value.map(|n| first + chrono::Days::new(n.into()))))),
        ("list", Arc::new(lists.finish())),
    ]
}

/// Rows in the order of their ids, in batches of these sizes over and over.
fn sorted(rows: &BTreeMap<Option<String>, Row>, sizes: &[usize]) -> Sorted {
    let rows: Vec<(Option<String>, Row)> = rows.iter().map(|(id, row)| (id.clone(), *row)).collect();
    let whole = batch(columns(&rows));
    let (mut batches, mut at) = (Vec::new(), 0);
    for size in sizes.iter().cycle() {
        if at >= rows.len() {
            break;
        }
        let size = (*size).min(rows.len() - at);
        batches.push(Ok(whole.slice(at, size)));
        at += size;
    }
    // A batch may be empty.
    batches.push(Ok(RecordBatch::new_empty(whole.schema())));
    Sorted::of(stream::iter(batches).boxed())
}

fn paired(is_shown: bool) -> Paired {
    let key = vec![KeyColumn { name: "id".to_owned(), is_shown }];
    let compared = COLUMNS.map(|name| ComparedColumn { name: name.to_owned(), by_meaning: false }).to_vec();
    Paired { key, is_unique: true, compared, others: Vec::new() }
}

/// A change of one side.
#[derive(Debug, Clone)]
enum Edit {
    Removed(usize),
    Added(u16),
    Changed(usize, usize, Option<u8>),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..400_usize).prop_map(Edit::Removed),
        any::<u16>().prop_map(Edit::Added),
        (0..400_usize, 0..COLUMNS.len(), prop::option::of(0..4_u8)).prop_map(|(r, c, v)| Edit::Changed(r, c, v)),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    [prop::option::of(0..4_u8), prop::option::of(0..4_u8), prop::option::of(0..4_u8), prop::option::of(0..4_u8)]
}

fn ids(found: &Found) -> (u64, BTreeSet<String>) {
    assert_eq!(found.ids.len() as u64, found.count.min(MOST_NAMED as u64));
    (found.count, found.ids.iter().cloned().collect())
}

/// As counted one by one.
fn expected(names: impl IntoIterator<Item = Option<String>>) -> (u64, BTreeSet<String>) {
    let names: BTreeSet<Option<String>> = names.into_iter().collect();
    (names.len() as u64, names.into_iter().take(MOST_NAMED).map(Option::unwrap_or_default).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn edits_are_found_exactly(
        base in prop::collection::btree_map(prop::option::weighted(0.98, "[0-9a-zé]{1,3}"), row(), 0..120),
        edits in prop::collection::vec(edit(), 0..40),
        left_sizes in prop::collection::vec(1..50_usize, 1..4),
        right_sizes in prop::collection::vec(1..50_usize, 1..4),
    ) {
        let mut changed = base.clone();
        for edit in edits {
            let nth = |n: usize| changed.keys().nth(n % changed.len().max(1)).cloned();
            match edit {
                Edit::Removed(n) => drop(nth(n).map(|id| changed.remove(&id))),
                Edit::Added(n) => drop(changed.insert(Some(format!("+{n}")), [Some(1); 4])),
                Edit::Changed(n, column, value) => {
                    if let Some(row) = nth(n).and_then(|id| changed.get_mut(&id)) {
                        row[column] = value;
                    }
                }
            }
        }
        let (left, right) = (sorted(&base, &left_sizes), sorted(&changed, &right_sizes));
        let found = futures::executor::block_on(merge(left, right, &paired(true), Shown::Ids)).unwrap();

        let shared: Vec<(Option<String>, Row, Row)> =
            base.iter().filter_map(|(id, row)| Some((id.clone(), *row, *changed.get(id)?))).collect();
        let alone = |one: &BTreeMap<Option<String>, Row>, other: &BTreeMap<Option<String>, Row>| {
            expected(one.keys().filter(|id| !other.contains_key(*id)).cloned())
        };
        prop_assert_eq!(ids(&found.rows.left), alone(&base, &changed));
        prop_assert_eq!(ids(&found.rows.right), alone(&changed, &base));
        let differing = expected(shared.iter().filter(|(_, l, r)| l != r).map(|(id, ..)| id.clone()));
        prop_assert_eq!(found.rows.equal + differing.0, shared.len() as u64);
        prop_assert_eq!(ids(&found.rows.differing), differing);
        for (index, column) in found.columns.iter().enumerate() {
            let of = |wanted: fn(Option<u8>, Option<u8>) -> bool| {
                let found = shared.iter().filter(|(_, l, r)| l[index] != r[index] && wanted(l[index], r[index]));
                expected(found.map(|(id, ..)| id.clone()))
            };
            prop_assert_eq!(ids(&column.differs), of(|l, r| l.is_some() && r.is_some()), "{}", &column.column);
            prop_assert_eq!(ids(&column.left), of(|_, r| r.is_none()));
            prop_assert_eq!(ids(&column.right), of(|l, _| l.is_none()));
            prop_assert_eq!(column.equal + column.different(), shared.len() as u64);
            prop_assert!(column.values.is_empty());
        }
    }
}

async fn compared(left: &[(&str, Row)], right: &[(&str, Row)], paired: &Paired, shown: Shown) -> RowsFound {
    let session = async |rows: &[(&str, Row)]| {
        let rows: Vec<(Option<String>, Row)> = rows.iter().map(|(id, row)| (Some((*id).to_owned()), *row)).collect();
        let rows = batch(columns(&rows));
        let mut lake = TestLake::default();
        // Rows of several files, in no order.
        let half = rows.num_rows() / 2;
        let files = [rows.slice(half, rows.num_rows() - half), rows.slice(0, half)];
        lake.add("t", "2026-03-01", Arc::<Schema>::clone(&rows.schema()), &files).await;
        lake.session()
    };
    let (left, right) = (session(left).await, session(right).await);
    merged(&left, &right, "t", paired, shown).await.unwrap()
}

#[test]
fn rows_come_in_the_order_in_which_they_are_compared() {
    deep(|| async {
        let rows: Vec<(String, Row)> = (0..500).rev().map(|n| (format!("é{n}"), [Some(1); 4])).collect();
        let left: Vec<(&str, Row)> = rows.iter().map(|(id, row)| (id.as_str(), *row)).collect();
        let mut right = left.clone();
        right.reverse();
        right[17].1[3] = Some(0);
        let found = compared(&left, &right, &paired(true), Shown::Ids).await;
        assert_eq!((found.rows.equal, found.rows.differing.ids), (499, vec!["é17".to_owned()]));
        assert_eq!(found.columns[3].differs.count, 1);
    });
}

#[test]
fn rows_of_one_key_are_paired_in_the_same_order() {
    deep(|| async {
        let left = [("a", [Some(1); 4]), ("a", [Some(2); 4]), ("b", [None; 4])];
        let right = [("a", [Some(2); 4]), ("b", [None; 4]), ("a", [Some(1); 4]), ("a", [Some(3); 4])];
        let found = compared(&left, &right, &Paired { is_unique: false, ..paired(true) }, Shown::Ids).await;
        assert_eq!((found.rows.equal, found.rows.differing.count), (3, 0));
        assert_eq!(found.rows.right, Found { count: 1, ids: vec!["a".to_owned()] });
    });
}

#[test]
fn values_and_private_keys_are_shown_to_who_asks_for_them() {
    deep(|| async {
        let (left, right) = ([("a", [Some(1), Some(7), None, None])], [("a", [None, Some(8), None, None])]);
        let found = compared(&left, &right, &paired(false), Shown::Ids).await;
        assert_eq!(found.rows.differing.ids, ["…"]);
        assert!(found.columns.iter().all(|column| column.values.is_empty()));
        assert!(!serde_json::to_string(&found.columns).unwrap().contains('7'));
        let found = compared(&left, &right, &paired(false), Shown::Values).await;
        assert_eq!(found.rows.differing.ids, ["a"]);
        let value = |left: Option<&str>, right: Option<&str>| {
            vec![Values { id: "a".to_owned(), left: left.map(str::to_owned), right: right.map(str::to_owned) }]
        };
        assert_eq!(found.columns[0].values, value(Some("ä"), None));
        assert_eq!(found.columns[1].values, value(Some("7"), Some("8")));
    });
}
