//! Sealed files, found, read and removed, on a disk and elsewhere.

use std::sync::Arc;

use object_store::memory::InMemory;

use super::*;

fn event(number: u32) -> ReceivedEvent {
    let at = "2026-03-15T06:00:00Z".parse::<DateTime<Utc>>().unwrap();
    ReceivedEvent::new(at + chrono::TimeDelta::seconds(number.into()), format!("{{\"id\":\"{number}\"}}").into())
}

fn file(numbers: impl IntoIterator<Item = u32>) -> Bytes {
    let mut out = Vec::new();
    numbers.into_iter().for_each(|number| event(number).write(&mut out));
    out.into()
}

async fn conforms(lake: &Lake) {
    assert_eq!(lake.received_segments().await.unwrap(), []);
    let segment = |second: u32| {
        let begun: DateTime<Utc> = format!("2026-03-15T06:00:{second:02}Z").parse().unwrap();
        ReceivedSegment::begun(begun, second)
    };
    let (first, second) = (segment(1), segment(2));
    assert_eq!(first.to_string(), "20260315T060001.000000Z-00000001.events");
    assert_eq!(ReceivedSegment::named(&first.to_string()), Some(first.clone()));
    lake.put_received(&second, file(3..5)).await.unwrap();
    lake.put_received(&first, file(0..3)).await.unwrap();
    lake.put_received(&first, file(0..3)).await.unwrap();
    let beside = layout::received_dir();
    for other in
        ["20260315T060003.000000Z-00000003.open", "lock", "seen/20260315T060003.000000Z-00000003.events", ".events"]
    {
        lake.store.put(&Path::from(format!("{beside}/{other}")), file(9..10).into()).await.unwrap();
    }
    assert_eq!(lake.received_segments().await.unwrap(), [first.clone(), second.clone()]);
    let received = lake.read_received(&first).await.unwrap();
    assert_eq!((received.events, received.damaged_bytes), ((0..3).map(event).collect(), 0));

    let whole = file(3..5);
    lake.put_received(&second, whole.slice(..whole.len() - 1)).await.unwrap();
    let received = lake.read_received(&second).await.unwrap();
    assert_eq!((received.events, received.damaged_bytes), (vec![event(3)], whole.len() as u64 / 2 - 1));

    lake.remove_received(std::slice::from_ref(&first)).await.unwrap();
    lake.remove_received(std::slice::from_ref(&first)).await.unwrap();
    assert_eq!(lake.received_segments().await.unwrap(), [second]);
    assert!(lake.read_received(&first).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn sealed_files_are_read_oldest_first_until_they_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let on_disk = Lake::open(folder.path().to_str().unwrap(), &|_| None).unwrap();
    conforms(&on_disk).await;
    let made = on_disk.folder_for_received().unwrap().unwrap();
    assert_eq!(made.canonicalize().unwrap(), folder.path().canonicalize().unwrap().join("_lake/events"));
    assert!(modes::exposed(&made).is_none());
    let remote = Lake::with_store(Arc::new(InMemory::new()), "memory:///".parse().unwrap());
    assert_eq!(remote.folder_for_received().unwrap(), None);
    conforms(&remote).await;
}
