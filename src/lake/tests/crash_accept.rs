//! Accepting a held snapshot that ends at any of its operations: readers see one whole snapshot, what is held back is not
//! lost, and accepting it again publishes it.

use super::{
    interrupted::{ENDINGS, Ending, Kind, Schedule, World},
    worlds::{Prepared, SCENARIOS, Scenario},
    *,
};

/// Publishes what `run-2` holds back; `None` when it holds nothing.
async fn accept(lake: &Lake) -> Result<Option<Snapshot>, LakeError> {
    let Some(held) = Held::of_run(lake, &"run-2".parse().unwrap()).await? else { return Ok(None) };
    let accepted = Accepted { at: now(), breaches: held.breaches.clone(), reason: "because".to_owned() };
    held.publish(lake, accepted, chrono::TimeDelta::zero()).await.map(Some)
}

async fn ends_anywhere(kind: Kind, scenario: Scenario) -> usize {
    let prepared = Prepared::new(scenario).await.holding("run-2").await;
    let mut operations = 0;
    for ending in ENDINGS {
        let mut outcomes = BTreeSet::new();
        for at in 0..200 {
            let schedule = Schedule::new(ending, at);
            let world = World::new(kind, prepared.objects(), &schedule).await;
            let result = world.run(&schedule, async |lake| accept(lake).await).await;
            let published = prepared.check_readers(&world.after, &["run-2"]).await;
            match &result {
                None => assert_eq!(ending, Ending::Killed),
                Some(Ok(_)) => assert!(published, "{ending:?} at {at}: success is what is published"),
                Some(Err(error)) => assert!(error.is_retryable(), "{ending:?} at {at}: {error:?}"),
            }
            outcomes.insert((matches!(result, Some(Ok(_))), published));
            let again = accept(&world.after).await.unwrap();
            assert!(again.is_some() || published, "{ending:?} at {at}: what was held back is lost");
            assert!(prepared.check_readers(&world.after, &["run-2"]).await, "{ending:?} at {at}");
            // Where only the views or the cleaning up failed, the next run or a collection does it.
            if again.is_some() {
                assert_eq!(verify_lake(&world.after).await.unwrap(), []);
                assert_eq!(objects(&world.after.raw, "_lake/staging/run-2").await, BTreeSet::new());
            }
            // What is left of it is what is left of any publication.
            if at % 5 == 0 {
                prepared.check_next_run(&world.after).await;
            }
            if at > schedule.passed() {
                operations = schedule.passed();
                break;
            }
        }
        assert!(outcomes.contains(&(false, false)) && outcomes.contains(&(true, true)), "{ending:?}: {outcomes:?}");
        assert!(operations > 0, "accepting has fewer operations");
    }
    operations
}

/// The operations of each scenario: `docs/publishing.md` tells these numbers.
#[tokio::test]
async fn what_is_held_back_is_whole_whatever_ends_its_acceptance_in_memory() {
    let mut operations = Vec::new();
    for scenario in SCENARIOS {
        operations.push(ends_anywhere(Kind::Memory, scenario).await);
    }
    assert_eq!(operations, [35, 44, 40]);
}

#[tokio::test]
async fn what_is_held_back_is_whole_whatever_ends_its_acceptance_on_a_disk() {
    assert_eq!(ends_anywhere(Kind::Disk, Scenario::Replaces).await, 41);
}

#[tokio::test]
async fn what_is_held_back_is_whole_whatever_ends_its_acceptance_on_s3() {
    assert_eq!(ends_anywhere(Kind::S3, Scenario::Replaces).await, 35);
}

/// Files that changed since they were held back are found before anything is published.
async fn accepts_only_what_was_held_back(lake: &TestLake) {
    publish_employees(lake, "2026-11-22", "run-1", 0, 5).await.unwrap();
    let staged = [
        stage(lake, "run-2", &table("employees", Zone::Core), 0, 3).await,
        stage(lake, "run-2", &table("departments", Zone::Core), 0, 3).await,
    ];
    let held = Held::keep(lake, publication("2026-11-22", "run-2", staged.to_vec()), Vec::new()).await.unwrap();
    let before = objects(&lake.raw, "").await;
    let file = Path::from(held.tables[1].files[0].path.as_str());
    let whole = lake.raw.get(&file).await.unwrap().bytes().await.unwrap();
    let other = stage(lake, "run-9", &table("employees", Zone::Core), 0, 4).await;
    let other = Path::from(other.table().files[0].path.as_str());
    let other_rows = lake.raw.get(&other).await.unwrap().bytes().await.unwrap();
    discard(lake, &"run-9".parse().unwrap()).await.unwrap();
    let flipped = |at: usize| {
        let mut content = whole.to_vec();
        content[at] ^= 1;
        Some(content)
    };
    let half = whole.len() / 2;
    let cases = [
        (flipped(half), " was written"),
        (flipped(whole.len() - 20), " was written"),
        (Some(whole[..half].to_vec()), " bytes, "),
        (Some(other_rows.to_vec()), "4 rows, 3 were written"),
        (None, "the file is missing"),
    ];
    for (content, expected) in cases {
        match content {
            Some(content) => drop(lake.raw.put(&file, content.into()).await.unwrap()),
            None => lake.raw.delete(&file).await.unwrap(),
        }
        let error = accept(lake).await.unwrap_err();
        assert_eq!(error.exit_code() as u8, 5);
        let message = error.to_string();
        assert!(message.contains(&format!("{file}: ")) && message.contains(expected), "{message}");
        assert!(message.contains("`lucca-lake sync --as-of 2026-11-22`"), "{message}");
        assert_eq!(lake.snapshot(day("2026-11-22")).await.unwrap().unwrap().run_id.as_str(), "run-1");
    }
    lake.raw.put(&file, whole.into()).await.unwrap();
    assert_eq!(objects(&lake.raw, "").await, before, "nothing was published or lost");
    // Nor is what was held back believed when it is not what was written.
    let path = layout::held(&"run-2".parse().unwrap());
    let json = lake.raw.get(&path).await.unwrap().bytes().await.unwrap();
    let changed = String::from_utf8(json.to_vec()).unwrap().replace("\"rows\": 3", "\"rows\": 4");
    lake.raw.put(&path, changed.into_bytes().into()).await.unwrap();
    assert!(matches!(accept(lake).await, Err(LakeError::Corrupt { .. })));
    lake.raw.put(&path, json.into()).await.unwrap();
    assert_eq!(accept(lake).await.unwrap().unwrap().run_id.as_str(), "run-2");
}

on_every_store! { accepts_only_what_was_held_back }
