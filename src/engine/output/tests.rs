use std::sync::Arc;

use arrow::{
    array::{
        BooleanArray, Float64Array, Int32Array, ListBuilder, RecordBatch, StringBuilder, TimestampMicrosecondArray,
    },
    datatypes::SchemaRef,
    ipc::reader::StreamReader,
};
use futures::stream;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;
use crate::engine::{
    FailureKind,
    testing::{batch, dates, day, ints, string_fields, strings},
};

/// Every lake type, with the values that formats get wrong.
fn sample() -> RecordBatch {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a,\"b\""), None]);
    lists.append_value(Vec::<Option<&str>>::new());
    lists.append_null();
    let stamps = TimestampMicrosecondArray::from(vec![Some(1_700_000_000_123_456), Some(-1), None]);
    batch(vec![
        ("text", strings([Some("say \"hi\",\nnow"), Some("\"'=1+1\té\u{1b}[2J"), None])),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("small", Arc::new(Int32Array::from(vec![Some(i32::MIN), Some(0), None]))),
        ("big", ints([Some(i64::MAX), Some(-1), None])),
        ("real", Arc::new(Float64Array::from(vec![Some(0.1), Some(1e300), None]))),
        ("day", dates([Some(day("2024-02-29")), Some(day("0001-01-01")), None])),
        ("instant", Arc::new(stamps.with_timezone("UTC"))),
        ("list", Arc::new(lists.finish())),
    ])
}

fn rows_of(schema: SchemaRef, batches: Vec<RecordBatch>) -> Rows {
    Rows::new(schema, Box::pin(stream::iter(batches.into_iter().map(Ok))))
}

/// Everything was written, and nothing left out.
fn all(rows: u64) -> Written {
    Written::All { rows, left_out: LeftOut::default() }
}

/// Writes the batches, which share the first one's schema.
async fn written(format: Format, batches: &[RecordBatch]) -> Vec<u8> {
    let rows = rows_of(batches[0].schema(), batches.to_vec());
    let mut out = Vec::new();
    let expected = batches.iter().map(|b| b.num_rows() as u64).sum();
    assert_eq!(write(format, rows, &mut out).await.unwrap(), all(expected));
    out
}

async fn text(format: Format, batches: &[RecordBatch]) -> String {
    String::from_utf8(written(format, batches).await).unwrap()
}

#[tokio::test]
async fn text_formats_are_stable_however_rows_are_batched() {
    let all = sample();
    for batches in [vec![all.clone()], vec![all.slice(0, 1), all.slice(1, 0), all.slice(1, 2)]] {
        for (format, golden) in [
            (Format::Csv, include_str!("golden/sample.csv")),
            (Format::Json, include_str!("golden/sample.json")),
            (Format::Ndjson, include_str!("golden/sample.ndjson")),
            (Format::Table, include_str!("golden/sample.txt")),
        ] {
            assert_eq!(text(format, &batches).await, golden, "{format}");
        }
    }
}

#[tokio::test]
async fn no_rows_are_still_a_result() {
    let none = [batch(vec![("a", strings([None::<&str>])), ("b", ints([None]))]).slice(0, 0)];
    assert_eq!(text(Format::Csv, &none).await, "a,b\n");
    assert_eq!(text(Format::Json, &none).await, "[]\n");
    assert_eq!(text(Format::Ndjson, &none).await, "");
    assert_eq!(text(Format::Table, &none).await, "+---+---+\n| a | b |\n+---+---+\n+---+---+\n");
    for format in [Format::Parquet, Format::Arrow] {
        let (schema, rows) = read_back(format, written(format, &none).await);
        assert_eq!((schema, rows.iter().map(RecordBatch::num_rows).sum::<usize>()), (none[0].schema(), 0));
    }
}

fn read_back(format: Format, bytes: Vec<u8>) -> (arrow::datatypes::SchemaRef, Vec<RecordBatch>) {
    match format {
        Format::Parquet => {
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
            (Arc::clone(reader.schema()), reader.build().unwrap().map(Result::unwrap).collect())
        }
        _ => {
            let reader = StreamReader::try_new(&*bytes, None).unwrap();
            (reader.schema(), reader.map(Result::unwrap).collect())
        }
    }
}

#[tokio::test]
async fn binary_formats_read_back_equal() {
    for format in [Format::Parquet, Format::Arrow] {
        let (schema, rows) = read_back(format, written(format, &[sample(), sample()]).await);
        assert_eq!(schema, sample().schema(), "{format}");
        let both = arrow::compute::concat_batches(&schema, &[sample(), sample()]).unwrap();
        assert_eq!(arrow::compute::concat_batches(&schema, &rows).unwrap(), both, "{format}");
    }
}

