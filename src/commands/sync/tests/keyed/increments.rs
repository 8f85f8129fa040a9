//! What changed, laid upon what the lake has, is what a reading in full gives of the same moment; and what no increment can
//! see, the next reading in full names.

use std::sync::Arc;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{
    super::tables::differences, Keyed, Plan, TODAY, keyed_catalog, keyed_settings, table, tenant, transport_to,
    virtually,
};
use crate::{
    catalog::Catalog,
    clock::{SharedClock, TokioClock},
    commands::sync::{Run, SyncOptions, tests, to_the_end},
    engine::stack::deeply,
    fake_tenant::{Changes, Edit, Edited, Legacy, Options, SinceRule},
    lake::{Lake, Snapshot},
    run_report::{MissedReport, ResourceReport},
    settings::Settings,
};

const INCREMENTAL: (&str, &str) = ("incremental", "true");

/// A tenant that is read day after day into one lake.
struct World {
    catalog: Catalog,
    tenant: Options,
    lake: Option<Lake>,
    runs: u64,
    /// Whether the tables of v5 are made too, which takes longest.
    all_tables: bool,
}

impl World {
    fn new(changes: Changes) -> Self {
        let mut tenant = tenant(Legacy { changes, ..Legacy::default() });
        tenant.employees = 14;
        Self { catalog: keyed_catalog(), tenant, lake: None, runs: 0, all_tables: false }
    }

    fn changes(&mut self) -> &mut Changes {
        &mut self.tenant.legacy.changes
    }

    /// Reads the tenant so many days after the first.
    async fn read(&mut self, day: u64, flags: &[(&'static str, &str)]) -> Keyed {
        let day = self::day(day);
        let as_of = day.to_string();
        let mut all = vec![("as-of", as_of.as_str())];
        all.extend((!self.all_tables).then_some(("tables", "v3_users,leaves")));
        all.extend(flags);
        self.run(day, &keyed_settings(&all), SyncOptions { replace: true, ..SyncOptions::default() }).await
    }

    async fn run(&mut self, day: NaiveDate, settings: &Settings, options: SyncOptions) -> Keyed {
        self.runs += 1;
        let clock: SharedClock = Arc::new(TokioClock::starting_at(format!("{day}T06:00:00Z").parse().unwrap()));
        let transport = transport_to(self.tenant.clone(), &clock, Plan::clean(self.runs));
        let context = tests::context(&self.catalog, &clock, &transport, self.runs);
        let mut run = Run::prepare(&context, settings, options).unwrap();
        if let Some(lake) = &self.lake {
            run.lake = lake.clone().with_latest_day(day);
        }
        let lake = run.lake.clone();
        let result = to_the_end(run, &context).await;
        let tables = super::read_tables(&lake).await;
        self.lake = Some(lake);
        let over_budget = transport.tenant().requests_served().refused_429;
        Keyed { result, tables, visible: Vec::new(), log: transport.log(), over_budget }
    }

    /// What a new lake has of the same moment.
    async fn in_full(&self, day: u64) -> Keyed {
        let (catalog, tenant) = (self.catalog.clone(), self.tenant.clone());
        let mut other = Self { lake: None, catalog, tenant, runs: 1000, ..*self };
        other.read(day, &[]).await
    }

    async fn newest(&self) -> Snapshot {
        self.lake.as_ref().unwrap().newest().await.unwrap().unwrap()
    }
}

fn day(number: u64) -> NaiveDate {
    TODAY.parse::<NaiveDate>().unwrap() + Days::new(number)
}

/// Noon of the day before.
fn before(number: u64) -> NaiveDateTime {
    day(number).and_time(NaiveTime::MIN) - TimeDelta::hours(12)
}

fn of<'r>(read: &'r Keyed, resource: &str) -> &'r ResourceReport {
    let report = read.result.as_ref().unwrap();
    report.resources.iter().find(|one| one.resource == resource).unwrap()
}

