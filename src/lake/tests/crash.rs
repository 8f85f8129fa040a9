//! A publication that ends at any of its operations: readers see one whole snapshot, and the next run leaves nothing of it
//! behind.

use super::{
    interrupted::{ENDINGS, Ending, Kind, Schedule, World},
    worlds::{Prepared, SCENARIOS, Scenario},
    *,
};

/// Every ending at every operation. Returns how many operations an uninterrupted publication takes.
async fn ends_anywhere(kind: Kind, scenario: Scenario) -> usize {
    let prepared = Prepared::new(scenario).await;
    let mut operations = 0;
    for ending in ENDINGS {
        let mut outcomes = BTreeSet::new();
        for at in 0..100 {
            let schedule = Schedule::new(ending, at);
            let world = World::new(kind, prepared.objects(), &schedule).await;
            let result = world.run(&schedule, async |lake| publish(lake, prepared.publication("run-2")).await).await;
            let published = prepared.check_readers(&world.after, &["run-2"]).await;
            match &result {
                None => assert_eq!(ending, Ending::Killed),
                Some(Ok(_)) => assert!(published, "{ending:?} at {at}: success is what is published"),
                Some(Err(LakeError::Behind { .. })) => assert!(published, "{ending:?} at {at}"),
                Some(Err(error)) => {
                    // Nobody can tell whose manifest is there when the answer is lost and no question is answered.
                    assert!(!published || ending == Ending::AnswerLostThenStoreGone, "{ending:?} at {at}: {error:?}");
                    assert!(error.is_retryable(), "{ending:?} at {at}: {error:?}");
                }
            }
            outcomes.insert((matches!(result, Some(Ok(_))), published));
            prepared.check_next_run(&world.after).await;
            if at > schedule.passed() {
                operations = schedule.passed();
                break;
            }
        }
        assert!(outcomes.contains(&(false, false)) && outcomes.contains(&(true, true)), "{ending:?}: {outcomes:?}");
        assert!(operations > 0, "a publication has far fewer operations");
    }
    operations
}

/// For each scenario, the operations of a publication: `docs/publishing.md` tells these numbers.
async fn all_scenarios(kind: Kind) -> Vec<usize> {
    let mut operations = Vec::new();
    for scenario in SCENARIOS {
        operations.push(ends_anywhere(kind, scenario).await);
    }
    operations
}

#[tokio::test]
async fn readers_see_one_whole_snapshot_whatever_ends_a_publication_in_memory() {
    assert_eq!(all_scenarios(Kind::Memory).await, [24, 32, 28]);
}

#[tokio::test]
async fn readers_see_one_whole_snapshot_whatever_ends_a_publication_on_a_disk() {
    assert_eq!(all_scenarios(Kind::Disk).await, [22, 30, 26]);
}

#[tokio::test]
async fn readers_see_one_whole_snapshot_whatever_ends_a_publication_on_s3() {
    assert_eq!(all_scenarios(Kind::S3).await, [21, 24, 22]);
}