#[tokio::test]
async fn csv_reads_back_equal() {
    let nasty = [
        "",
        " ",
        "\"",
        "\"\"",
        ",",
        "\n",
        "\r\n",
        "\r",
        "'",
        "null",
        "0012",
        "a\tb",
        "=1",
        "\u{feff}x",
        "🙂",
        "\u{202e}rtl",
    ];
    let rows = batch(vec![("a", strings(nasty.map(Some))), ("b", strings(nasty.map(Some)))]);
    let bytes = written(Format::Csv, std::slice::from_ref(&rows)).await;
    let reader = arrow::csv::ReaderBuilder::new(rows.schema()).with_header(true).build(&*bytes).unwrap();
    let back: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let texts = |b: &RecordBatch| {
        let column = arrow::array::AsArray::as_string::<i32>(b.column(1));
        column.iter().map(|v| v.unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&back[0]), nasty);
}

/// Byte by byte, also where no spreadsheet shall run anything.
#[tokio::test]
async fn csv_tells_an_empty_text_from_null() {
    let rows = batch(vec![
        ("text", strings([Some(""), None, Some("NULL"), Some(" ")])),
        ("", ints([Some(0), None, None, Some(1)])),
        ("a\"b", strings([None, Some(""), Some("a,b"), None])),
        ("n", Arc::new(arrow::array::NullArray::new(4))),
    ]);
    let one = batch(vec![("only", strings([Some("x"), None, Some("")]))]);
    for safe_csv in [false, true] {
        for (rows, expected) in
            [(&rows, "text,\"\",\"a\"\"b\",n\n\"\",0,,\n,,\"\",\nNULL,,\"a,b\",\n ,1,,\n"), (&one, "only\nx\n\n\"\"\n")]
        {
            let mut out = Vec::new();
            let style = Style { safe_csv, ..Format::Csv.into() };
            write(style, rows_of(rows.schema(), vec![rows.clone()]), &mut out).await.unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn safe_csv_has_no_cell_that_a_spreadsheet_runs() {
    let runs = ["=1+1", "+33 1 02", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"];
    let stays = ["", "a=1", "'=1", " =1", "0", "é"];
    let all = runs.iter().chain(&stays).map(|text| Some(*text));
    let n = runs.len() + stays.len();
    let rows = batch(vec![
        ("=cmd|' /C calc'!A0", strings(all)),
        ("number", ints((0..n).map(|i| Some(-i64::try_from(i).unwrap())))),
        ("real", Arc::new(Float64Array::from(vec![Some(-0.5); n]))),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true); n]))),
        ("day", dates(vec![Some(day("-0001-01-01")); n])),
        ("null", strings(vec![None::<&str>; n])),
    ]);
    let out = async |safe_csv| {
        let mut out = Vec::new();
        let style = Style { safe_csv, ..Format::Csv.into() };
        write(style, rows_of(rows.schema(), vec![rows.clone()]), &mut out).await.unwrap();
        let cells = arrow::csv::ReaderBuilder::new(string_fields(&["text", "number", "real", "flag", "day", "null"]));
        let read: Vec<RecordBatch> = cells.with_header(false).build(&*out).unwrap().map(Result::unwrap).collect();
        let column = |i: usize| {
            let texts = arrow::array::AsArray::as_string::<i32>(read[0].column(i));
            texts.iter().map(|v| v.unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        (0..6).map(column).collect::<Vec<_>>()
    };
    let (plain, safe) = (out(false).await, out(true).await);
    assert_eq!(safe[0][0], "'=cmd|' /C calc'!A0");
    for (before, after) in plain[0].iter().zip(&safe[0]).skip(1) {
        let expected = if runs.contains(&&**before) { format!("'{before}") } else { before.clone() };
        assert_eq!(*after, expected);
    }
    // Numbers are numbers, with their minus.
    assert_eq!(safe[1..4], plain[1..4]);
    assert_eq!((&*safe[1][2], &*safe[2][1], &*safe[4][1], &*safe[5][1]), ("-1", "-0.5", "'-0001-01-01", ""));
}

#[tokio::test]
async fn only_tables_for_people_escape_what_moves_a_terminal() {
    let evil = "HR\u{1b}]0;owned\u{7}\0\u{202e}fdp.exe";
    let rows = batch(vec![(evil, strings([Some(evil)]))]);
    let shown = r"HR\u{1b}]0;owned\u{7}\u{0}\u{202e}fdp.exe";
    let table = text(Format::Table, std::slice::from_ref(&rows)).await;
    assert_eq!(table.matches(shown).count(), 2, "{table}");
    assert!(!table.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')));
    let csv = text(Format::Csv, std::slice::from_ref(&rows)).await;
    assert_eq!(csv, format!("{evil}\n{evil}\n"));
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json, std::slice::from_ref(&rows)).await).unwrap();
    assert_eq!(json, serde_json::json!([{ evil: evil }]));
    for format in [Format::Parquet, Format::Arrow] {
        assert_eq!(
            read_back(format, written(format, std::slice::from_ref(&rows)).await).1,
            std::slice::from_ref(&rows)
        );
    }
}

