//! Hidden cells stay hidden: nobody computes one from the totals and the cells that are published.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, Int32Array};
use arrow::datatypes::Int64Type;
use proptest::prelude::*;

use super::*;
use crate::{catalog::Catalog, engine::testing::dates};

const GENDERS: [&str; 4] = ["female", "male", "diverse", "unknown"];
const BANDS: [(&str, i32); 4] = [("25-29", 27), ("30-34", 32), ("50-54", 52), ("70 and over", 71)];
const ENTITIES: usize = 10;

#[derive(Debug, Clone)]
struct Person {
    entity: usize,
    level: i32,
    category: Option<u8>,
    gender: usize,
    band: usize,
    manager: Option<usize>,
}

/// People that come in bunches, so that many cells are just below and above five.
fn population() -> impl Strategy<Value = Vec<Person>> {
    let manager = proptest::option::weighted(0.2, 0usize..40);
    let gender = prop_oneof![6 => Just(0usize), 6 => Just(1usize), 1 => Just(2usize), 1 => Just(3usize)];
    let bunch = (0..ENTITIES, 1..3i32, proptest::option::of(0..2u8), gender, 0..BANDS.len(), manager, 1..9usize);
    proptest::collection::vec(bunch, 1..90).prop_map(|bunches| {
        let people = bunches.into_iter().flat_map(|(entity, level, category, gender, band, manager, n)| {
            std::iter::repeat_n(Person { entity, level, category, gender, band, manager }, n)
        });
        people.collect()
    })
}

async fn lake(people: &[Person]) -> TestLake {
    let mut lake = TestLake::default();
    let id = |index: usize| Some(format!("p{index}"));
    let each = |f: &dyn Fn(usize, &Person) -> Option<String>| strings(people.iter().enumerate().map(|(i, p)| f(i, p)));
    let born = |p: &Person| day(&format!("{}-06-15", 2025 - BANDS[p.band].1));
    // Entity 0 is that of contracts without one.
    let entity = |p: &Person| (p.entity > 0).then(|| format!("e{}", p.entity));
    let history = batch(vec![
        ("employee_id", each(&|i, _| id(i))),
        ("legal_entity_id", each(&|_, p| entity(p))),
        ("department_id", each(&|_, p| Some(format!("d{}", p.level)))),
        ("occupation_category_id", each(&|_, p| p.category.map(|c| format!("c{c}")))),
        ("manager_id", each(&|_, p| p.manager.filter(|m| *m < people.len()).and_then(id))),
        ("is_current", Arc::new(BooleanArray::from(vec![true; people.len()])) as ArrayRef),
    ]);
    let records = batch(vec![
        ("employee_id", each(&|i, _| id(i))),
        ("legal_gender", each(&|_, p| Some(GENDERS[p.gender].to_owned()))),
        ("birth_date", dates(people.iter().map(|p| Some(born(p))))),
    ]);
    let departments = batch(vec![
        ("id", strings([Some("d1"), Some("d2")])),
        ("level", Arc::new(Int32Array::from(vec![1, 2])) as ArrayRef),
    ]);
    let named = |column: &str| batch(vec![("id", strings([Some("x")])), (column, strings([Some("X")]))]);
    for (name, rows) in [
        ("assignment_history", &history),
        ("latest_personal_records", &records),
        ("departments", &departments),
        ("legal_entities", &named("legal_name")),
        ("occupation_categories", &named("title")),
    ] {
        lake.add_batch(name, DAY, rows).await;
    }
    lake
}

/// Entity, row and gender of a cell.
type Cell = (String, String, usize);

