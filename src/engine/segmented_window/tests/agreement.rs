//! Whatever is taken over gives the same rows as before.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch},
    compute::cast,
    datatypes::{DataType, FieldRef},
};
use proptest::{prelude::*, sample::subsequence};

use super::{
    random::{Way, columns, sorted, way},
    sessions::{Rows, answer, one_batch, session},
};

/// Calls, with `{frame}` where a frame may be.
const RANKS: &[&str] = &["row_number()", "rank()", "dense_rank()"];

const SHIFTS: &[&str] = &[
    "lag(number)",
    "lag(word, 2)",
    "lag(number, 3, 77)",
    "lag(word, 1, 'none')",
    "lag(interned)",
    "lag(number, 0)",
    "lag(amount, -2)",
    "lag(always, 1)",
    "lag(number + q, 1)",
    "lead(number)",
    "lead(word, 2, 'none')",
    "lead(real, 1)",
    "lead(flag, 3)",
    "lead(moment, -1)",
    "lead(always, 5, 4)",
];

const OVER_FRAMES: &[&str] = &[
    "first_value(word)",
    "first_value(number)",
    "last_value(amount)",
    "last_value(interned)",
    "sum(number)",
    "sum(huge)",
    "sum(unsigned)",
    "sum(amount)",
    "sum(real)",
    "sum(CASE WHEN flag THEN 1 ELSE 0 END)",
    "count(*)",
    "count(word)",
    "count(interned)",
    "min(number)",
    "max(word)",
    "min(real)",
    "max(real)",
    "max(moment)",
    "min(amount)",
    "max(flag)",
    "max(always)",
    "min(CASE WHEN flag THEN o END)",
];

const FRAMES: &[&str] = &[
    "",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 3 PRECEDING",
    "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
    "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW",
    "ROWS BETWEEN 11 PRECEDING AND CURRENT ROW",
];

/// What stays with DataFusion gives the same rows as well.
const OTHERS: &[&str] = &[
    "ntile(3)",
    "nth_value(number, 2)",
    "lag(number) IGNORE NULLS",
    "last_value(word) IGNORE NULLS",
    "avg(real)",
    "sum(number) FILTER (WHERE flag)",
    "count(DISTINCT word)",
];

#[derive(Debug, Clone)]
struct Case {
    rows: Rows,
    sql: String,
}

/// A statement over rows that are sorted already, of several calls over one window.
fn case(keys: u8, most_rows: usize) -> impl Strategy<Value = Case> {
    let partition_by = subsequence(vec!["p", "q"], 0..=2);
    let order_by = subsequence(vec!["o", "n"], 0..=2);
    let calls = subsequence([RANKS, SHIFTS].concat(), 0..=4);
    let framed = proptest::collection::vec((prop::sample::select(OVER_FRAMES), prop::sample::select(FRAMES)), 0..4);
    let other = proptest::option::weighted(0.1, prop::sample::select(OTHERS));
    let ways = [way(), way(), way(), way()];
    (columns(keys, most_rows), partition_by, order_by, calls, framed, other, ways, 1..9_usize).prop_map(
        |(rows, partition_by, order_by, calls, framed, other, ways, batch_size)| {
            let keys: Vec<(&str, Way)> = partition_by.iter().chain(&order_by).copied().zip(ways).collect();
            let order = keys.iter().filter(|(key, _)| order_by.contains(key));
            let order: Vec<String> = order.map(|(key, way)| format!("{key} {}", way.sql())).collect();
            let mut window = String::new();
            if !partition_by.is_empty() {
                window = format!("PARTITION BY {} ", partition_by.join(", "));
            }
            if !order.is_empty() {
                window += &format!("ORDER BY {} ", order.join(", "));
            }
            let plain = calls.iter().chain(&other).map(|call| format!("{call} OVER ({window})"));
            let framed = framed.iter().map(|(call, frame)| format!("{call} OVER ({window}{frame})"));
            let mut columns: Vec<String> =
                plain.chain(framed).enumerate().map(|(at, call)| format!("{call} AS w{at}")).collect();
            columns.insert(0, "*".to_owned());
            let sql = format!("SELECT {} FROM t", columns.join(", "));
            Case { rows: sorted(&rows, &keys, batch_size), sql }
        },
    )
}

/// Runs the statement with our rule and without: the answers are the same, and so are errors.
fn agree(Case { rows, sql }: &Case, partitions: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answers = [false, true].map(|with_rule| {
        let context = session(rows, with_rule, None, partitions);
        runtime.block_on(answer(&context, sql))
    });
    match answers {
        [Ok(theirs), Ok(ours)] => {
            assert!(!theirs.plan.contains("SegmentedWindow"));
            assert_eq!(plain(one_batch(&ours)), plain(one_batch(&theirs)), "{sql}\n{}", ours.plan);
        }
        [Err(theirs), Err(ours)] => assert_eq!(ours.to_string(), theirs.to_string()),
        [theirs, ours] => panic!("{sql}\ntheirs: {theirs:?}\nours: {ours:?}"),
    }
}

/// Values, however they are interned. Floats are compared by their bits: a NaN is itself, and zeros have signs.
fn plain(rows: Option<RecordBatch>) -> Vec<(FieldRef, ArrayRef)> {
    let Some(rows) = rows else { return Vec::new() };
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, values)| match field.data_type() {
        DataType::Dictionary(_, of) => (Arc::clone(field), cast(values, of).unwrap()),
        _ => (Arc::clone(field), Arc::clone(values)),
    });
    columns.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_datafusions_own(case in case(3, 40)) {
        agree(&case, 1);
    }

    #[test]
    fn one_row_partitions_too(case in case(200, 40)) {
        agree(&case, 1);
    }
}

/// A statement over rows in any order, on several processors: sorted and divided before, and sorted again in between.
fn whole_plan() -> impl Strategy<Value = Case> {
    let call = prop::sample::select([RANKS, SHIFTS, OVER_FRAMES].concat());
    let windows = [
        "PARTITION BY p ORDER BY n",
        "PARTITION BY p ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
        "PARTITION BY p, q ORDER BY o, n",
        "PARTITION BY o ORDER BY q DESC, n DESC",
        "ORDER BY n",
    ];
    let calls = proptest::collection::vec((call, prop::sample::select(windows.to_vec())), 1..5);
    (columns(4, 60), calls, 1..20_usize).prop_map(|(rows, calls, batch_size)| {
        let calls = calls.into_iter().enumerate();
        let calls: Vec<String> = calls.map(|(at, (call, window))| format!("{call} OVER ({window}) AS w{at}")).collect();
        Case { rows: sorted(&rows, &[], batch_size), sql: format!("SELECT *, {} FROM t ORDER BY n", calls.join(", ")) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, ..ProptestConfig::default() })]

    #[test]
    fn whole_plans_agree(case in whole_plan()) {
        agree(&case, 3);
    }
}
