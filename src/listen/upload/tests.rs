//! A lake elsewhere that answers late, and gets everything once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use object_store::memory::InMemory;

use super::*;
use crate::{
    lake::testing::{Fate, FaultyStore},
    listen::{end::End, event::Event, spool::Spool},
};

#[tokio::test(start_paused = true)]
async fn sealed_files_go_to_the_lake_and_stay_until_it_has_them() {
    let here = tempfile::tempdir().unwrap();
    let failures = Arc::new(AtomicUsize::new(2));
    let left = Arc::clone(&failures);
    let store: Arc<dyn object_store::ObjectStore> = Arc::new(InMemory::new());
    let faulty = FaultyStore::with(&store, move |_, _| {
        let fails = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if fails { Fate::Failed } else { Fate::Done }
    });
    let lake = Lake::with_store(faulty, "memory:///".parse().unwrap());
    let now: chrono::DateTime<chrono::Utc> = "2026-03-15T06:00:00Z".parse().unwrap();
    let mut spool = Spool::open(here.path(), 0, now).unwrap();
    let seal = |spool: &mut Spool, id: u32| {
        let at = now + chrono::TimeDelta::seconds(id.into());
        spool.commit(&[Event::of(format!("{{\"id\":{id}}}").into())], at).unwrap();
        spool.seal(at).unwrap();
    };
    seal(&mut spool, 1);
    let (end, ends) = End::new();
    let (tell, sealed) = mpsc::channel(1);
    let upload = Upload { folder: here.path().to_owned(), lake: lake.clone() };
    let uploads = tokio::spawn(upload.run(sealed, ends));
    // Refused twice, each time tried again.
    time::sleep(AGAIN_AFTER * 3).await;
    assert_eq!(lake.received_segments().await.unwrap().len(), 1);
    seal(&mut spool, 2);
    tell.send(()).await.unwrap();
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(lake.received_segments().await.unwrap().len(), 2);
    assert_eq!(spool::sealed(here.path()).unwrap(), []);
    // The last one comes when it ends.
    seal(&mut spool, 3);
    end.tell();
    assert_eq!(uploads.await.unwrap().unwrap(), 0);
    let mut bodies = Vec::new();
    for segment in lake.received_segments().await.unwrap() {
        bodies.extend(lake.read_received(&segment).await.unwrap().events.into_iter().map(|event| event.body));
    }
    assert_eq!(bodies, ["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"]);
    // A lake that is not there: what is sealed stays.
    seal(&mut spool, 4);
    failures.store(usize::MAX, Ordering::SeqCst);
    let (end, ends) = End::new();
    end.tell();
    let upload = Upload { folder: here.path().to_owned(), lake };
    assert_eq!(upload.run(mpsc::channel(1).1, ends).await.unwrap(), 1);
}