/// What a table shows of each cell.
async fn shown(session: &Session, table: &str, row: &[&str]) -> BTreeMap<Cell, Option<i64>> {
    let catalog = Catalog::embedded().unwrap();
    let query = catalog.derived.into_iter().find(|q| q.table.name == table).unwrap();
    let rows = start(session, "", &query.sql, &query.table, day(DAY)).await.unwrap();
    let mut cells = BTreeMap::new();
    for batch in rows.collect().await.unwrap() {
        let text = |column: &str, index: usize| {
            let texts = arrow::compute::cast(batch.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
            let texts = texts.as_string::<i32>().clone();
            if texts.is_null(index) { "-".to_owned() } else { texts.value(index).to_owned() }
        };
        let counts = batch.column_by_name("headcount").unwrap().as_primitive::<Int64Type>();
        for index in 0..batch.num_rows() {
            let gender = GENDERS.iter().position(|g| *g == text("gender", index)).unwrap();
            let row: Vec<String> = row.iter().map(|column| text(column, index)).collect();
            let cell = (text("legal_entity_id", index), row.join("/"), gender);
            let count = counts.is_valid(index).then(|| counts.value(index));
            assert_eq!(text("is_suppressed", index) == "true", count.is_none());
            assert_eq!(cells.insert(cell, count), None);
        }
    }
    cells
}

/// How many people are in each cell, by another way than that of the queries.
fn counted(
    people: &[Person],
    cells: &BTreeMap<Cell, Option<i64>>,
    row: impl Fn(usize) -> String,
) -> BTreeMap<Cell, i64> {
    let mut counts: BTreeMap<Cell, i64> = cells.keys().map(|cell| (cell.clone(), 0)).collect();
    for (index, person) in people.iter().enumerate() {
        let entity = if person.entity == 0 { "-".to_owned() } else { format!("e{}", person.entity) };
        *counts.get_mut(&(entity, row(index), person.gender)).unwrap() += 1;
    }
    counts
}

/// An unknown number: of the people of one line who are in another.
type Hidden = (String, String, i64);

/// The unknown numbers with somebody in them that all the totals of their lines leave no choice. Another choice, none of
/// whose numbers is negative, is a circle of lines around which one person each can be moved.
fn determined(hidden: &[Hidden]) -> Vec<&Hidden> {
    let reaches = |without: usize, from: &str, to: &str| {
        let (mut seen, mut next) = (BTreeSet::from([from.to_owned()]), vec![from.to_owned()]);
        while let Some(at) = next.pop() {
            for (_, (a, b, n)) in hidden.iter().enumerate().filter(|(other, _)| *other != without) {
                let forth = (*a == at).then_some(b);
                let back = (*b == at && *n > 0).then_some(a);
                next.extend(forth.into_iter().chain(back).filter(|line| seen.insert((*line).clone())).cloned());
            }
        }
        seen.contains(to)
    };
    let is_open = |(index, (a, b, n)): (usize, &Hidden)| reaches(index, b, a) || (*n > 0 && reaches(index, a, b));
    hidden.iter().enumerate().filter(|(i, cell)| cell.2 > 0 && !is_open((*i, cell))).map(|(_, cell)| cell).collect()
}

fn check(table: &str, shown: &BTreeMap<Cell, Option<i64>>, counts: &BTreeMap<Cell, i64>) {
    for (cell, count) in shown {
        assert!(count.is_none_or(|n| n == counts[cell] && n >= 5), "{table}: {cell:?} shows {count:?}");
    }
    let entities: BTreeSet<&String> = shown.keys().map(|cell| &cell.0).collect();
    for entity in entities {
        let of = |f: &dyn Fn(&Cell) -> String| {
            let there = counts.iter().filter(|((e, ..), n)| e == entity && **n > 0);
            there.map(|(cell, _)| f(cell)).collect::<BTreeSet<_>>().len()
        };
        let hidden: Vec<Hidden> = shown
            .iter()
            .filter(|(cell, count)| cell.0 == *entity && count.is_none())
            .map(|(cell, _)| (format!("row {}", cell.1), GENDERS[cell.2].to_owned(), counts[cell]))
            .collect();
        let small = hidden.iter().any(|(_, _, n)| (1..5).contains(n));
        if of(&|cell| cell.1.clone()) > 1 && of(&|cell| GENDERS[cell.2].to_owned()) > 1 {
            assert_eq!(determined(&hidden), Vec::<&Hidden>::new(), "{table} of {entity}");
        } else if small {
            // A total of one line is the cell itself: nothing is shown.
            assert!(shown.iter().all(|(cell, count)| cell.0 != *entity || count.is_none()), "{table} of {entity}");
        }
        // What is hidden beyond small cells protects some.
        assert!(small || hidden.iter().all(|(_, _, n)| *n == 0), "{table} of {entity} hides {hidden:?}");
    }
}

/// With what both tables show, and how many people are in each group, which is no secret.
fn check_both(
    balance: (&BTreeMap<Cell, Option<i64>>, &BTreeMap<Cell, i64>),
    age: (&BTreeMap<Cell, Option<i64>>, &BTreeMap<Cell, i64>),
) {
    let entities: BTreeSet<&String> = balance.0.keys().map(|cell| &cell.0).collect();
    for entity in entities {
        let unknown = |(shown, counts): (&BTreeMap<Cell, Option<i64>>, &BTreeMap<Cell, i64>)| -> Vec<(Cell, i64)> {
            let hidden = shown.iter().filter(|(cell, count)| cell.0 == *entity && count.is_none());
            hidden.map(|(cell, _)| (cell.clone(), counts[cell])).collect()
        };
        let groups = unknown(balance).into_iter().map(|(c, n)| (format!("group {}", c.1), GENDERS[c.2].to_owned(), n));
        let bands = unknown(age).into_iter().map(|(c, n)| (GENDERS[c.2].to_owned(), "everybody".to_owned(), n));
        let genders = balance.1.iter().filter(|(cell, n)| cell.0 == *entity && **n > 0);
        if genders.map(|(cell, _)| cell.2).collect::<BTreeSet<_>>().len() > 1 {
            let hidden: Vec<Hidden> = groups.chain(bands).collect();
            assert_eq!(determined(&hidden), Vec::<&Hidden>::new(), "both tables of {entity}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_hidden_cell_can_be_computed_from_totals_and_visible_cells(people in population()) {
        deep(move || async move {
            let session = lake(&people).await.session();
            let ages = shown(&session, "age_pyramid", &["age_band"]).await;
            let of_age = counted(&people, &ages, |i| BANDS[people[i].band].0.to_owned());
            let row = ["department_level", "occupation_category_id", "is_manager"];
            let balance = shown(&session, "gender_balance", &row).await;
            let manages = |i: usize| people.iter().enumerate().any(|(other, p)| p.manager == Some(i) && other != i);
            let of_group = counted(&people, &balance, |i| {
                let category = people[i].category.map_or_else(|| "-".to_owned(), |c| format!("c{c}"));
                format!("{}/{category}/{}", people[i].level, manages(i))
            });
            check("age_pyramid", &ages, &of_age);
            check("gender_balance", &balance, &of_group);
            check_both((&balance, &of_group), (&ages, &of_age));
        });
    }
}

/// Two small cells that the totals of their lines tell, and two that they do not.
#[test]
fn what_totals_tell_is_seen() {
    let cell = |row: &str, gender: &str, n| (row.to_owned(), gender.to_owned(), n);
    let told = [cell("a", "female", 3), cell("a", "male", 9), cell("b", "female", 0)];
    assert_eq!(determined(&told), [&told[0], &told[1]]);
    let open = [cell("a", "female", 3), cell("a", "male", 9), cell("b", "female", 5), cell("b", "male", 0)];
    assert_eq!(determined(&open), Vec::<&Hidden>::new());
}
