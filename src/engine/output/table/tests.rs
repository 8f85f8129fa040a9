use std::sync::Arc;

use arrow::{
    array::{BooleanArray, Decimal128Array, Float64Array, RecordBatch},
    datatypes::Schema,
};
use proptest::prelude::*;

use super::*;
use crate::{
    engine::{
        output::{Layout, LeftOut, Records, encoder::Encoder},
        testing::{batch, dates, day, ints, strings},
    },
    terminal_text::width,
};

/// The batches as a screen or a pipe shows them, and what was left out.
fn shown(layout: Layout, batches: &[RecordBatch]) -> (String, LeftOut) {
    let mut out = Vec::new();
    let schema = batches[0].schema();
    let mut encoder: Box<dyn Encoder + '_> = if layout.abridged {
        Box::new(AbridgedEncoder::new(&mut out, schema, layout))
    } else {
        Box::new(WholeEncoder::new(&mut out, schema, layout))
    };
    for batch in batches {
        encoder.write(batch).unwrap();
    }
    let left_out = encoder.finish().unwrap();
    (String::from_utf8(out).unwrap(), left_out)
}

fn on_screen(screen: usize, records: Records, batches: &[RecordBatch]) -> (String, LeftOut) {
    shown(Layout { screen: Some(screen), abridged: true, records }, batches)
}

fn people() -> RecordBatch {
    let decimals = Decimal128Array::from(vec![Some(150), None, Some(-5)]).with_precision_and_scale(5, 2).unwrap();
    batch(vec![
        ("name", strings([Some("Núria"), Some("王小明"), Some("")])),
        ("city", strings([Some("Saint-Rémy-lès-Chevreuse, by the river and the mill"), None, Some("e\u{301}")])),
        ("share", Arc::new(decimals)),
        ("rate", Arc::new(Float64Array::from(vec![Some(0.5), Some(12.25), None]))),
        ("since", dates([Some(day("2026-01-31")), None, Some(day("2020-02-29"))])),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("n", ints([Some(1), Some(-10), None])),
    ])
}

#[test]
fn numbers_stand_to_the_right_and_null_is_no_empty_text() {
    let expected = "\
+--------+-----------------------------------------------------+-------+-------+------------+-------+------+
| name   | city                                                | share |  rate | since      | flag  |    n |
+--------+-----------------------------------------------------+-------+-------+------------+-------+------+
| Núria  | Saint-Rémy-lès-Chevreuse, by the river and the mill |  1.50 |   0.5 | 2026-01-31 | true  |    1 |
| 王小明 | NULL                                                |  NULL | 12.25 | NULL       | false |  -10 |
|        | e\u{301}                                                   | -0.05 |  NULL | 2020-02-29 | NULL  | NULL |
+--------+-----------------------------------------------------+-------+-------+------------+-------+------+
";
    assert_eq!(shown(Layout::default(), &[people()]), (expected.to_owned(), LeftOut::default()));
    let wide = on_screen(200, Records::WhenTooWide, &[people()]);
    assert_eq!(wide, (expected.to_owned(), LeftOut { of_columns: 7, ..LeftOut::default() }));
}

#[test]
fn a_screen_cuts_texts_before_it_leaves_columns_out() {
    let (text, left_out) = on_screen(90, Records::Never, &[people()]);
    assert!(text.contains("| Saint-Rémy-lès-Chevreuse, by the… |  1.50 |"), "{text}");
    assert_eq!(left_out, LeftOut { of_columns: 7, cut: true, ..LeftOut::default() });
    let (text, left_out) = on_screen(60, Records::Never, &[people()]);
    assert!(left_out.columns == 2 && left_out.cut, "{text}");
    assert!(text.lines().nth(1).is_some_and(|line| line.contains(" … ") && line.starts_with("| name ")), "{text}");
    // One column that is wider than the screen by itself.
    let long = batch(vec![("a", strings([Some("x".repeat(100))])), ("b", ints([Some(1)]))]);
    let (text, left_out) = on_screen(12, Records::Never, &[long]);
    assert_eq!(text, "+------+---+\n| a    | … |\n+------+---+\n| xxx… | … |\n+------+---+\n");
    assert_eq!((left_out.columns, left_out.cut), (1, true));
}

