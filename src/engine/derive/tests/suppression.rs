//! Hidden cells stay hidden: no sums and differences of what is published give a number of one to four people.

mod equations;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, Int32Array};
use arrow::datatypes::Int64Type;
use proptest::prelude::*;

use self::equations::Equations;
use super::*;
use crate::catalog::Catalog;

const GENDERS: [&str; 4] = ["female", "male", "diverse", "unknown"];
const BANDS: [&str; 3] = ["25-29", "30-34", "70 and over"];
const EVERY_GENDER: usize = (1 << GENDERS.len()) - 1;
const EVERY_BAND: usize = (1 << BANDS.len()) - 1;
const AXES: [&str; 4] = ["tenant", "legal_entity", "department", "group"];

/// Where people are, which is no secret. Number 0 of an entity, department or category is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    entity: usize,
    department: usize,
    category: usize,
    manages: bool,
}

/// People who differ in nothing that counts.
#[derive(Debug, Clone, Copy)]
struct Bunch {
    place: Place,
    gender: usize,
    band: usize,
    people: i64,
}

/// Many cells are just below and above five, and many far above. Departments have people of several legal entities, or of one.
fn population() -> impl Strategy<Value = Vec<Bunch>> {
    let place = (0..4usize, 0..4usize, 0..2usize, proptest::bool::weighted(0.1));
    let gender = prop_oneof![8 => Just(0usize), 8 => Just(1usize), 1 => Just(2usize), 1 => Just(3usize)];
    let people = prop_oneof![1..5i64, 5..8i64, 10..60i64];
    let bunch = (place, gender, 0..BANDS.len(), people).prop_map(
        |((entity, department, category, manages), g, band, people)| Bunch {
            place: Place { entity, department, category, manages },
            gender: g,
            band,
            people,
        },
    );
    (proptest::collection::vec(bunch, 1..90), 1..5usize, any::<bool>()).prop_map(|(mut bunches, entities, nested)| {
        for Place { entity, department, .. } in bunches.iter_mut().map(|bunch| &mut bunch.place) {
            *entity %= entities;
            *department = if nested { 2 * *entity + *department % 2 } else { *department };
        }
        bunches
    })
}

fn id(kind: char, number: usize) -> Option<String> {
    (number > 0).then(|| format!("{kind}{number}"))
}

impl Place {
    fn level(self) -> Option<i32> {
        [None, Some(1), Some(2)][self.department.min(2)]
    }

    /// Its unit of an axis, as the columns of `gender_balance` say it.
    fn unit(self, axis: &str) -> String {
        let (entity, department) = (id('e', self.entity), id('d', self.department));
        let level = self.level().map(|level| level.to_string());
        let parts = match axis {
            "tenant" => [None, None, None, None],
            "legal_entity" => [entity, None, None, None],
            "department" => [department, None, None, None],
            _ => [entity, level, id('c', self.category), Some(self.manages.to_string())],
        };
        parts.map(|part| part.unwrap_or_else(|| "-".to_owned())).join("/")
    }
}

/// The people as `people_by_cell` has them, and no names.
async fn lake(bunches: &[Bunch]) -> TestLake {
    let texts = |f: &dyn Fn(&Bunch) -> Option<String>| strings(bunches.iter().map(f));
    let key = |kind, number| Some(id(kind, number).unwrap_or_else(|| "-".to_owned()));
    let people = batch(vec![
        ("legal_entity_id", texts(&|b| id('e', b.place.entity))),
        ("department_id", texts(&|b| id('d', b.place.department))),
        ("department_level", Arc::new(Int32Array::from_iter(bunches.iter().map(|b| b.place.level()))) as ArrayRef),
        ("occupation_category_id", texts(&|b| id('c', b.place.category))),
        ("is_manager", Arc::new(BooleanArray::from_iter(bunches.iter().map(|b| Some(b.place.manages)))) as ArrayRef),
        ("entity_key", texts(&|b| key('e', b.place.entity))),
        ("department_key", texts(&|b| key('d', b.place.department))),
        ("group_key", texts(&|b| Some(b.place.unit("group")))),
        ("gender", texts(&|b| Some(GENDERS[b.gender].to_owned()))),
        ("age_band", texts(&|b| Some(BANDS[b.band].to_owned()))),
        ("people", ints(bunches.iter().map(|b| Some(b.people)))),
    ]);
    let named = |column: &str| batch(vec![("id", strings([Some("x")])), (column, strings([Some("X")]))]);
    let mut lake = TestLake::default();
    lake.add_batch("people_by_cell", DAY, &people).await;
    lake.add_batch("legal_entities", DAY, &named("legal_name")).await;
    lake.add_batch("departments", DAY, &named("name")).await;
    lake.add_batch("occupation_categories", DAY, &named("title")).await;
    let units = ["cell_units", "cell_counts"];
    let judged = ["judged_tenant_cells", "judged_entity_cells", "judged_department_cells", "judged_cells"];
    for table in units.into_iter().chain(judged) {
        let rows = result(&lake, table).await;
        lake.add(table, DAY, rows[0].schema(), &rows).await;
    }
    lake
}