/// Three million characters, beside rows of one: exact in every format but the one for people, which stays readable.
#[tokio::test]
async fn long_values_are_exact_and_cut_only_for_people() {
    let long = format!("\0{}é", "x".repeat(3_000_000));
    let rows = batch(vec![("a", strings(std::iter::once(Some(&*long)).chain((0..999).map(|_| Some("y")))))]);
    let table = text(Format::Table, std::slice::from_ref(&rows)).await;
    assert!(table.contains("x… (3000002 characters) |") && table.len() < 2_000_000, "{}", table.len());
    let csv = text(Format::Csv, std::slice::from_ref(&rows)).await;
    assert_eq!(csv.lines().nth(1), Some(&*long));
    for format in [Format::Json, Format::Ndjson] {
        let text = text(format, std::slice::from_ref(&rows)).await;
        let first = text.trim_start_matches('[').lines().next().unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(first).into_iter::<serde_json::Value>();
        assert_eq!(values.next().unwrap().unwrap()["a"], long, "{format}");
    }
    for format in [Format::Parquet, Format::Arrow] {
        assert_eq!(
            read_back(format, written(format, std::slice::from_ref(&rows)).await).1,
            std::slice::from_ref(&rows)
        );
    }
}

#[tokio::test]
async fn a_long_table_comes_in_blocks() {
    let numbers = |n: i64| batch(vec![("n", ints((0..n).map(Some)))]);
    let lines = |text: String| text.lines().count();
    assert_eq!(lines(text(Format::Table, &[numbers(1_000)]).await), 1_000 + 4);
    assert_eq!(lines(text(Format::Table, &[numbers(700), numbers(1_300)]).await), 2_000 + 2 * 4);
}

#[tokio::test]
async fn equal_names_are_refused_where_they_would_lose_a_column() {
    let schema = Arc::new(Schema::new(
        ["id", "id"].map(|n| arrow::datatypes::Field::new(n, arrow::datatypes::DataType::Int64, true)).to_vec(),
    ));
    let rows = || {
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![ints([Some(1)]), ints([Some(2)])]).unwrap();
        rows_of(Arc::clone(&schema), vec![batch])
    };
    for format in Format::ALL {
        let outcome = write(format, rows(), Vec::new()).await;
        match format {
            Format::Table | Format::Csv => assert_eq!(outcome.unwrap(), all(1)),
            _ => assert!(matches!(outcome, Err(EngineError::DuplicateColumn { .. })), "{format}"),
        }
    }
}

/// Takes some bytes, then fails.
struct Failing {
    room: usize,
    kind: io::ErrorKind,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(self.kind.into());
        }
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_reader_that_left_is_no_error_and_a_full_disk_is_one() {
    for format in Format::ALL {
        let size = written(format, &[sample(), sample()]).await.len();
        // At the first byte, in the middle, and on the last flush.
        for room in [0, size / 2, size - 1] {
            let rows = || rows_of(sample().schema(), vec![sample(), sample()]);
            let gone = write(format, rows(), Failing { room, kind: io::ErrorKind::BrokenPipe }).await;
            assert_eq!(gone.unwrap(), Written::ReaderGone, "{format} {room}");
            let full = write(format, rows(), Failing { room, kind: io::ErrorKind::StorageFull }).await.unwrap_err();
            assert!(
                matches!(&full, EngineError::Output { source } if source.kind() == io::ErrorKind::StorageFull),
                "{full:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_query_that_fails_midway_is_an_error() {
    let failed = EngineError::Failed { kind: FailureKind::Value, message: "x".to_owned(), source: None };
    let items = stream::iter(vec![Ok(sample()), Err(failed)]);
    let rows = Rows::new(sample().schema(), Box::pin(items));
    assert!(matches!(write(Format::Csv, rows, Vec::new()).await, Err(EngineError::Failed { .. })));
}

#[test]
fn formats_have_the_names_of_the_command_line() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert_eq!(
        "xml".parse::<Format>().unwrap_err().to_string(),
        "unknown format xml; the formats are table, csv, json, ndjson, parquet, arrow, xlsx"
    );
}

#[test]
fn the_name_of_a_file_says_its_format() {
    for format in Format::ALL {
        assert_eq!(Format::of_file(format!("out/people.{format}").as_ref()), Some(format));
    }
    for other in ["people", "people.txt", "people.CSV", ".csv", "people.csv.gz"] {
        assert_eq!(Format::of_file(other.as_ref()), None, "{other}");
    }
}

#[tokio::test]
async fn parquet_keeps_no_dictionary_of_values_that_are_all_different() {
    let rows = batch(vec![
        ("id", strings((0..3000).map(|n| Some(format!("id {n}"))))),
        ("team", strings((0..3000).map(|n| ["a", "b"].get(n % 3)))),
        ("none", strings([None::<&str>; 3000])),
        ("number", ints((0..3000).map(Some))),
    ]);
    let bytes = written(Format::Parquet, &[rows.clone(), rows]).await;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let columns = reader.metadata().row_group(0).columns();
    let with_dictionary: Vec<bool> = columns.iter().map(|c| c.dictionary_page_offset().is_some()).collect();
    assert_eq!(with_dictionary, [false, true, true, true]);
}