#[test]
fn a_long_answer_shows_its_first_and_last_rows() {
    let numbers = |from: i64, to: i64| batch(vec![("n", ints((from..to).map(Some)))]);
    for batches in [
        vec![numbers(0, 100)],
        (0..50).map(|i| numbers(2 * i, 2 * i + 2)).collect(),
        vec![numbers(0, 95), numbers(95, 100)],
    ] {
        let (text, left_out) = on_screen(80, Records::Never, &batches);
        let rows: Vec<&str> = text.lines().skip(3).map(|line| line.trim_matches(['|', ' '])).collect();
        assert_eq!(rows.len(), 20 + 1 + 20 + 1, "{text}");
        assert_eq!((rows[0], rows[19], rows[20], rows[21], rows[40]), ("0", "19", "…", "80", "99"));
        assert_eq!(left_out.rows, 60);
        let (text, _) = on_screen(80, Records::Always, &batches);
        let titles: Vec<&str> = text.lines().filter(|line| line.starts_with("-[") || *line == "…").collect();
        assert_eq!((titles.len(), titles[19], titles[20], titles[21]), (41, "-[ 20 ]", "…", "-[ 81 ]"), "{text}");
    }
    for most in [39, 40] {
        let (text, left_out) = on_screen(80, Records::Never, &[numbers(0, most)]);
        assert!(left_out.rows == 0 && !text.contains('…'));
        assert_eq!(text.lines().count() as i64, most + 4);
    }
    let (text, left_out) = on_screen(80, Records::Never, &[numbers(0, 41)]);
    assert!(left_out.rows == 1 && text.lines().count() == 4 + 41, "{text}");
    assert_eq!(on_screen(80, Records::Never, &[numbers(0, 0)]).0, "+---+\n| n |\n+---+\n+---+\n");
    assert_eq!(on_screen(80, Records::Always, &[numbers(0, 0)]).0, "");
}

#[test]
fn records_have_a_line_for_each_column() {
    let rows = batch(vec![
        ("given_name", strings([Some("王"), Some("Zoë")])),
        ("n", ints([Some(1), None])),
        ("none", strings([Some(""), None])),
    ]);
    let expected = "\
-[ 1 ]-----+-----
given_name | 王
n          | 1
none       |
-[ 2 ]-----+-----
given_name | Zoë
n          | NULL
none       | NULL
";
    let whole = Layout { screen: Some(30), abridged: false, records: Records::Always };
    assert_eq!(shown(whole, &[rows.slice(0, 1), rows.slice(1, 1)]).0, expected);
    assert_eq!(on_screen(20, Records::WhenTooWide, std::slice::from_ref(&rows)).0, expected);
    assert!(on_screen(40, Records::WhenTooWide, &[rows]).0.starts_with("+--"));
    let short = batch(vec![("a", ints([Some(5)]))]);
    assert_eq!(shown(whole, &[short]).0, "-[ 1 ]\na | 5\n");
    let none = RecordBatch::try_new_with_options(
        Arc::new(Schema::empty()),
        Vec::new(),
        &arrow::array::RecordBatchOptions::new().with_row_count(Some(2)),
    );
    assert_eq!(shown(Layout::default(), &[none.unwrap()]).0, "++\n||\n++\n++\n");
}

proptest! {
    /// What a screen shows is as wide as the screen at most, in lines of one width, and says what is missing.
    #[test]
    fn every_answer_fits_its_screen(
        values in prop::collection::vec(prop::collection::vec(prop::option::of(".{0,60}"), 3), 1..9),
        numbers in any::<[i64; 3]>(),
        screen in 40usize..140,
    ) {
        let names: Vec<String> = (0..values.len()).map(|i| format!("column_{i}_{}", "x".repeat(i * 7))).collect();
        let mut columns: Vec<_> = names.iter().map(String::as_str).zip(values.iter().map(|v| strings(v.clone()))).collect();
        columns.insert(columns.len() / 2, ("number", ints(numbers.map(Some))));
        let rows = batch(columns);
        let (text, left_out) = on_screen(screen, Records::Never, std::slice::from_ref(&rows));
        let widths: Vec<usize> = text.lines().map(width).collect();
        prop_assert!(widths.iter().all(|w| *w == widths[0] && *w <= screen), "{widths:?} {screen}\n{text}");
        let headings = text.lines().nth(1).unwrap_or_default().matches('|').count() - 1;
        prop_assert_eq!(headings, rows.num_columns() - left_out.columns + usize::from(left_out.columns > 0));
        let whole = shown(Layout::default(), std::slice::from_ref(&rows)).0;
        prop_assert_eq!(left_out.columns == 0 && !left_out.cut, text == whole);
    }
}
