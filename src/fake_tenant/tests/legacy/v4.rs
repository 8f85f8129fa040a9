use std::collections::BTreeMap;

use super::{ids, plain, quirky};

const DEPARTMENTS: &str = "/organization/structure/api/departments";

#[test]
fn a_page_says_of_its_list_what_was_asked() {
    let holder = plain();
    let page = holder.get(DEPARTMENTS);
    assert_eq!(page.as_object().unwrap().keys().collect::<Vec<_>>(), ["items"]);
    assert_eq!(page["items"].as_array().unwrap().len(), 10);
    let page = holder.get(&format!("{DEPARTMENTS}?fields.root=count,prev,next&limit=5&page=2"));
    assert_eq!((&page["count"], page.get("next")), (&24.into(), None));
    assert_eq!(page["items"].as_array().unwrap().len(), 5);
    assert_eq!(holder.status(&format!("{DEPARTMENTS}?limit=101")), 400);
    assert_eq!(holder.status(&format!("{DEPARTMENTS}?isActive=true")), 400);
    let contracts = "/directory/api/4.0/work-contracts?fields.root=count,next&limit=1000";
    assert_eq!(holder.get(contracts)["items"].as_array().unwrap().len(), holder.tenant.records("employments").count());
}

#[test]
fn cursors_lead_through_a_list() {
    let holder = quirky();
    let mut page = holder.get(&format!("{DEPARTMENTS}?fields.root=next,prev&limit=7"));
    assert!(page["prev"].is_null());
    let mut read = ids(page["items"].as_array().unwrap());
    while let Some(next) = page["next"].as_str() {
        page = holder.get(&format!("{DEPARTMENTS}?fields.root=next&limit=7&page={next}"));
        read.extend(ids(page["items"].as_array().unwrap()));
    }
    assert_eq!(read, ids(&holder.v4(DEPARTMENTS)));
    assert_eq!(holder.status(&format!("{DEPARTMENTS}?page=!nonsense")), 400);
}

#[test]
fn archived_ones_are_asked_for() {
    for (path, archived, all) in [("legal-units", 1, 8), ("establishments", 1, 13)] {
        let path = format!("/organization/structure/api/{path}");
        let count = |query: &str| plain().v4(&format!("{path}{query}")).len();
        assert_eq!(count(""), all - archived);
        assert_eq!(count("?isArchived=true"), archived);
        assert_eq!(count("?isArchived=true,false"), all);
    }
}

#[test]
fn a_parent_is_told_by_its_place_in_the_tree() {
    let holder = plain();
    let departments = holder.v4(DEPARTMENTS);
    let places: BTreeMap<&str, i64> =
        departments.iter().map(|one| (one["hierarchy"].as_str().unwrap(), one["id"].as_i64().unwrap())).collect();
    assert_eq!(places.len(), departments.len());
    for (department, v5) in departments.iter().zip(holder.tenant.records("departments")) {
        let parent = department["parentId"].as_str().and_then(|place| places.get(place));
        let expected = v5["parent"]["id"].as_str().map(|id| id.parse::<i64>().unwrap());
        // One parent is not to be seen.
        let expected = expected.filter(|id| places.values().any(|known| known == id));
        assert_eq!(parent.copied(), expected);
        assert!(department["parentLuccaId"].is_null());
    }
    assert!(quirky().v4(DEPARTMENTS).iter().any(|one| super::member(one, "parentLuccaId").is_i64()));
}

#[test]
fn ended_contracts_are_archived_in_one_reading() {
    let path = "/directory/api/4.0/work-contracts";
    let (plain, quirky) = (plain(), quirky());
    let all = plain.v4(path).len();
    assert_eq!(plain.v4(&format!("{path}?isArchived=true")).len(), 0);
    let (open, ended) = (quirky.v4(path).len(), quirky.v4(&format!("{path}?isArchived=true")).len());
    assert!(ended > 0);
    assert_eq!(open + ended, all);
    assert_eq!(plain.v4(&format!("{path}?isApplicable=true")).len(), 60);
}

#[test]
fn pay_and_arrangements_are_listed() {
    let holder = plain();
    let fixed = holder.v4("/remuneration/api/fixed-items?sort=%2BstartsOn");
    assert!(fixed.windows(2).all(|pair| pair[0]["startsOn"].as_str() <= pair[1]["startsOn"].as_str()));
    assert!(fixed.iter().all(|item| item["amount"].as_f64().unwrap() > 0.0 && item["nature"]["id"].is_i64()));
    let (shown, all) = (
        holder.v4("/remuneration/api/variable-items").len(),
        holder.v4("/remuneration/api/variable-items?IncludeDeleted=true").len(),
    );
    assert!(shown < all, "{shown} of {all}");
    assert!(holder.get("/remuneration/api/fixed-nature-categories").is_array());
    let arrangements = "/schedule/api/working-time-arrangements?fields.root=count,next";
    assert!(holder.get(arrangements).get("count").is_none());
    assert_eq!(quirky().get(arrangements)["count"], 3);
    assert_eq!(holder.get("/schedule/api/working-time-arrangements/24")["fullTimeEquivalent"], 0.8);
}
