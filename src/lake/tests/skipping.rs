//! Readers who look for one person or one day need not read most of a long table.

use bytes::Bytes;
use parquet::file::{
    properties::ReaderProperties,
    reader::{FileReader, SerializedFileReader},
    serialized_reader::ReadOptionsBuilder,
};

use super::*;

const PEOPLE: usize = 10_000;
const VALUES_EACH: usize = 30;
const CHAINS: usize = 8;

fn attributes() -> Table {
    let columns = ["id", "definition_id", "employee_id", "value"].map(|name| column(name, LakeType::String, false));
    Table {
        name: "employee_attributes".into(),
        zone: Zone::Core,
        meaning: String::new(),
        columns: columns.into(),
        origin: Origin::Api,
        labels: None,
        quality: Quality::default(),
    }
}

/// Pages of a thousand records as eight chains deliver them in turn: whole people, each chain with its own part of the ids.
fn pages() -> Vec<RecordBatch> {
    let per_page = 1000 / VALUES_EACH;
    let each = PEOPLE / CHAINS;
    let starts = (0..each).step_by(per_page);
    let pages = starts.flat_map(|start| (0..CHAINS).map(move |chain| (chain, start)));
    pages.map(|(chain, start)| page(chain * each + start, per_page.min(each - start))).collect()
}

fn page(first: usize, people: usize) -> RecordBatch {
    let rows = || (first..first + people).flat_map(|person| (0..VALUES_EACH).map(move |n| (person, n)));
    let text = |f: &dyn Fn((usize, usize)) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows().map(f).collect::<Vec<_>>()))
    };
    let columns = vec![
        text(&|(person, n)| format!("{}", person * 7919 % 999_983 * 100 + n)),
        text(&|(_, n)| format!("e_field{n}")),
        text(&|(person, _)| format!("{}", 1000 + person)),
        text(&|(person, n)| format!("\"value {}\"", person * 31 % 977 + n)),
    ];
    RecordBatch::try_new(attributes().arrow_schema(), columns).unwrap()
}

/// Compressed bytes of the row groups that may hold the person, and of all.
fn bytes_for(content: Bytes, person: &str) -> (i64, i64) {
    let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
    let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    let reader = SerializedFileReader::new_with_options(content, options).unwrap();
    let (mut some, mut all) = (0, 0);
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number).unwrap();
        let filter = group.get_column_bloom_filter(2).unwrap();
        let bytes = group.metadata().compressed_size();
        all += bytes;
        some += if filter.check(&person) { bytes } else { 0 };
    }
    (some, all)
}

#[tokio::test]
async fn one_person_is_found_in_a_small_part_of_the_attributes() {
    let lake = TestLake::memory();
    let staged = stage_with(&lake, "run-1", &attributes(), &pages(), WriterOptions::default()).await;
    assert_eq!((staged.table().rows(), staged.table().files.len()), ((PEOPLE * VALUES_EACH) as u64, 1));
    let path = Path::from(staged.table().files[0].path.as_str());
    let content = lake.store.get(&path).await.unwrap().bytes().await.unwrap();
    for person in (1000..1000 + PEOPLE).step_by(97) {
        let (some, all) = bytes_for(content.clone(), &person.to_string());
        assert!(some > 0, "{person} is in no row group");
        assert!(some * 4 < all, "{person}: {some} of {all} bytes");
    }
    let (some, all) = bytes_for(content, "nobody");
    assert!(some * 4 < all, "{some} of {all} bytes are read for somebody who is not there");
}
