use super::{Holder, ids, plain, quirky};
use crate::fake_tenant::Options;
use crate::fake_tenant::tests::options;

const USERS: &str = "/api/v3/users?paging=0,1000&orderBy=id,asc";

fn keys(item: &serde_json::Value) -> Vec<&str> {
    item.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_key_is_sent_in_one_way_only() {
    let holder = plain();
    assert_eq!(holder.status(USERS), 200);
    for wrong in
        ["lucca application=", "lucca application=\"s3cr3t-key\"", "Lucca application=s3cr3t-key", "Bearer x", ""]
    {
        assert_eq!(holder.send_as(USERS, wrong).status(), 401, "{wrong}");
    }
    let without = Holder { tenant: crate::fake_tenant::FakeTenant::new(options(3)), ..holder };
    assert_eq!(without.status(USERS), 401, "there is no key");
}

#[test]
fn only_what_is_named_is_shown() {
    let holder = plain();
    assert_eq!(keys(&holder.v3(USERS)[0]), ["id", "name", "url"]);
    let fields = "id,department[name],manager,legalEntity.id,MAIL";
    let item = &holder.v3(&format!("{USERS}&fields={fields}"))[1];
    assert_eq!(keys(item), ["department", "id", "legalEntity", "mail", "manager"]);
    assert_eq!(keys(&item["department"]), ["name"]);
    assert_eq!(keys(&item["manager"]), ["id", "name", "url"]);
    assert_eq!(keys(&item["legalEntity"]), ["id"]);
    assert_eq!(holder.status(&format!("{USERS}&fields=department[id")), 400);
    assert!(holder.get(&format!("{USERS}&fields=id"))["data"]["count"].is_null());
    let counted = holder.get("/api/v3/users?fields=collection.count&paging=0,1");
    assert!(counted["data"]["count"].as_u64().unwrap() > 40);
    assert!(keys(&counted["data"]["items"][0]).is_empty());
    assert_eq!(holder.get("/api/v3/users/8")["data"]["id"], 8);
}

#[test]
fn an_unknown_field_is_left_out_or_refused() {
    assert_eq!(keys(&plain().v3(&format!("{USERS}&fields=id,nonsense"))[0]), ["id"]);
    assert_eq!(quirky().status(&format!("{USERS}&fields=id,nonsense")), 400);
    assert_eq!(quirky().status(&format!("{USERS}&fields=id,2-cost,userAxisValues,extendedData,collection.count")), 200);
    assert_eq!(plain().status(&format!("{USERS}&nonsense=1")), 400);
}

#[test]
fn paging_and_order_are_strict() {
    let holder = plain();
    for wrong in ["0", "0,0", "0,1001", "-1,10", "0,10,1", "a,b", ""] {
        assert_eq!(holder.status(&format!("/api/v3/users?paging={wrong}")), 400, "{wrong}");
    }
    for wrong in ["id", "id,up", "id,asc,name", "nonsense,asc"] {
        assert_eq!(holder.status(&format!("/api/v3/users?orderBy={wrong}")), 400, "{wrong}");
    }
    let all = ids(&holder.v3(USERS));
    let mut pages = Vec::new();
    for offset in [0, 7, 14] {
        pages.extend(ids(&holder.v3(&format!("/api/v3/users?paging={offset},7&orderBy=id,asc"))));
    }
    assert_eq!(pages, all[..21]);
    let mut descending = ids(&holder.v3("/api/v3/users?orderBy=id,desc"));
    descending.reverse();
    assert_eq!(descending, all);
    assert_ne!(ids(&holder.v3("/api/v3/users")), all, "the order must be asked for");
}

#[test]
fn former_employees_are_asked_for() {
    let holder = plain();
    let (some, all) = (holder.v3(USERS).len(), holder.v3(&format!("{USERS}&formerEmployees=true")).len());
    assert_eq!(all, 60);
    assert!(some < all);
    // Leavers, and those whose end is known.
    let ends = holder.v3(&format!("{USERS}&dtContractEnd=notequal,null&fields=id,dtContractEnd"));
    assert!(ends.len() > all - some && ends.iter().all(|item| item["dtContractEnd"].is_string()));
}

#[test]
fn fields_filter() {
    let holder = plain();
    let count = |filter: &str| holder.v3(&format!("{USERS}&formerEmployees=true&{filter}")).len();
    assert_eq!(count("id=8,9,99999"), 2);
    assert_eq!(count("id=greaterthan,0"), 60);
    assert_eq!(count("mail=null") + count("mail=notequal,null"), 60);
    assert_eq!(count("modifiedAt=since,2026-01-01T00:00:00") + count("modifiedAt=until,2026-01-01T00:00:00"), 60);
    assert!((1..60).contains(&count("dtContractStart=between,2025-01-01,2025-12-31")));
    assert!((1..60).contains(&count("department.id=10,11,12")));
    assert_eq!(count("firstName=like,ENNIFE"), count("firstName=Jennifer"));
    for wrong in ["dtContractStart=since,yester", "id=between,1", "id="] {
        assert_eq!(holder.status(&format!("{USERS}&{wrong}")), 400, "{wrong}");
    }
}

#[test]
fn what_has_ended_is_gone_and_an_unknown_user_is_the_servers_fault() {
    let holder = plain();
    for path in ["/api/v3/departments", "/api/v3/departments/tree", "/api/v3/legalEntities?paging=0,10", "/api/leaves"]
    {
        assert_eq!(holder.status(path), 410, "{path}");
    }
    let response = holder.send("/api/v3/users/999999");
    assert_eq!(response.status(), 500);
    assert_eq!(super::json(&response)["Message"], "User Not Found");
    assert_eq!(holder.status("/api/v3/extensionuserdefinitions/e_none"), 404);
    assert_eq!(holder.status("/api/v3/nothing"), 404);
}

#[test]
fn both_generations_share_the_budget() {
    let holder = Holder::new(Options { requests_per_window: 3, ..options(3) });
    let statuses = [USERS, "/lucca-api/employees", "/organization/structure/api/departments", USERS];
    assert_eq!(statuses.map(|path| holder.status(path)), [200, 401, 200, 429]);
    assert_eq!(holder.send(USERS).headers()["retry-after"], "60");
}
