use super::{Holder, json, plain, quirky};
use crate::fake_tenant::tests::options;
use crate::fake_tenant::{Legacy, Options, Quirks};

const USERS: &str = "/api/v3/users?paging=0,1000&fields=id,mail,iban,collection.count&formerEmployees=true";

#[test]
fn routes_are_forbidden_and_modules_absent() {
    let holder = Holder::of(
        5,
        Legacy {
            forbidden: vec!["/api/v3/users".to_owned()],
            absent: vec!["/remuneration/api/fixed-items".to_owned()],
            ..Legacy::default()
        },
    );
    assert_eq!(holder.status(USERS), 403);
    assert_eq!(holder.status("/remuneration/api/fixed-items"), 404);
    assert_eq!(holder.status("/remuneration/api/variable-items"), 200);
}

#[test]
fn what_is_hidden_is_left_out() {
    let mut options = options(20);
    options.hidden = vec!["users.iban".to_owned(), "departments.code".to_owned()];
    options.legacy.hides_former_employees = true;
    let holder = Holder::new(options);
    let users = holder.v3(USERS);
    assert!(users.len() < 20 && users.iter().all(|user| user.get("iban").is_none() && user.get("mail").is_some()));
    let departments = holder.v4("/organization/structure/api/departments");
    assert!(departments.iter().all(|one| one.get("code").is_none() && one.get("name").is_some()));
}

#[test]
fn a_revoked_key_opens_nothing_more() {
    let holder = Holder::of(5, Legacy { revoked_after: Some(2), ..Legacy::default() });
    assert_eq!([USERS, USERS, USERS, USERS].map(|path| holder.status(path)), [200, 200, 401, 401]);
}

#[test]
fn errors_have_the_shape_of_their_generation_or_any() {
    let plain = plain();
    assert!(json(&plain.send("/api/v3/users?paging=0")).get("Message").is_some());
    assert!(json(&plain.send("/organization/structure/api/departments?limit=-1"))["errors"]["Limit"].is_array());
    let quirky = quirky();
    let bodies: Vec<_> = (0..40).map(|_| quirky.send_as("/api/v3/users", "nonsense").into_body()).collect();
    assert!(bodies.iter().any(|body| body.is_empty()));
    assert!(bodies.iter().any(|body| body.starts_with(b"<html")));
    assert!(bodies.iter().any(|body| body.starts_with(b"{\"Message\"")));
    assert!(bodies.iter().any(|body| body.starts_with(b"{\"type\"")));
}

#[test]
fn a_tenant_is_a_function_of_its_options() {
    let body = || {
        let legacy = Legacy { quirks: Quirks::ALL, ..Legacy::default() };
        Holder::new(Options { legacy, ..options(30) }).send(&format!("{USERS},extendedData,manager")).into_body()
    };
    assert_eq!(body(), body());
}
