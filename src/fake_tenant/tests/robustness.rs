//! Whatever is sent gets one well-formed answer.

use std::collections::HashSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;

use super::{Client, clamping, collections, json, options, request};

static STRICT: LazyLock<Client> = LazyLock::new(|| Client::new(options(30)));
static CLAMPING: LazyLock<Client> = LazyLock::new(|| Client::new(clamping(30)));

const NAMES: &[&str] = &[
    "include",
    "limit",
    "page",
    "sort",
    "id",
    "status",
    "search",
    "email",
    "employee.id",
    "definition.id",
    "isArchived",
    "applicability.asOf",
    "startsOn.between",
    "endsOn",
    "start.date",
    "end.date.between",
    "remoteId",
    "-endsOn",
    "-id",
    "applicableJobPosition.manager.id",
    "updatedAttributes",
    "rank",
    "schema.title",
    "multipleValueHandling",
    "é",
    "-",
];
const VALUES: &[&str] = &[
    "links",
    "links,totalCount,embedded",
    "0",
    "1",
    "25",
    "100",
    "1000",
    "18446744073709551616",
    "-1",
    "null",
    "true",
    "!",
    "!0",
    "!zzzzzzzzzzz",
    "%21abc",
    "id",
    "-startsOn",
    "familyName,-createdAt",
    "8,9,10",
    "8,,9",
    "active",
    "2026-03-15",
    "..--2026-03-15",
    "2026-03-15--..",
    "--",
    "..--..",
    "99999-01-01",
    "+",
    "%00",
    "%ff%fe",
    "a%26b",
    "%",
    "%zz",
    "",
    "départ",
];

fn target() -> impl Strategy<Value = String> {
    let pairs = prop::collection::vec(
        (select(NAMES), prop_oneof![select(VALUES).prop_map(str::to_owned), "[ -~]{0,12}"]),
        0..5,
    );
    let tail = prop_oneof![4 => Just(String::new()), 1 => "/[0-9]{0,6}", 1 => "/[!-~]{0,8}"];
    (select(collections()), tail, pairs).prop_map(|(collection, tail, pairs)| {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("/lucca-api/{collection}{tail}?{}", pairs.join("&"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_query_gets_a_page_or_a_problem(target in target()) {
        for client in [&*STRICT, &*CLAMPING] {
            let Some(request) = request(&target, &client.token) else { return Ok(()) };
            let response = client.tenant.handle(&request, client.now);
            let body = json(&response);
            match response.status().as_u16() {
                200 => prop_assert!(body["type"].is_string() && body["url"].is_string()),
                status @ (400 | 404) => {
                    prop_assert_eq!(&body["status"], status);
                    prop_assert!(body["title"].is_string() && body["extensions"]["traceId"].is_string());
                    prop_assert_eq!(body["errors"].is_object(), status == 400);
                }
                status => prop_assert!(false, "{} for {}", status, target),
            }
        }
    }

    #[test]
    fn next_links_are_followed_to_an_end(target in target()) {
        let client = &*STRICT;
        let mut target = format!("{target}&include=links");
        let mut seen = HashSet::new();
        for _ in 0..5 {
            let Some(request) = request(&target, &client.token) else { return Ok(()) };
            let response = client.tenant.handle(&request, client.now);
            if response.status() != 200 {
                prop_assert!(seen.is_empty(), "a link that was given leads to {}: {}", response.status(), target);
                return Ok(());
            }
            prop_assert!(seen.insert(target), "no link leads back");
            match json(&response)["links"]["next"]["href"].as_str() {
                Some(next) => target = next.strip_prefix("http://tenant.test").unwrap().to_owned(),
                None => return Ok(()),
            }
        }
    }
}

#[test]
fn any_form_gets_a_token_or_an_error() {
    let client = &*STRICT;
    for body in
        ["", "&&&", "=", "grant_type", "grant_type=client_credentials&client_id=%ff", "\u{0}", "{\"grant_type\":1}"]
    {
        let mut request = super::form(&[]);
        *request.body_mut() = bytes::Bytes::from(body.to_owned());
        let response = client.tenant.handle(&request, client.now);
        assert_eq!(response.status(), 400);
        assert!(json(&response)["error"].is_string());
    }
}