/// Why a list was read in full although only what changed was wanted.
fn why(read: &Keyed, resource: &str) -> String {
    of(read, resource).in_full_because.clone().unwrap_or_default()
}

fn edits(of: &[(u64, Edited)]) -> Vec<Edit> {
    of.iter().map(|(day, what)| Edit { at: before(*day), what: *what }).collect()
}

fn test<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send) {
    deeply(|| virtually(test()));
}

/// Random changes of which the routes tell, so many days after the first.
fn some(random: &mut StdRng, day: u64) -> Edit {
    let whom = random.random_range(0..1000);
    let what = match random.random_range(0..5) {
        0 => Edited::User(whom),
        1 => Edited::UserAdded(whom),
        2 => Edited::LeaveAsked(whom),
        3 => Edited::LeaveApproved(whom),
        _ => Edited::LeaveCancelled(whom),
    };
    // The tenant's own time may be many hours away from ours.
    let hours = TimeDelta::hours(random.random_range(-11..=11));
    Edit { at: before(day) + hours, what }
}

#[test]
fn increments_give_what_a_reading_in_full_gives_of_the_same_moment() {
    const DAYS: u64 = 2;
    for seed in 0..2 {
        test(|| async move {
            let mut random = StdRng::seed_from_u64(seed);
            let mut edits = Vec::new();
            let mut made = vec![0];
            for day in 1..=DAYS {
                for _ in 0..random.random_range(0..6) {
                    edits.push(some(&mut random, day));
                }
                made.push(edits.len());
            }
            let only_active_leaves = seed % 2 == 1;
            let mut world = World::new(Changes { edits, only_active_leaves, ..Changes::default() });
            world.all_tables = true;
            for day in 0..=DAYS {
                world.changes().made = made[usize::try_from(day).unwrap()];
                let read = world.read(day, &[INCREMENTAL]).await;
                for resource in ["v3-users", "leaves"] {
                    let is_increment = of(&read, resource).increment.is_some();
                    assert_eq!(is_increment, day > 0, "seed {seed}, day {day}: {}", why(&read, resource));
                }
                if day == 0 {
                    continue;
                }
                let full = world.in_full(day).await;
                let different = differences(&read.tables, &full.tables);
                assert!(different.is_empty(), "seed {seed}, day {day}: {different:?}");
                assert_eq!(read.over_budget, 0);
            }
        });
    }
}

/// How many rows of a table are others, by their first column.
fn differing(one: &Keyed, other: &Keyed, name: &str) -> u64 {
    let (one, other) = (table(&one.tables, name), table(&other.tables, name));
    assert_eq!(one.column(0), other.column(0), "{name}: other ids");
    (0..one.num_rows()).filter(|row| one.slice(*row, 1) != other.slice(*row, 1)).count() as u64
}

#[test]
fn a_reading_in_full_names_exactly_what_no_increment_could_see() {
    test(|| async {
        let mut world = World::new(Changes::default());
        let hidden = (3..6).map(Edited::UserUnsaid).chain((0..60).map(Edited::LeaveDenied));
        let told = [Edited::User(1), Edited::LeaveCancelled(2)];
        world.changes().edits = told.into_iter().chain(hidden).map(|what| Edit { at: before(1), what }).collect();
        world.read(0, &[INCREMENTAL]).await.result.unwrap();
        world.changes().made = usize::MAX;
        let stale = world.read(1, &[INCREMENTAL]).await;
        let full = world.read(7, &[INCREMENTAL]).await;
        for (resource, name) in [("v3-users", "v3_users"), ("leaves", "leaves")] {
            assert!(of(&stale, resource).increment.is_some(), "{}", why(&stale, resource));
            assert_eq!(why(&full, resource), "that was last done on 2026-03-15, 7 days ago");
            let missed = of(&full, resource).missed.clone().unwrap();
            let expected = differing(&stale, &full, name);
            assert!(expected > 0, "{resource}");
            let found = (missed.added.records, missed.removed.records, missed.changed.records);
            assert_eq!(found, (0, 0, expected), "{resource}: {missed}");
            assert_eq!(missed.changed.ids.len() as u64, expected.min(20));
        }
        let text = full.result.as_ref().unwrap().for_people();
        assert!(text.contains("v3-users: the increments before had missed "), "{text}");
        // The next increment is laid upon that, and a reading in full after it misses nothing.
        let next = world.read(8, &[INCREMENTAL]).await;
        assert!(of(&next, "v3-users").increment.is_some(), "{}", why(&next, "v3-users"));
        let last = world.read(9, &[]).await;
        assert_eq!(
            (&of(&last, "leaves").missed, why(&last, "leaves")),
            (&Some(MissedReport::default()), String::new())
        );
    });
}