async fn result(lake: &TestLake, table: &str) -> Vec<RecordBatch> {
    let query = Catalog::embedded().unwrap().derived.into_iter().find(|q| q.table.name == table).unwrap();
    start(&lake.session(), "", &query.sql, &query.table, day(DAY)).await.unwrap().collect().await.unwrap()
}

/// A row of either table; `gender_balance` has no bands.
#[derive(Debug)]
struct Row {
    axis: String,
    unit: String,
    gender: String,
    band: Option<String>,
    headcount: Option<i64>,
}

impl Row {
    /// The row in which people count who are not shown.
    fn is_rest(&self) -> bool {
        self.band.as_ref().unwrap_or(&self.gender) == "hidden"
    }
}

async fn published(lake: &TestLake, table: &str) -> Vec<Row> {
    let mut found = Vec::new();
    for batch in result(lake, table).await {
        let column = |name: &str| {
            let column = batch.column_by_name(name)?;
            Some(arrow::compute::cast(column, &DataType::Utf8).unwrap().as_string::<i32>().clone())
        };
        let counts = batch.column_by_name("headcount").unwrap().as_primitive::<Int64Type>();
        for index in 0..batch.num_rows() {
            let text = |name: &str| column(name).filter(|c| c.is_valid(index)).map(|c| c.value(index).to_owned());
            let unit = ["unit_id", "department_level", "occupation_category_id", "is_manager"];
            let row = Row {
                axis: text("axis").unwrap(),
                unit: unit.map(|part| text(part).unwrap_or_else(|| "-".to_owned())).join("/"),
                gender: text("gender").unwrap(),
                band: text("age_band"),
                headcount: counts.is_valid(index).then(|| counts.value(index)),
            };
            assert_eq!(text("is_suppressed").unwrap() == "true", row.headcount.is_none(), "{row:?}");
            found.push(row);
        }
    }
    found
}

/// How many people of each gender and band are in each place: what is not published.
struct Unknown {
    /// The units that each place is in: one of each axis.
    places: Vec<[String; 4]>,
    people: Vec<i64>,
}

impl Unknown {
    fn of(bunches: &[Bunch]) -> Self {
        let places: Vec<Place> = bunches.iter().map(|b| b.place).collect::<BTreeSet<_>>().into_iter().collect();
        let mut people = vec![0; places.len() * GENDERS.len() * BANDS.len()];
        for bunch in bunches {
            let place = places.iter().position(|place| *place == bunch.place).unwrap();
            people[(place * GENDERS.len() + bunch.gender) * BANDS.len() + bunch.band] += bunch.people;
        }
        Self { places: places.into_iter().map(|place| AXES.map(|axis| place.unit(axis))).collect(), people }
    }

    /// The places of each unit of the axes.
    fn units(&self) -> BTreeMap<(&str, &str), Vec<usize>> {
        let mut units: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (place, names) in self.places.iter().enumerate() {
            AXES.iter().zip(names).for_each(|(axis, unit)| units.entry((axis, unit)).or_default().push(place));
        }
        units
    }

    /// Those of places, genders and bands; each bit stands for one gender or band.
    fn all(places: &[usize], genders: usize, bands: usize) -> Vec<usize> {
        let inside = |bits: usize, of: usize| (0..of).filter(move |n| bits >> n & 1 == 1);
        let of_place = |place: &usize| {
            let place = *place;
            inside(genders, GENDERS.len()).flat_map(move |g| {
                inside(bands, BANDS.len()).map(move |b| (place * GENDERS.len() + g) * BANDS.len() + b)
            })
        };
        places.iter().flat_map(of_place).collect()
    }

    /// Those that a row which is no rest counts.
    fn behind(&self, row: &Row) -> Vec<usize> {
        let places = &self.units()[&(row.axis.as_str(), row.unit.as_str())];
        let gender = 1 << GENDERS.iter().position(|gender| *gender == row.gender).unwrap();
        let band = |band: &String| BANDS.iter().position(|b| b == band).map_or(0, |b| 1 << b);
        Self::all(places, gender, row.band.as_ref().map_or(EVERY_BAND, band))
    }

    fn count(&self, sum: &[usize]) -> i64 {
        sum.iter().map(|i| self.people[*i]).sum()
    }

