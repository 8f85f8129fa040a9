//! Every page size walks all records exactly once; links keep what was asked for.

use super::{Client, clamping, collections, id_of, ids, options};

#[test]
fn every_page_size_walks_all_records_once_in_id_order() {
    let client = Client::new(options(40));
    for collection in collections() {
        let expected: Vec<String> = client.records(collection).iter().map(id_of).collect();
        let numeric: Vec<Option<u64>> = expected.iter().map(|id| id.parse().ok()).collect();
        assert!(numeric.windows(2).all(|pair| pair[0] < pair[1] || pair[0].is_none()), "{collection} is in id order");
        let sizes: &[usize] =
            if expected.len() > 1000 { &[13, 100, 999, 1000] } else { &[1, 2, 3, 7, 25, 40, 41, 99, 100] };
        for limit in sizes {
            let walked = client.walk(&format!("{collection}?include=links&limit={limit}"));
            assert_eq!(walked, expected, "{collection} by {limit}");
        }
        assert_eq!(client.walk(&format!("{collection}?include=links")), expected, "{collection} by default");
    }
}

#[test]
fn numbered_pages_are_the_same_pages() {
    let client = Client::new(options(30));
    for collection in ["employees", "employee-attributes", "job-positions"] {
        for filter in ["", "&employee.id=8,9,10", "&status=active"] {
            if client.status(&format!("{collection}?limit=1{filter}")) != 200 {
                continue;
            }
            let walked = client.walk(&format!("{collection}?include=links&limit=11{filter}"));
            let mut numbered = Vec::new();
            for page in 1.. {
                let part = client.ids(&format!("{collection}?page={page}&limit=11{filter}"));
                if part.is_empty() {
                    break;
                }
                numbered.extend(part);
            }
            assert_eq!(numbered, walked, "{collection}{filter}");
        }
    }
    assert_eq!(client.status("employees?page=0"), 400);
}

#[test]
fn prev_leads_back_to_the_first_page() {
    let client = Client::new(options(60));
    for first in [
        "employees?include=links&limit=7",
        "employees?include=links&limit=7&status=active",
        "job-positions?include=links&limit=9&sort=-startsOn",
        "employee-attributes?include=links&limit=250",
        "employee-attributes?include=links&limit=50&definition.id=jobPosition.department,e_children&applicability.asOf=2026-03-15",
        "employee-attributes?include=links&limit=20&employee.id=8,30,31",
    ] {
        let mut pages = vec![client.get(first)];
        while let Some(next) = pages.last().unwrap()["links"]["next"]["href"].as_str().map(str::to_owned) {
            pages.push(client.get(&next));
        }
        assert!(pages.len() > 2, "{first} has several pages");
        assert!(pages[0]["links"]["prev"].is_null());
        for pair in pages.windows(2) {
            let back = client.get(pair[1]["links"]["prev"]["href"].as_str().unwrap());
            assert_eq!(ids(&back), ids(&pair[0]), "{first}");
        }
    }
}

