use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BinaryArray, BooleanArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int32Array,
        Int64Array, ListBuilder, NullArray, RecordBatch, StringBuilder, StringViewArray, TimestampMicrosecondArray,
        TimestampNanosecondArray, UInt64Array,
    },
    datatypes::Int8Type,
};
use proptest::prelude::*;

use super::{cells::Cells, *};
use crate::engine::testing::{batch, dates, day, ints, strings, unzipped};

fn workbook(sheets: &[(&str, &[RecordBatch])]) -> Vec<u8> {
    let mut workbook = Workbook::new(None);
    for (name, batches) in sheets {
        let mut sheet = workbook.sheet(name, &batches[0].schema()).unwrap();
        batches.iter().for_each(|batch| sheet.write(batch).unwrap());
        workbook.add(sheet).unwrap();
    }
    let mut bytes = Vec::new();
    workbook.save(&mut bytes).unwrap();
    bytes
}

/// The rows of the one sheet as they stand in its file.
fn rows_of(batches: &[RecordBatch]) -> Vec<String> {
    let sheet = unzipped(&workbook(&[("s", batches)])).remove("xl/worksheets/sheet1.xml").unwrap();
    let rows = sheet.split("<row ").skip(1);
    rows.map(|row| row.split_once('>').unwrap().1.split("</row>").next().unwrap().to_owned()).collect()
}

fn one(array: ArrayRef) -> String {
    let row = rows_of(&[batch(vec![("a", array)])]).get(1).cloned().unwrap_or_default();
    // How a cell looks is another test's.
    row.replacen("<c r=\"A2\" s=\"", "<c r=\"A2\" ", 1)
}

#[test]
fn a_value_is_a_number_only_where_it_stays_the_same() {
    let decimal = |value: i128, scale: i8| {
        Arc::new(Decimal128Array::from(vec![value]).with_precision_and_scale(38, scale).unwrap()) as ArrayRef
    };
    let float = |value: f64| Arc::new(Float64Array::from(vec![value])) as ArrayRef;
    for (array, value) in [
        (ints([Some(999_999_999_999_999)]), "<v>999999999999999</v>"),
        (ints([Some(-999_999_999_999_999)]), "<v>-999999999999999</v>"),
        (ints([Some(1_000_000_000_000_001)]), "<t>1000000000000001</t>"),
        (ints([Some(i64::MIN)]), "<t>-9223372036854775808</t>"),
        (Arc::new(UInt64Array::from(vec![u64::MAX])), "<t>18446744073709551615</t>"),
        (Arc::new(Int32Array::from(vec![i32::MIN])), "<v>-2147483648</v>"),
        (decimal(12_345, 2), "<v>123.45</v>"),
        (decimal(10, 2), "<v>0.1</v>"),
        (decimal(1, 20), "<v>0.00000000000000000001</v>"),
        (decimal(1_234_567_890_123_456, 3), "<t>1234567890123.456</t>"),
        (float(0.1), "<v>0.1</v>"),
        (float(0.1 + 0.2), "<v>0.30000000000000004</v>"),
        (float(f64::NAN), "<t>NaN</t>"),
        (float(f64::INFINITY), "<t>inf</t>"),
        (Arc::new(Float32Array::from(vec![0.1])), "<v>0.1</v>"),
        (Arc::new(BooleanArray::from(vec![true])), "t=\"b\"><v>1</v>"),
        (dates([Some(day("2024-02-29"))]), "<v>45351</v>"),
        (dates([Some(day("1900-03-01"))]), "<v>61</v>"),
        // Where spreadsheets disagree, or know no such day.
        (dates([Some(day("1900-02-28"))]), "<t>1900-02-28</t>"),
        (dates([Some(day("0001-01-01"))]), "<t>0001-01-01</t>"),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![1_700_000_000_500_000]).with_timezone("UTC")),
            "<v>45244.925931712",
        ),
        (Arc::new(TimestampNanosecondArray::from(vec![1])), "<t>1970-01-01T00:00:00.000000001</t>"),
        (Arc::new(BinaryArray::from(vec![&b"\xff\x00"[..]])), "<t>ff00</t>"),
        (Arc::new(NullArray::new(1)), ""),
        (strings([Some("")]), ""),
        (strings([None::<&str>]), ""),
        (strings([Some("007")]), "<t>007</t>"),
        (
            Arc::new(StringViewArray::from(vec!["a longer text than a view holds"])),
            "<t>a longer text than a view holds</t>",
        ),
        (Arc::new(["x"].into_iter().collect::<DictionaryArray<Int8Type>>()), "<t>x</t>"),
    ] {
        let found = one(Arc::clone(&array));
        assert!(found.contains(value) && (found.is_empty() == value.is_empty()), "{:?}: {found}", array.data_type());
    }
}

#[test]
fn texts_are_texts_whatever_they_begin_with() {
    let nasty = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "https://example.org",
        "mailto:a@b.c",
        "{=1}",
        "1e5",
        "TRUE",
        "2024-01-01",
    ];
    for text in nasty {
        let found = one(strings([Some(text)]));
        assert!(found.contains("t=\"inlineStr\"") && !found.contains("<f"), "{found}");
    }
    let sheet = unzipped(&workbook(&[("=x", &[batch(vec![("=1+1", strings([Some("http://a.b")]))])])]));
    assert!(!sheet.keys().any(|part| part.contains("worksheets/_rels")), "a link");
    assert!(sheet["xl/worksheets/sheet1.xml"].contains("<t>=1+1</t>"));
}