#[test]
fn what_was_cancelled_since_is_not_missed_where_a_list_has_none_of_it() {
    test(|| async {
        let mut world = World::new(Changes { only_active_leaves: true, ..Changes::default() });
        world.changes().edits = edits(&[(1, Edited::User(1)), (7, Edited::LeaveCancelled(5))]);
        world.changes().made = 1;
        world.read(0, &[INCREMENTAL]).await.result.unwrap();
        world.read(1, &[INCREMENTAL]).await.result.unwrap();
        world.changes().made = 2;
        let full = world.read(7, &[INCREMENTAL]).await;
        assert_eq!(of(&full, "leaves").missed, Some(MissedReport::default()));
    });
}

#[test]
fn what_is_deleted_shows_in_the_count_and_everything_is_read_at_once() {
    test(|| async {
        let mut world = World::new(Changes::default());
        world.tenant.legacy.changes.edits = edits(&[(1, Edited::UserRemoved(2)), (1, Edited::LeaveRemoved(5))]);
        world.read(0, &[INCREMENTAL]).await.result.unwrap();
        world.changes().made = 2;
        let read = world.read(1, &[INCREMENTAL]).await;
        for resource in ["v3-users", "leaves"] {
            assert!(why(&read, resource).starts_with("the API counts "), "{resource}: {}", why(&read, resource));
            let missed = of(&read, resource).missed.clone().unwrap();
            assert_eq!((missed.added.records, missed.changed.records), (0, 0), "{resource}: {missed}");
            assert!(missed.removed.records > 0, "{resource}");
        }
        assert_eq!(of(&read, "v3-users").missed.as_ref().unwrap().removed.records, 1);
        let different = differences(&read.tables, &world.in_full(1).await.tables);
        assert!(different.is_empty(), "{different:?}");
    });
}

#[test]
fn an_api_that_does_not_heed_the_question_is_found_out() {
    for (rule, is_increment, said) in [
        (SinceRule::Ignored, true, ""),
        (SinceRule::Refused, false, "the API refuses to be asked for what changed"),
        (SinceRule::Empty, false, "records did not come that the lake knows to have changed"),
    ] {
        test(|| async move {
            let mut world = World::new(Changes { since: rule, ..Changes::default() });
            world.tenant.legacy.changes.edits = edits(&[(1, Edited::User(1)), (1, Edited::LeaveCancelled(4))]);
            world.read(0, &[INCREMENTAL]).await.result.unwrap();
            world.changes().made = 2;
            let read = world.read(1, &[INCREMENTAL]).await;
            for resource in ["v3-users", "leaves"] {
                assert_eq!(of(&read, resource).increment.is_some(), is_increment, "{rule:?} {}", why(&read, resource));
                assert!(why(&read, resource).contains(said), "{rule:?} {}", why(&read, resource));
                let unasked = of(&read, resource).increment.as_ref().map_or(0, |increment| increment.unasked);
                assert_eq!(unasked > 0, is_increment, "{rule:?}");
            }
            let different = differences(&read.tables, &world.in_full(1).await.tables);
            assert!(different.is_empty(), "{rule:?}: {different:?}");
        });
    }
}

