//! The feed of events: what the API forgets, the lake keeps.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    FaultyTransport, Plan, SyncOptions, TODAY,
    edited::Edited,
    kinds::Kind,
    portraits::World,
    tables::{read_tables, tables_of},
};
use arrow::array::{Array as _, AsArray as _};

use crate::{
    fake_tenant::{EventOrder, FakeTenant, News, Options},
    lake::{ReceivedEvent, ReceivedSegment},
    run_report::{ResourceReport, RunReport},
};

const EVENTS: (&str, &str) = ("tables", "events");

fn tenant(world: &World, order: EventOrder) -> Arc<FaultyTransport> {
    let options = Options { employees: 30, event_order: order, ..Options::new(TODAY.parse().unwrap()) };
    Arc::new(FaultyTransport::new(FakeTenant::new(options), Arc::clone(&world.clock), Plan::clean(1)))
}

/// Something happens.
fn happens(tenant: &FaultyTransport, what: &str) -> String {
    let data = json!({ "id": what, "type": "employee" });
    let (previous_attributes, business_establishment) = (None, None);
    let news = News { topic: "employee.updated".into(), data, previous_attributes, business_establishment };
    tenant.tenant().publish(news, tokio::time::Instant::now())
}

fn of_events(report: &RunReport) -> &ResourceReport {
    report.resources.iter().find(|r| r.resource == "events").unwrap()
}

