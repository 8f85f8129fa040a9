use arrow::{
    array::{ArrayRef, Date32Array},
    compute::concat_batches,
};
use proptest::prelude::*;

use super::*;
use crate::{
    catalog::Catalog,
    engine::testing::{TestLake, batch, deep, strings},
    wide::{Definition, Names, Sorting, WidePlan},
};

const DAY: &str = "2026-03-01";

#[derive(Debug, Clone)]
struct Row {
    employee: Option<u8>,
    definition: &'static str,
    id: usize,
    starts: Option<i32>,
    ends: Option<i32>,
    value: &'static str,
}

fn attributes(rows: &[Row]) -> RecordBatch {
    let days = |of: fn(&Row) -> Option<i32>| Arc::new(rows.iter().map(of).collect::<Date32Array>()) as ArrayRef;
    batch(vec![
        ("employee_id", strings(rows.iter().map(|row| row.employee.map(|id| id.to_string())))),
        ("definition_id", strings(rows.iter().map(|row| Some(row.definition)))),
        ("id", strings(rows.iter().map(|row| Some(row.id.to_string())))),
        ("applicability_start", days(|row| row.starts)),
        ("applicability_end", days(|row| row.ends)),
        ("value", strings(rows.iter().map(|row| Some(row.value)))),
    ])
}

/// The wide table of attributes that come in several files, and what was unforeseen in it.
async fn wide(files: &[&[Row]], most_waiting: u64) -> (RecordBatch, BTreeMap<String, Unforeseen>) {
    let mut lake = TestLake::default();
    let files: Vec<RecordBatch> = files.iter().map(|rows| attributes(rows)).collect();
    lake.add("personal_attributes", DAY, attributes(&[]).schema(), &files).await;
    // One who has attributes, one who has none, and one who is listed twice.
    let ids = strings(["3", "200", "7", "7"].map(Some));
    let status = strings(["active"; 4].map(Some));
    lake.add_batch("employees", DAY, &batch(vec![("id", ids), ("status", status)])).await;
    let session = lake.session().with_memory(64 << 20).unwrap();
    let declared =
        Catalog::embedded().unwrap().wide.into_iter().find(|wide| wide.long == "personal_attributes").unwrap();
    let definition = |id: &str, multiple: Option<Sorting>| {
        let schema = r#"{"type": ["string", "null"]}"#.to_owned();
        Definition { id: id.into(), name: id.into(), schema, multiple, ..Definition::default() }
    };
    let several = Sorting { descending: false, property: None };
    let definitions = [definition("e_one", None), definition("e_many", Some(several))];
    let plan = WidePlan::new(&declared.table, &definitions, &BTreeMap::new(), |_| true);
    let table = plan.table(|_| crate::catalog::Privacy::None);
    let pivot = Pivot::new(Arc::new(plan), Names::new(), 100, true);
    let source = Source { long: "personal_attributes", statuses: None };
    let WideRows { rows, unforeseen } = begin_with(&session, &source, table.clone(), pivot, most_waiting);
    let rows = rows.collect().await.unwrap();
    (concat_batches(&table.arrow_schema(), &rows).unwrap(), unforeseen.get().unwrap().clone())
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let day = || prop::option::of(95..105i32);
    let of = (
        prop::option::weighted(0.95, 1..12u8),
        prop::sample::select(vec!["e_one", "e_many", "e_unknown"]),
        (day(), day()),
        prop::sample::select(vec!["\"a\"", "\"b\"", "\"\\udc00\"", "7", "null"]),
    );
    let rows = prop::collection::vec(of, 0..60);
    rows.prop_map(|rows| {
        let row =
            |(id, (employee, definition, (starts, ends), value))| Row { employee, definition, id, starts, ends, value };
        rows.into_iter().enumerate().map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However the attributes of people are mixed and cut, and whether they are sorted before they are read.
    #[test]
    fn the_order_of_the_attributes_does_not_matter(
        mixed in rows().prop_shuffle(),
        cut in any::<prop::sample::Index>(),
    ) {
        deep(|| async {
            let mut sorted = mixed.clone();
            sorted.sort_by_key(|row| (row.employee.map(|id| id.to_string()), row.definition, row.id));
            let expected = wide(&[&sorted], u64::MAX).await;
            let (one, other) = mixed.split_at(cut.index(mixed.len() + 1));
            for most_waiting in [0, u64::MAX] {
                assert_eq!(wide(&[one, other], most_waiting).await, expected);
            }
            // Nobody is left out, nobody comes twice but who is listed twice, all by their ids.
            let mut people: Vec<String> = mixed.iter().filter_map(|row| row.employee).map(|id| id.to_string()).collect();
            people.extend(["3", "200", "7"].map(str::to_owned));
            people.sort();
            people.dedup();
            let twice = people.iter().position(|id| id == "7").unwrap();
            people.insert(twice, "7".to_owned());
            let found: Vec<&str> = expected.0.column(0).as_string::<i32>().iter().flatten().collect();
            assert_eq!(found, people);
        });
    }
}

#[test]
fn only_rows_apart_from_others_of_their_person_wait() {
    deep(|| async {
        let row = |employee| Row {
            employee: Some(employee),
            definition: "e_one",
            id: 0,
            starts: None,
            ends: None,
            value: "7",
        };
        for (people, waiting) in [
            (&[1, 1, 2, 2, 3][..], 0),
            (&[1, 1, 2, 2, 1], 2),
            (&[1, 2, 1, 2], 2),
            (&[1, 1, 2, 3, 3, 3, 2, 3, 1], 6),
            (&[], 0),
        ] {
            let mut lake = TestLake::default();
            let rows: Vec<Row> = people.iter().map(|id| row(*id)).collect();
            lake.add_batch("personal_attributes", DAY, &attributes(&rows)).await;
            let session = lake.session().with_memory(64 << 20).unwrap();
            let together = Together::of(&session, "personal_attributes").await.unwrap();
            assert_eq!(together.most_waiting, waiting, "{people:?}");
            assert_eq!(together.rows.values().sum::<u64>(), people.len() as u64);
        }
    });
}
