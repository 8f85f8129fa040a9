//! Portraits and their images.

use http::Response;

use super::{Client, json, options, request};

fn ask(client: &Client, id: &str, headers: &[(&str, &str)]) -> Response<bytes::Bytes> {
    let mut request = request(&format!("/lucca-api/portraits/{id}"), &client.token).unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    client.tenant.handle(&request, client.now)
}

/// Ids of portraits that employees refer to.
fn ids(client: &Client) -> Vec<String> {
    let employees = client.records("employees");
    employees.iter().filter_map(|e| e["portrait"]["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_portrait_is_a_record_or_an_image() {
    let client = Client::new(options(60));
    let ids = ids(&client);
    assert!((20..60).contains(&ids.len()), "some have none");
    assert_eq!(client.records("portraits").len(), ids.len());
    for id in &ids {
        let record = json(&ask(&client, id, &[]));
        assert_eq!(record["id"], id.as_str());
        let image = ask(&client, id, &[("accept", "image/*")]);
        assert_eq!(
            (image.status().as_u16(), image.headers()["content-type"].as_bytes()),
            (200, &b"application/octet-stream"[..])
        );
        let beginning: &[u8] =
            if record["contentType"] == "image/png" { b"\x89PNG\r\n\x1A\n" } else { b"\xFF\xD8\xFF" };
        assert!(image.body().starts_with(beginning), "{record}");
        assert_eq!(image.body(), ask(&client, id, &[("accept", "image/*;q=0.9, */*;q=0.1")]).body());
    }
    assert!(client.records("portraits").iter().any(|p| p.get("createdAt").is_none()), "some say nothing of it");
    assert_eq!(json(&ask(&client, &ids[0], &[("accept", "*/*")]))["type"], "portrait");
    assert_eq!(client.tenant.requests_served().images, 2 * ids.len() as u64);
}

#[test]
fn an_image_that_is_known_is_not_sent_again() {
    let client = Client::new(options(60));
    let id = ids(&client).remove(0);
    let etag = ask(&client, &id, &[("accept", "image/*")]).headers()["etag"].to_str().unwrap().to_owned();
    let known = ask(&client, &id, &[("accept", "image/*"), ("if-none-match", &etag)]);
    assert_eq!((known.status().as_u16(), known.body().len()), (304, 0));
    assert_eq!(known.headers()["etag"].to_str().unwrap(), etag);
    let replaced = Client::new(super::Options { portrait_revision: 1, ..options(60) });
    let new = ask(&replaced, &id, &[("accept", "image/*"), ("if-none-match", &etag)]);
    assert_eq!(new.status(), 200);
    assert_ne!(new.headers()["etag"].to_str().unwrap(), etag);
}

#[test]
fn there_is_no_list_and_nothing_to_change() {
    let client = Client::new(options(60));
    let id = ids(&client).remove(0);
    let nobody = client.records("employees").iter().position(|e| e["portrait"].is_null()).unwrap();
    let nobody = crate::fake_tenant::people::ids::PORTRAITS.id(nobody as u64).to_string();
    for path in ["portraits", "portraits/", "portraits/1", &format!("portraits/{nobody}"), &format!("portraits/{id}/x")]
    {
        assert_eq!(client.status(path), 404, "{path}");
    }
    let gone = Client::new(super::Options { gone_portraits: vec![id.clone()], ..options(60) });
    assert_eq!(gone.status(&format!("portraits/{id}")), 404);
    let without = Client::new(options(60)).with_scope("departments.readonly");
    assert_eq!(without.status(&format!("portraits/{id}")), 403);
    let embedded = client.get(&format!("portraits/{id}?include=embedded,links"));
    assert_eq!((&embedded["embedded"], &embedded["links"]), (&serde_json::json!({}), &serde_json::json!({})));
}