/// The ids of all events that the API has.
fn served(tenant: &FaultyTransport) -> BTreeSet<String> {
    tenant.tenant().records("events").map(|e| e["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids in the table, each once.
async fn kept(world: &World) -> BTreeSet<String> {
    let tables = read_tables(world.lake()).await;
    let ids = tables["events"].column(0).as_string::<i32>();
    let kept: BTreeSet<String> = ids.iter().flatten().map(str::to_owned).collect();
    assert_eq!(kept.len(), ids.len(), "an event is there twice");
    kept
}

fn day(text: &str) -> Vec<(&'static str, String)> {
    vec![EVENTS, ("as-of", text)].into_iter().map(|(flag, value)| (flag, value.to_owned())).collect()
}

async fn sync(world: &mut World, tenant: &Arc<FaultyTransport>) -> RunReport {
    world.run(tenant, &[EVENTS], SyncOptions::default()).await.unwrap()
}

#[test]
fn each_run_adds_what_is_new() {
    super::virtually(async {
        for order in [EventOrder::OldestFirst, EventOrder::NewestFirst] {
            let mut world = World::new();
            let tenant = tenant(&world, order);
            let first = sync(&mut world, &tenant).await;
            let before = served(&tenant);
            assert!(before.len() > 40, "{} events", before.len());
            assert_eq!(kept(&world).await, before);
            assert_eq!(of_events(&first).carried_over, 0);
            let new: BTreeSet<String> = (0..3).map(|n| happens(&tenant, &n.to_string())).collect();
            let second = sync(&mut world, &tenant).await;
            assert_eq!(kept(&world).await, &before | &new);
            let (was, is) = (of_events(&first).pages, of_events(&second).pages);
            match order {
                EventOrder::OldestFirst => assert!(is >= was, "{is} pages of {was}"),
                EventOrder::NewestFirst => assert!(is <= 2 && was > 4, "{is} pages of {was}"),
            }
            assert_eq!(of_events(&second).carried_over, before.len() as u64);
            // Asked to, a run reads all pages.
            let fresh = SyncOptions { fresh: true, ..SyncOptions::default() };
            let third = world.run(&tenant, &[EVENTS], fresh).await.unwrap();
            assert!(of_events(&third).pages >= was);
            assert_eq!(kept(&world).await, &before | &new);
        }
    });
}

/// The tenant from now on has only events that came to be later than `since`.
fn forgetting(tenant: &Arc<FaultyTransport>, since: DateTime<Utc>) -> Arc<Edited> {
    let gone = tenant.tenant().records("events").filter(|e| at(e) <= since).count() as u64;
    Arc::new(Edited::new(Arc::clone(tenant), move |asked, page| {
        if asked.chain.path == "/lucca-api/events" {
            page.items.retain(|item| at(&serde_json::from_str(item.get()).unwrap()) > since);
            page.total_count = page.total_count.map(|count| count - gone);
        }
    }))
}

fn at(event: &serde_json::Value) -> DateTime<Utc> {
    event["occurredAt"].as_str().unwrap().parse().unwrap()
}

#[test]
fn what_the_api_forgets_stays_and_a_gap_is_told() {
    super::virtually(async {
        for order in [EventOrder::OldestFirst, EventOrder::NewestFirst] {
            let mut world = World::new();
            let tenant = tenant(&world, order);
            sync(&mut world, &tenant).await;
            let before = served(&tenant);
            let mut times: Vec<DateTime<Utc>> = tenant.tenant().records("events").map(|e| at(&e)).collect();
            times.sort();
            // Half of them are gone, and nothing was missed.
            let half = forgetting(&tenant, times[times.len() / 2]);
            let report = world.run(&half, &[EVENTS], SyncOptions::default()).await.unwrap();
            assert_eq!(of_events(&report).window_missed, None);
            assert_eq!(kept(&world).await, before);
            // All of them are gone: some may have come and gone with them.
            let last = *times.last().unwrap();
            let all_gone = forgetting(&tenant, last);
            let new = happens(&tenant, "later");
            let report = world.run(&all_gone, &[EVENTS], SyncOptions::default()).await.unwrap();
            let missed = of_events(&report).window_missed.unwrap();
            assert_eq!(missed.after.timestamp_micros(), last.timestamp_micros());
            assert!(missed.until > missed.after && report.for_people().contains("may be missing for ever"));
            assert_eq!(kept(&world).await, &before | &BTreeSet::from([new]));
            let again = world.run(&all_gone, &[EVENTS], SyncOptions::default()).await.unwrap();
            assert_eq!(of_events(&again).window_missed, None, "the feed and the lake meet again");
        }
    });
}

/// A file of events as a receiver leaves it.
async fn receive(world: &World, number: u32, events: &[serde_json::Value], damage: &[u8]) -> ReceivedSegment {
    let (now, mut content) = (world.clock.now(), Vec::new());
    for event in events {
        ReceivedEvent::new(now, event.to_string().into()).write(&mut content);
    }
    content.extend_from_slice(damage);
    let segment = ReceivedSegment::begun(now, number);
    world.lake().put_received(&segment, content.into()).await.unwrap();
    segment
}

#[test]
fn what_was_received_comes_to_the_table_and_its_files_go() {
    super::virtually(async {
        let mut world = World::new();
        let tenant = tenant(&world, EventOrder::OldestFirst);
        sync(&mut world, &tenant).await;
        let before = served(&tenant);
        let known = tenant.tenant().records("events").next().unwrap();
        let event = |id: &str| json!({ "id": id, "topic": "employee.created", "occurredAt": "2026-03-15T07:00:00Z", "data": {} });
        receive(&world, 1, &[event("early"), known, event("early")], b"").await;
        receive(&world, 2, &[event("late")], b"").await;
        let torn = receive(&world, 3, &[event("torn")], b"lucca-event 2026-").await;
        let strange = receive(&world, 4, &[json!({ "id": 7 }), event("beside")], b"").await;
        // Nothing of it is lost by a run that fails.
        let broken = Plan { seed: 1, rate: 0.0, kinds: vec![Kind::Unavailable], lasts_from: Some(1) };
        let options = Options { employees: 30, ..Options::new(TODAY.parse().unwrap()) };
        let broken = Arc::new(FaultyTransport::new(FakeTenant::new(options), Arc::clone(&world.clock), broken));
        world.run(&broken, &[EVENTS], SyncOptions::default()).await.unwrap_err();
        assert_eq!(world.lake().received_segments().await.unwrap().len(), 4);
        let report = sync(&mut world, &tenant).await;
        let new = ["early", "late", "torn", "beside"].map(str::to_owned);
        assert_eq!(kept(&world).await, &before | &new.clone().into());
        assert_eq!(of_events(&report).received, 4);
        // What cannot be read as a whole stays where it is.
        assert_eq!(world.lake().received_segments().await.unwrap(), [torn, strange]);
        let report = sync(&mut world, &tenant).await;
        assert_eq!((kept(&world).await, of_events(&report).received), (&before | &new.into(), 0));
    });
}

#[test]
fn no_other_run_loses_events_whichever_day_it_is_about() {
    super::virtually(async {
        let mut world = World::new();
        let tenant = tenant(&world, EventOrder::OldestFirst);
        let others = [("tables", "departments")];
        sync(&mut world, &tenant).await;
        let mut all = served(&tenant);
        // A run of the same day that does not read them, and one of the next day.
        for day in [TODAY, "2026-03-16"] {
            if day != TODAY {
                tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
            }
            let flags = [others[0], ("as-of", day)];
            world.run(&tenant, &flags, SyncOptions::default()).await.unwrap();
            assert_eq!(kept(&world).await, all, "{day}");
        }
        // A day in the past, read now, has all that is known now; the newest day has it with its next reading.
        all.insert(happens(&tenant, "now"));
        let flags = day("2025-12-31");
        let flags: Vec<(&'static str, &str)> = flags.iter().map(|(flag, value)| (*flag, value.as_str())).collect();
        world.run(&tenant, &flags, SyncOptions::default()).await.unwrap();
        let past = world.lake().snapshot("2025-12-31".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(tables_of(world.lake(), past).await["events"].num_rows(), all.len());
        let since = world.clock.now();
        world
            .run(&forgetting(&tenant, since), &[EVENTS, ("as-of", "2026-03-16")], SyncOptions::default())
            .await
            .unwrap();
        assert_eq!(kept(&world).await, all, "what the past day alone had is not lost");
        // Nor does a past day that never had them get them.
        let flags = [others[0], ("as-of", "2025-11-30")];
        world.run(&tenant, &flags, SyncOptions::default()).await.unwrap();
        let past = world.lake().snapshot("2025-11-30".parse().unwrap()).await.unwrap().unwrap();
        assert!(past.table("events").is_none());
    });
}

#[test]
fn several_days_have_the_same_events() {
    super::virtually(async {
        let mut world = World::new();
        let tenant = tenant(&world, EventOrder::OldestFirst);
        let days = [EVENTS, ("as-of", "2026-01-31,2026-02-28,2026-03-15")];
        world.run(&tenant, &days, SyncOptions::default()).await.unwrap();
        for id in world.lake().snapshots().await.unwrap() {
            let snapshot = world.lake().snapshot(id.as_of).await.unwrap().unwrap();
            assert_eq!(tables_of(world.lake(), snapshot).await["events"].num_rows(), served(&tenant).len());
        }
    });
}
