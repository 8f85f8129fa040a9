//! A byte that changes anywhere in what is published is found.

use object_store::GetOptions;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::*;

/// Everything `lucca-lake verify` looks at. Returns what it finds, by what was said of it.
async fn everything_wrong(lake: &Lake) -> Vec<String> {
    let mut wrong = Vec::new();
    for id in lake.snapshots().await.unwrap() {
        match lake.snapshot(id.as_of).await {
            Ok(snapshot) => wrong.extend(verify(lake, &snapshot.unwrap()).await.unwrap().iter().map(Damage::to_string)),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    match verify_lake(lake).await {
        Ok(findings) => wrong.extend(findings.iter().map(Damage::to_string)),
        Err(error) => wrong.push(error.to_string()),
    }
    wrong
}

/// Two days, one of them published three times, so that there are manifests in use and manifests in the chain.
async fn small_lake() -> TestLake {
    let lake = TestLake::memory();
    publish_employees(&lake, "2026-11-21", "run-0", 0, 40).await.unwrap();
    for run in ["run-1", "run-2", "run-3"] {
        let people = stage(&lake, run, &table("employees", Zone::Core), 0, 40).await;
        let personal = stage(&lake, run, &table("personal_records", Zone::Personal), 0, 7).await;
        let empty = stage(&lake, run, &table("headcount", Zone::Derived), 0, 0).await;
        publish(&lake, publication("2026-11-22", run, vec![people, personal, empty])).await.unwrap();
    }
    assert_eq!(everything_wrong(&lake).await, Vec::<String>::new());
    lake
}

/// Changes one byte of `path`, and puts it back once it was looked for.
async fn is_found(lake: &TestLake, path: &str, at: usize, change: u8) -> bool {
    let path = Path::from(path);
    let whole = lake.raw.get_opts(&path, GetOptions::default()).await.unwrap().bytes().await.unwrap();
    let mut changed = whole.to_vec();
    changed[at] ^= change;
    lake.raw.put(&path, changed.into()).await.unwrap();
    let wrong = everything_wrong(lake).await;
    lake.raw.put(&path, whole.into()).await.unwrap();
    assert!(wrong.iter().all(|line| !line.contains('\n')), "{wrong:?}");
    // A manifest in use is needed to know what the views should say, so that it may be named twice.
    wrong.iter().any(|line| line.contains(path.as_ref()))
}

#[tokio::test]
async fn a_thousand_changed_bytes_are_found_one_by_one() {
    let lake = small_lake().await;
    let all = objects(&lake.raw, "").await;
    // A digest that has changed is not believed.
    let objects: Vec<String> = all.into_iter().filter(|path| *path != layout::digest().as_ref()).collect();
    assert_eq!(objects.len(), 4 + 4 + 2, "data files, manifests, views");
    let mut rng = StdRng::seed_from_u64(20_261_122);
    for _ in 0..1000 {
        let path = objects.choose(&mut rng).unwrap();
        let size = lake.raw.head(&Path::from(path.as_str())).await.unwrap().size;
        let at = rng.random_range(0..usize::try_from(size).unwrap());
        let change = rng.random_range(1..=255);
        assert!(is_found(&lake, path, at, change).await, "byte {at} of {path} xor {change}");
    }
    assert_eq!(everything_wrong(&lake).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_byte_of_a_manifest_counts() {
    let lake = small_lake().await;
    let id = lake.snapshots().await.unwrap()[0];
    let path = layout::manifest(id);
    let whole = lake.raw.get(&path).await.unwrap().bytes().await.unwrap();
    for at in 0..whole.len() {
        // The smallest change, the other case of a letter, and all bits.
        for change in [1, 3, 0x20, 0xff] {
            let mut changed = whole.to_vec();
            changed[at] ^= change;
            lake.raw.put(&path, changed.into()).await.unwrap();
            let error = lake.snapshot(id.as_of).await.expect_err("a changed manifest is believed by nobody");
            assert!(matches!(error, LakeError::Corrupt { .. }), "byte {at} xor {change}: {error:?}");
        }
        lake.raw.put(&path, whole.slice(..at).into()).await.unwrap();
        assert!(lake.snapshot(id.as_of).await.is_err(), "cut at {at}");
    }
}