#[test]
fn absences_of_days_that_were_not_read_before_are_asked_for_and_those_of_others_go() {
    test(|| async {
        let mut world = World::new(Changes::default());
        let window = |from, until| [INCREMENTAL, ("leaves-from", from), ("leaves-until", until)];
        let mut settings = Vec::new();
        for (number, [_, from, until]) in
            [window("2026-01-01", "2026-05-31"), window("2025-06-01", "2026-04-30"), window("2026-03-01", "2026-12-31")]
                .into_iter()
                .enumerate()
        {
            let text = format!("leaves_from = \"{}\"\nleaves_until = \"{}\"\n", from.1, until.1);
            settings.push((number as u64, text));
        }
        for (number, file) in settings {
            let as_of = day(number).to_string();
            let with = |flags: &[(&'static str, &str)]| {
                let mut all = vec![
                    ("base-url", format!("http://{}", super::TENANT)),
                    ("lake", "memory:///".to_owned()),
                    ("as-of", as_of.clone()),
                    ("tables", "v3_users,leaves".to_owned()),
                ];
                all.extend(flags.iter().map(|(flag, value)| (*flag, (*value).to_owned())));
                let environment = super::Environment::from([(super::LUCCA_API_KEY, super::KEY)]);
                Settings::resolve(&all.into_iter().collect(), &environment, Some(("f", &file))).unwrap()
            };
            let read = world.run(day(number), &with(&[INCREMENTAL]), SyncOptions::default()).await;
            assert_eq!(of(&read, "leaves").increment.is_some(), number > 0, "{}", why(&read, "leaves"));
            let mut other = World::new(Changes::default());
            let full = other.run(day(number), &with(&[]), SyncOptions::default()).await;
            let different = differences(&read.tables, &full.tables);
            assert!(different.is_empty(), "{number}: {different:?}");
        }
    });
}

#[test]
fn everything_is_read_where_there_is_nothing_to_lay_changes_upon() {
    test(|| async {
        let mut world = World::new(Changes::default());
        let read = world.read(0, &[INCREMENTAL]).await;
        assert_eq!(why(&read, "leaves"), "the lake has no reading of it yet that changes could be laid upon");
        let first = world.newest().await.state.readings["v3_users"].clone();
        assert_eq!((first.since, first.began_at), (None, first.full_at));
        let read = world.read(1, &[INCREMENTAL]).await;
        assert!(of(&read, "v3-users").increment.is_some());
        let second = world.newest().await.state.readings["v3_users"].clone();
        assert!(second.since.is_some() && second.full_at == first.full_at && second.began_at > first.began_at);
        let settings = keyed_settings(&[("as-of", &day(2).to_string()), INCREMENTAL, ("tables", "v3_users,leaves")]);
        let fresh = SyncOptions { fresh: true, ..SyncOptions::default() };
        let read = world.run(day(2), &settings, fresh).await;
        assert_eq!(why(&read, "v3-users"), "--fresh asks for everything");
        let users = world.catalog.legacy.iter_mut().find(|resource| resource.name == "v3-users").unwrap();
        users.columns.iter_mut().for_each(|column| column.known_values.push("of a new version".to_owned()));
        let read = world.read(3, &[INCREMENTAL]).await;
        assert_eq!(why(&read, "v3-users"), "it is asked for otherwise than before");
        assert!(of(&read, "leaves").increment.is_some(), "of which nothing changed");
    });
}

#[test]
fn an_application_cannot_ask_for_what_changed() {
    let clock = tests::clock("2026-03-15T06:00:00Z");
    let transport = transport_to(tenant(Legacy::default()), &clock, Plan::clean(0));
    let context = tests::context(&keyed_catalog(), &clock, &transport, 0);
    let refused = Run::prepare(&context, &tests::settings_with(&[INCREMENTAL]), SyncOptions::default());
    let refused = refused.err().unwrap();
    assert!(refused.to_string().contains("only a legacy API key can ask for what changed"), "{refused}");
    assert_eq!(refused.exit_code(), crate::exit_code::ExitCode::Usage);
}
