//! Any rows, cut into any batches, files and row groups, read back as they were written.

use proptest::{collection::vec, option, prelude::*};

use super::*;

fn a_row() -> impl Strategy<Value = Row> {
    let scalars =
        (any::<i64>(), any::<Option<bool>>(), any::<Option<i32>>(), any::<Option<i32>>(), any::<Option<i64>>());
    let real = option::of(any::<f64>().prop_filter("NaN is not equal to itself", |x| !x.is_nan()));
    let text = || option::of(prop_oneof![9 => "\\PC{0,12}", 1 => "[a-z0-9]{2000}"]);
    (scalars, real, text(), option::of(vec(text(), 0..4))).prop_map(
        |((number, flag, small, birth, at), real, text, ids)| Row { number, text, flag, small, real, birth, at, ids },
    )
}

fn some_options() -> impl Strategy<Value = WriterOptions> {
    (1..60_000u64, 1..60usize, 1..30_000usize, 1..5_000usize).prop_map(|(file, rows, group, part)| WriterOptions {
        target_file_bytes: file,
        max_row_group_rows: rows,
        max_row_group_bytes: group,
        upload_part_bytes: part,
        ..WriterOptions::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reads_back_equal(rows in vec(a_row(), 0..200), cuts in vec(0..40usize, 0..12), options in some_options()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let lake = TestLake::memory();
            let whole = batch(&rows);
            // Slices keep their offset into shared buffers, as those of a query's result do; zero rows are allowed.
            let (mut batches, mut start) = (Vec::new(), 0);
            for cut in cuts {
                let length = cut.min(whole.num_rows() - start);
                batches.push(whole.slice(start, length));
                start += length;
            }
            batches.push(whole.slice(start, whole.num_rows() - start));
            let staged = stage_with(&lake, "run-1", &table("employees", Zone::Core), &batches, options.clone()).await;
            prop_assert_eq!(staged.table().rows(), rows.len() as u64);
            let snapshot = publish(&lake, publication("2026-11-22", "run-1", vec![staged])).await.unwrap();
            prop_assert_eq!(verify(&lake, &snapshot).await.unwrap(), []);
            let published = &snapshot.tables[0];
            prop_assert_eq!(read_table(&lake, published).await, whole);
            for file in &published.files {
                let content = lake.store.get(&Path::from(file.path.as_str())).await.unwrap().bytes().await.unwrap();
                let reader = ParquetRecordBatchReaderBuilder::try_new(content).unwrap();
                let groups = reader.metadata().row_groups();
                prop_assert!(groups.iter().all(|g| usize::try_from(g.num_rows()).unwrap() <= options.max_row_group_rows));
            }
            prop_assert!(published.files.len() == 1 || published.files.iter().all(|f| f.rows > 0));
            Ok(())
        })?;
    }
}