#[test]
fn links_and_counts_come_only_when_asked_for() {
    let client = Client::new(options(30));
    let plain = client.get("employees");
    assert_eq!(plain["type"], "employees");
    assert_eq!(plain["url"], "http://tenant.test/lucca-api/employees");
    assert_eq!(plain["items"].as_array().unwrap().len(), 25);
    for absent in ["links", "totalCount", "embedded"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
    assert!(plain["items"][0].get("links").is_none());

    let page = client.get("employees?include=totalCount,links&status=active,upcoming&limit=2");
    let href = page["links"]["next"]["href"].as_str().unwrap();
    let start = "http://tenant.test/lucca-api/employees?include=totalCount,links&status=active,upcoming&limit=2&page=!";
    assert!(href.starts_with(start), "{href}");
    assert!(page["links"]["prev"].is_null());
    let count = client.walk("employees?include=links&status=active,upcoming").len();
    assert_eq!(page["totalCount"], count);
    assert!(page["items"][0]["links"]["employments"]["href"].as_str().unwrap().contains("employments?employee.id=8"));
}

#[test]
fn limits_are_refused_or_clamped() {
    let strict = Client::new(options(120));
    let clamp = Client::new(clamping(120));
    for (path, most) in [("employees", 100), ("employee-attributes", 1000), ("job-positions", 100)] {
        assert_eq!(strict.get(&format!("{path}?limit={most}"))["items"].as_array().unwrap().len(), most);
        assert_eq!(strict.status(&format!("{path}?limit={}", most + 1)), 400);
        let page = clamp.get(&format!("{path}?include=links&limit=99999999999999999999999"));
        assert_eq!(page["items"].as_array().unwrap().len(), most);
        assert!(page["links"]["next"]["href"].as_str().unwrap().contains(&format!("limit={most}&")));
    }
    for wrong in ["-1", "ten", "", "1.5", "+5", "%20"] {
        assert_eq!(strict.status(&format!("employees?limit={wrong}")), 400, "limit={wrong}");
        assert_eq!(clamp.status(&format!("employees?limit={wrong}")), 400, "limit={wrong}");
    }
    for path in ["employees", "employee-attributes", "departments"] {
        let none = strict.get(&format!("{path}?include=totalCount,links&limit=0"));
        assert_eq!(none["items"], serde_json::json!([]));
        assert!(none["links"]["next"].is_null() && none["links"]["prev"].is_null());
        assert_eq!(none["totalCount"], strict.records(path).len());
    }
}

#[test]
fn only_own_cursors_are_accepted() {
    let client = Client::new(options(60));
    let page = client.get("employees?include=links&limit=5&sort=familyName");
    let href = page["links"]["next"]["href"].as_str().unwrap();
    let cursor = href.rsplit_once("page=").unwrap().1;
    assert_eq!(client.status(&format!("employees?sort=familyName&page={cursor}")), 200);
    for (path, why) in [
        ("employees?page=", "another order"),
        ("employments?page=", "another collection"),
        ("employees?sort=familyName&page=x", "no mark"),
    ] {
        assert_eq!(client.status(&format!("{path}{cursor}")), 400, "{why}");
    }
    for made_up in ["!S7DHF", "!", "!é", "!zzzzzzzzzzzzzzzzzzzzzzz", "abc", "", "-1", "1.0"] {
        let response = client.send(&format!(
            "employees?page={}",
            url::form_urlencoded::byte_serialize(made_up.as_bytes()).collect::<String>()
        ));
        assert_eq!(response.status(), 400, "{made_up}");
        assert!(super::json(&response)["errors"]["page"].is_array());
    }
}

#[test]
fn sorts_order_everything() {
    let client = Client::new(options(80));
    for (collection, sorts) in [
        ("employees", &["id", "-id", "familyName", "-familyName", "createdAt", "-createdAt", "familyName,-id"][..]),
        (
            "employments",
            &["id", "-id", "start.date", "-start.date", "end.date", "-end.date", "start.date,-end.date,id"],
        ),
        ("job-positions", &["startsOn", "-startsOn", "endsOn", "-endsOn", "-id"]),
        ("probationary-periods", &["startsOn", "-startsOn", "endsOn", "-endsOn", "-id"]),
        ("taxonomy-labels", &["id", "name", "-name"]),
    ] {
        let mut all: Vec<String> = client.records(collection).iter().map(id_of).collect();
        all.sort();
        for sort in sorts {
            let mut walked = client.walk(&format!("{collection}?include=links&limit=17&sort={sort}"));
            let first = sort.split(',').next().unwrap();
            let page = client.get(&format!("{collection}?limit=100&sort={sort}"));
            let keys: Vec<_> =
                page["items"].as_array().unwrap().iter().map(|item| key(item, first.trim_start_matches('-'))).collect();
            let ordered = |pair: &[_]| if first.starts_with('-') { pair[0] >= pair[1] } else { pair[0] <= pair[1] };
            assert!(keys.windows(2).all(ordered), "{collection} by {sort}: {keys:?}");
            walked.sort();
            assert_eq!(walked, all, "{collection} by {sort}");
        }
    }
    for wrong in [
        "employees?sort=email",
        "employees?sort=",
        "employees?sort=id,id",
        "employees?sort=id,-id",
        "departments?sort=id",
    ] {
        assert_eq!(client.status(wrong), 400, "{wrong}");
    }
}

/// What an item is sorted by; null is last.
fn key(item: &serde_json::Value, name: &str) -> (bool, u64, String) {
    let value = name.split('.').fold(item, |value, part| &value[part]);
    match value.as_str() {
        None => (true, 0, String::new()),
        Some(text) if name == "id" => (false, text.parse().unwrap(), String::new()),
        Some(text) if name == "createdAt" => {
            let instant = chrono::DateTime::parse_from_rfc3339(text).unwrap();
            (false, instant.timestamp_nanos_opt().unwrap().unsigned_abs(), String::new())
        }
        Some(text) => (false, 0, text.to_owned()),
    }
}
