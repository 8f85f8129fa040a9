use std::collections::{BTreeMap, BTreeSet};

use super::{day_of, member, plain, quirky};

const ALL: &str = "date=between,2024-01-01,2026-12-31&leavePeriod.ownerId=greaterthan,0&paging=0,10000&orderBy=id,asc";

#[test]
fn a_window_and_owners_are_compulsory() {
    let holder = plain();
    for (query, status) in [
        (ALL, 200),
        ("leavePeriod.ownerId=8", 400),
        ("date=since,2026-01-01", 400),
        ("date=2026-01-05&leavePeriod.owner.departmentId=10,11", 200),
        ("date=until,2026-01-05&leavePeriod.owner.legalEntityId=2,3", 200),
        ("date=2026-01-05&leavePeriod.ownerId=8&paging=0,10001", 400),
    ] {
        assert_eq!(holder.status(&format!("/api/v3/leaves?{query}")), status, "{query}");
    }
}

#[test]
fn establishments_share_out_all_leaves() {
    let holder = plain();
    let count = |query: &str| holder.v3(&format!("/api/v3/leaves?{query}&paging=0,10000")).len();
    let window = "date=between,2025-01-01,2026-12-31";
    let all = count(&format!("{window}&leavePeriod.ownerId=greaterthan,0"));
    let sites = holder.v4("/organization/structure/api/establishments?isArchived=true,false");
    let parts = sites.iter().map(|site| count(&format!("{window}&leavePeriod.owner.legalEntityId={}", site["id"])));
    assert_eq!(parts.sum::<usize>(), all);
    assert!(all > 200, "{all}");
}

#[test]
fn periods_are_their_half_days() {
    let holder = plain();
    let fields = "fields=id,date,isAm,leavePeriodId,leaveAccount[id,name],isActive,cancellationDate,value";
    let leaves = holder.v3(&format!("/api/v3/leaves?{ALL}&{fields}"));
    let mut by_period = BTreeMap::<i64, BTreeSet<String>>::new();
    for leave in &leaves {
        let (date, is_am) = (leave["date"].as_str().unwrap(), leave["isAm"].as_bool().unwrap());
        let day: chrono::NaiveDate = day_of(date).parse().unwrap();
        assert!(chrono::Datelike::weekday(&day).num_days_from_monday() < 5, "{date}");
        let half = format!("{} {}", day_of(date), if is_am { "AM" } else { "PM" });
        assert!(by_period.entry(leave["leavePeriodId"].as_i64().unwrap()).or_default().insert(half), "twice at once");
        let is_in_hours = leave["leaveAccount"]["id"] == 6;
        assert_eq!(leave["value"].is_string(), is_in_hours);
    }
    let periods =
        holder.v3("/api/v3/leaveperiods?paging=0,1000&fields=id,startsOn,startsAM,endsOn,endsAM,isConfirmed,logs");
    let mut states = BTreeSet::new();
    for period in &periods {
        let half = |date: &str, am: &str| {
            let am = if period[am].as_bool().unwrap() { "AM" } else { "PM" };
            format!("{} {am}", day_of(period[date].as_str().unwrap()))
        };
        if let Some(halves) = by_period.get(&period["id"].as_i64().unwrap()) {
            assert_eq!(halves.first().unwrap(), &half("startsOn", "startsAM"));
            assert_eq!(halves.last().unwrap(), &half("endsOn", "endsAM"));
        }
        let last = period["logs"].as_array().unwrap().last().unwrap()["status"].as_i64().unwrap();
        states.insert(last);
        assert_eq!(period["isConfirmed"].as_bool().unwrap(), [2, 4, 5].contains(&last));
    }
    assert_eq!(states, BTreeSet::from([0, 2, 3, 4, 5]));
    assert!(leaves.iter().any(|leave| leave["cancellationDate"].is_string() && leave["isActive"] == false));
    assert!(leaves.iter().any(|leave| leave["cancellationDate"].is_null() && leave["isActive"] == false), "denied");
    assert_eq!(holder.v3("/api/v3/leaveRequests?paging=0,1000").len(), periods.len());
}

#[test]
fn changes_are_asked_for_by_their_dates() {
    let holder = plain();
    let count = |query: &str| holder.v3(&format!("/api/v3/leaves?{ALL}&{query}")).len();
    let all = count("isActive=true") + count("isActive=false");
    for since in ["creationDate", "cancellationDate", "leavePeriod.confirmationDate"] {
        let some = count(&format!("{since}=since,2026-02-01T00:00:00"));
        assert!((1..all).contains(&some), "{since}: {some} of {all}");
    }
}

#[test]
fn both_spellings_of_a_morning_occur() {
    let leaves = quirky().v3(&format!("/api/v3/leaves?{ALL}&fields=id,isAm"));
    let spellings: BTreeSet<&String> =
        leaves.iter().flat_map(|leave| leave.as_object().unwrap().keys()).filter(|key| key.len() == 4).collect();
    assert_eq!(spellings, BTreeSet::from([&"isAM".to_owned(), &"isAm".to_owned()]));
    assert!(leaves.iter().all(|leave| member(leave, "isam").is_boolean()));
}