#[test]
fn characters_that_xml_has_not_are_escaped_as_spreadsheets_do() {
    assert!(
        one(strings([Some("a\u{1}\u{b}\r\n_x0041_\u{ffff}<&>")]))
            .contains("<t>a_x0001__x000B__x000D_\n_x005F_x0041__xFFFF_&lt;&amp;&gt;</t>")
    );
    assert!(one(strings([Some(" a ")])).contains("<t xml:space=\"preserve\"> a </t>"));
}

#[test]
fn what_a_cell_cannot_hold_is_cut_and_says_so() {
    let fits = "é".repeat(32_767);
    assert!(one(strings([Some(&fits)])).contains(&format!("<t>{fits}</t>")));
    // A character of two units counts twice.
    let long = "😀".repeat(16_384);
    let found = one(strings([Some(&long)]));
    let text = found.split("<t>").nth(1).unwrap().split("</t>").next().unwrap();
    assert!(text.ends_with("😀… (cut: 16384 characters)") && text.encode_utf16().count() <= 32_767);
}

#[test]
fn lists_are_their_json() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("=a"), None]);
    assert!(one(Arc::new(lists.finish())).contains("<t>[\"=a\",null]</t>"));
}

#[test]
fn a_heading_stays_in_sight_and_can_be_filtered_by_with_rows_and_without() {
    let rows =
        batch(vec![("given_name", strings([Some("Zoé"), None])), ("day", dates([Some(day("2024-01-01")), None]))]);
    for (batches, filtered) in [(vec![rows.clone(), rows.clone()], "A1:B5"), (vec![rows.slice(0, 0)], "A1:B1")] {
        let parts = unzipped(&workbook(&[("people", &batches)]));
        let sheet = &parts["xl/worksheets/sheet1.xml"];
        assert!(sheet.contains(&format!("<autoFilter ref=\"{filtered}\"/>")), "{sheet}");
        assert!(
            sheet.contains("<pane ySplit=\"1\" topLeftCell=\"A2\"") && sheet.contains("state=\"frozen\""),
            "{sheet}"
        );
        assert!(sheet.contains("numberStoredAsText=\"1\""), "{sheet}");
        assert!(parts["xl/workbook.xml"].contains("<sheet name=\"people\""));
        assert!(parts["docProps/core.xml"].contains(">1980-01-01T00:00:00Z</dcterms:created>"));
    }
    let styles = &unzipped(&workbook(&[("s", &[rows])]))["xl/styles.xml"];
    assert!(styles.contains("yyyy\\-mm\\-dd") || styles.contains("yyyy-mm-dd"), "{styles}");
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    let rows = batch(vec![("a", ints((0..100).map(Some)))]);
    assert_eq!(
        workbook(&[("s", std::slice::from_ref(&rows))]),
        workbook(&[("s", &[rows.slice(0, 40), rows.slice(40, 60)])])
    );
}

#[test]
fn sheets_have_names_that_spreadsheets_take() {
    for (name, wanted) in [
        ("people", "people"),
        ("a/b\\c:[d]*?", "a_b_c__d___"),
        ("", "rows"),
        ("''", "rows"),
        ("'a'", "a"),
        ("History", "History_"),
        ("a\u{7}b", "a_b"),
        ("a name of more than thirty-one characters", "a name of more than thirty-one"),
        ("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"),
    ] {
        assert_eq!(sheet_name(name), wanted);
    }
    let rows = batch(vec![("a", ints([Some(1)]))]);
    let long = "x".repeat(40);
    let parts = unzipped(&workbook(&[
        ("s", std::slice::from_ref(&rows)),
        ("S", std::slice::from_ref(&rows)),
        (&long, std::slice::from_ref(&rows)),
        (&long, std::slice::from_ref(&rows)),
    ]));
    let names: Vec<&str> =
        parts["xl/workbook.xml"].split("<sheet name=\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
    assert_eq!(names, ["s", "S 2", &"x".repeat(31), &format!("{} 2", "x".repeat(29))]);
}

#[test]
fn more_rows_or_columns_than_a_sheet_has_are_an_error() {
    let rows = batch(vec![("a", Arc::new(NullArray::new(MOST_ROWS as usize)) as ArrayRef)]);
    let mut workbook = Workbook::new(None);
    let mut sheet = workbook.sheet("s", &rows.schema()).unwrap();
    sheet.write(&rows).unwrap();
    let error = sheet.write(&rows.slice(0, 1)).unwrap_err();
    assert!(
        error.starts_with("there are more than 1048575 rows, which is all that a sheet holds; ask for fewer"),
        "{error}"
    );
    let fields =
        (0..16_385).map(|n| arrow::datatypes::Field::new(format!("c{n}"), arrow::datatypes::DataType::Null, true));
    let wide = Schema::new(fields.collect::<Vec<_>>());
    let error = workbook.sheet("w", &wide).err().unwrap();
    assert_eq!(error, "the result has 16385 columns, and a sheet holds 16384; name fewer");
}

proptest! {
    #[test]
    fn whole_numbers_are_numbers_or_their_text(value in prop_oneof![any::<i64>(), -2_000_000_000_000_000..2_000_000_000_000_000_i64]) {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![value]));
        let shown = match Cells::of(&array).unwrap().cell(0).unwrap() {
            cells::Cell::Number(number, characters) => {
                prop_assert_eq!(characters, value.to_string().len());
                number.to_string()
            }
            cells::Cell::Owned(text) => text,
            other => format!("{other:?}"),
        };
        prop_assert_eq!(shown, value.to_string());
    }
}