    /// What shown cells, and how many people are in every place, tell together. `shown` are of both tables.
    fn told(&self, shown: &[&Row]) -> Equations {
        let mut known = Equations::of(self.people.len());
        (0..self.places.len()).for_each(|place| known.know(Self::all(&[place], EVERY_GENDER, EVERY_BAND)));
        shown.iter().for_each(|row| known.know(self.behind(row)));
        known
    }

    /// The sums of one to four people that `known` tells, of all that somebody could ask about genders and ages in units, in
    /// what they share, and in what is left of one without another.
    fn leaks(&self, known: &Equations) -> Vec<String> {
        let units = self.units();
        let mut asked: BTreeMap<Vec<usize>, String> = BTreeMap::new();
        for (unit, here) in &units {
            for (other, there) in &units {
                let (shared, left): (Vec<usize>, Vec<usize>) = here.iter().partition(|place| there.contains(place));
                let of_genders = (1..EVERY_GENDER).map(|genders| (genders, EVERY_BAND));
                let of_bands = (0..GENDERS.len()).flat_map(|g| (1..EVERY_BAND).map(move |bands| (1 << g, bands)));
                for (genders, bands) in of_genders.chain(of_bands) {
                    for places in [&shared, &left] {
                        let sum = Self::all(places, genders, bands);
                        if (1..5).contains(&self.count(&sum)) {
                            asked.insert(sum, format!("{unit:?}, {other:?}: {genders:b}, {bands:b}"));
                        }
                    }
                }
            }
        }
        asked.retain(|sum, _| known.tell(sum.iter().copied()));
        asked.into_values().collect()
    }
}

/// Every axis of a table adds up to everybody, and so does every unit.
fn adds_up(rows: &[Row], unknown: &Unknown) {
    let everybody: i64 = unknown.people.iter().sum();
    let axes: BTreeSet<&str> = rows.iter().map(|row| row.axis.as_str()).collect();
    for axis in axes {
        let of = |unit: Option<&str>| -> i64 {
            let here = rows.iter().filter(|row| row.axis == axis && unit.is_none_or(|unit| row.unit == unit));
            here.filter_map(|row| row.headcount).sum()
        };
        assert_eq!(of(None), everybody, "{axis}");
        for ((_, unit), places) in unknown.units().iter().filter(|((of, _), _)| *of == axis) {
            assert_eq!(of(Some(unit)), unknown.count(&Unknown::all(places, EVERY_GENDER, EVERY_BAND)), "{axis} {unit}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn no_small_number_of_people_can_be_computed_from_what_is_published(bunches in population()) {
        deep(move || async move {
            let (lake, unknown) = (lake(&bunches).await, Unknown::of(&bunches));
            let (ages, balance) = (published(&lake, "age_pyramid").await, published(&lake, "gender_balance").await);
            adds_up(&ages, &unknown);
            adds_up(&balance, &unknown);
            let both = || ages.iter().chain(&balance).filter(|row| !row.is_rest());
            for row in both() {
                let there = unknown.count(&unknown.behind(row));
                assert!(row.headcount.is_none_or(|n| n == there && n >= 5), "{row:?}: {there}");
            }
            let shown: Vec<&Row> = both().filter(|row| row.headcount.is_some()).collect();
            assert_eq!(unknown.leaks(&unknown.told(&shown)), Vec::<String>::new());
        });
    }
}

/// A tenant of two legal entities and four departments that all have people of both.
fn large() -> Vec<Bunch> {
    let place = |entity, department| Place { entity, department, category: 0, manages: false };
    let mut bunches = Vec::new();
    for (entity, department, people) in
        [(1, 1, 12), (1, 2, 14), (1, 3, 16), (1, 0, 30), (2, 1, 9), (2, 2, 8), (2, 3, 10), (2, 0, 15)]
    {
        for (gender, band) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
            bunches.push(Bunch { place: place(entity, department), gender, band, people });
        }
    }
    bunches
}

/// Hiding small cells alone is not enough, and the larger numbers of each axis are shown.
#[test]
fn all_axes_show_something_and_small_cells_alone_would_be_told() {
    deep(|| async {
        let mut bunches = large();
        bunches.push(Bunch { gender: 2, people: 3, ..bunches[0] });
        let (lake, unknown) = (lake(&bunches).await, Unknown::of(&bunches));
        let tables = [published(&lake, "age_pyramid").await, published(&lake, "gender_balance").await];
        for (table, axis) in tables.iter().flat_map(|table| AXES[..3].iter().map(move |axis| (table, *axis))) {
            assert!(table.iter().any(|row| row.axis == axis && row.headcount.is_some() && !row.is_rest()), "{axis}");
        }
        let careless = |row: &&Row| !row.is_rest() && unknown.count(&unknown.behind(row)) >= 5;
        let careless: Vec<&Row> = tables.iter().flatten().filter(careless).collect();
        assert!(!unknown.leaks(&unknown.told(&careless)).is_empty());
    });
}
