//! What the lake asks of a store.

use futures::{StreamExt, stream};
use object_store::{Error, PutMode, PutPayload, UpdateVersion};
use parquet::arrow::async_writer::AsyncFileWriter;

use super::{hashing::HashingUpload, *};

on_every_store! {
    of_32_who_put_what_is_absent_one_succeeds
    of_32_who_replace_what_they_read_one_succeeds
    puts_whole_what_comes_in_parts
    leaves_nothing_of_an_upload_given_up
    lists_more_than_a_page
    takes_names_that_need_escaping
    does_not_mind_deleting_what_is_gone
    knows_the_probe
}

/// Whether S3, or what looks like it, says that the condition was not met.
fn is_refused(error: &Error) -> bool {
    matches!(error, Error::AlreadyExists { .. } | Error::Precondition { .. })
}

async fn of_32_who_put_what_is_absent_one_succeeds(lake: &TestLake) {
    let path = Path::from("_lake/manifests/as_of=2026-11-22/0000000001.json");
    for round in 0..3 {
        let puts = (0..32).map(|n| {
            let (store, path) = (Arc::clone(&lake.raw), path.clone());
            tokio::spawn(async move { store.put_opts(&path, format!("{n}").into(), PutMode::Create.into()).await })
        });
        let (mut winners, mut refused) = (Vec::new(), 0);
        for (n, put) in futures::future::join_all(puts).await.into_iter().enumerate() {
            match put.unwrap() {
                Ok(_) => winners.push(n),
                Err(error) if is_refused(&error) => refused += 1,
                Err(error) => panic!("neither done nor refused: {error}"),
            }
        }
        assert_eq!((winners.len(), refused), (1, 31), "round {round}");
        assert_eq!(text(lake, path.as_ref()).await, format!("{}", winners[0]), "what the winner wrote stays");
        lake.raw.delete(&path).await.unwrap();
    }
}

async fn of_32_who_replace_what_they_read_one_succeeds(lake: &TestLake) {
    if lake.root().is_some() {
        // A disk has no such put: leases there are locks of the operating system.
        let version = UpdateVersion { e_tag: None, version: None };
        let put = lake.raw.put_opts(&Path::from("x"), "x".into(), PutMode::Update(version).into()).await;
        assert!(matches!(put, Err(Error::NotImplemented { .. })), "{put:?}");
        return;
    }
    let path = Path::from("_lake/lease.json");
    let read: UpdateVersion = lake.raw.put(&path, "first".into()).await.unwrap().into();
    let puts = (0..32).map(|n| {
        let (store, path, mode) = (Arc::clone(&lake.raw), path.clone(), PutMode::Update(read.clone()));
        tokio::spawn(async move { store.put_opts(&path, format!("{n}").into(), mode.into()).await })
    });
    let done = futures::future::join_all(puts).await.into_iter().map(|put| put.unwrap().is_ok());
    assert_eq!(done.filter(|done| *done).count(), 1);
}

/// Two parts, the first as long as S3 wants it at least.
fn long_content() -> Vec<u8> {
    (0..(5 << 20) + 1234_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

async fn puts_whole_what_comes_in_parts(lake: &TestLake) {
    let (path, content) = (Path::from("core/employees/long.parquet"), long_content());
    let mut upload = HashingUpload::new(lake.store(), path.clone(), 5 << 20);
    for chunk in content.chunks(700_000) {
        upload.write(bytes::Bytes::copy_from_slice(chunk)).await.unwrap();
        assert_eq!(objects(&lake.raw, "core").await, BTreeSet::new(), "no reader sees a part");
    }
    upload.complete().await.unwrap();
    let found = lake.raw.get(&path).await.unwrap().bytes().await.unwrap();
    assert!(found == content, "{} of {} bytes", found.len(), content.len());
    assert_eq!((upload.bytes(), upload.sha256()), (found.len() as u64, seal::sha256_hex(&content)));
}

async fn leaves_nothing_of_an_upload_given_up(lake: &TestLake) {
    let path = Path::from("core/employees/long.parquet");
    let mut upload = HashingUpload::new(lake.store(), path.clone(), 5 << 20);
    upload.write(long_content().into()).await.unwrap();
    upload.abort().await.unwrap();
    assert_eq!(objects(&lake.raw, "").await, BTreeSet::new());
    if let Some(root) = lake.root() {
        let left = std::fs::read_dir(root.join("core/employees")).unwrap().count();
        assert_eq!(left, 0, "a listing hides temporary files, a glob need not");
    }
}

async fn lists_more_than_a_page(lake: &TestLake) {
    let names: BTreeSet<String> =
        (0..1102).map(|n| format!("_lake/staging/run-{}/pages/{n:04}.arrow", n % 2)).collect();
    let other = "_lake/staging/run-10/pages/0000.arrow".to_owned();
    let puts = names.iter().chain([&other]).map(|name| {
        let (store, path) = (Arc::clone(&lake.raw), Path::from(name.as_str()));
        async move { store.put(&path, PutPayload::from_static(b"x")).await.map(drop) }
    });
    let done: Vec<_> = stream::iter(puts.collect::<Vec<_>>()).buffer_unordered(16).collect().await;
    assert!(done.into_iter().all(|put| put.is_ok()));
    let found = objects(&lake.raw, "_lake/staging").await;
    assert_eq!(found.len(), 1103);
    assert!(found.is_superset(&names));
    let folders = lake.raw.list_with_delimiter(Some(&Path::from("_lake/staging"))).await.unwrap();
    let folders: Vec<&str> = folders.common_prefixes.iter().filter_map(Path::filename).collect();
    assert_eq!(folders, ["run-0", "run-1", "run-10"]);
    for run in ["run-0", "run-1"] {
        discard(lake, &run.parse().unwrap()).await.unwrap();
    }
    assert_eq!(objects(&lake.raw, "").await, BTreeSet::from([other]), "more than one request can name are deleted");
}

async fn takes_names_that_need_escaping(lake: &TestLake) {
    for name in ["core/a b/as_of=2026-11-22/é+&%.parquet", "core/a", "core/a/b"] {
        let path = Path::from(name);
        // A disk cannot hold a file and a folder of one name; the lake never asks for that.
        if lake.root().is_some() && name == "core/a/b" {
            continue;
        }
        lake.raw.put(&path, name.as_bytes().to_vec().into()).await.unwrap();
        assert_eq!(text(lake, name).await, name);
        let found: Vec<_> = lake.raw.list(Some(&Path::from("core"))).try_collect().await.unwrap();
        assert!(found.iter().any(|o| o.location == path && o.size == name.len() as u64), "{name}");
    }
}

async fn does_not_mind_deleting_what_is_gone(lake: &TestLake) {
    let (there, gone) = (Path::from("core/a/there"), Path::from("core/a/gone"));
    lake.raw.put(&there, "x".into()).await.unwrap();
    lake.remove(vec![gone.clone(), there, gone]).await.unwrap();
    assert_eq!(objects(&lake.raw, "").await, BTreeSet::new());
}

async fn knows_the_probe(lake: &TestLake) {
    assert_eq!(lake.probe(&"run-1".parse().unwrap()).await.unwrap(), PutIfAbsent::Honoured);
    let replace = if lake.root().is_some() { Replace::NotNeeded } else { Replace::Honoured };
    assert_eq!(lake.probe_replace(&"run-1".parse().unwrap()).await.unwrap(), replace);
    assert_eq!(objects(&lake.raw, "").await, BTreeSet::new());
}
