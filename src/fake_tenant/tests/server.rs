//! The tenant over a real socket.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{FakeTenant, Options, options};
use crate::fake_tenant::server::serve;

#[tokio::test]
async fn a_client_reads_pages_over_http() {
    let tenant = Arc::new(FakeTenant::new(Options { latency: std::time::Duration::from_millis(1), ..options(60) }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(Arc::clone(&tenant), listener, async {
        let _ = stopped.await;
    }));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let fields = [("grant_type", "client_credentials"), ("client_id", "fake-client"), ("client_secret", "fake-secret")];
    let answer = client.post(format!("{base}/connect/token")).form(&fields).send().await.unwrap();
    let token: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let token = token["access_token"].as_str().unwrap();

    let mut url = format!("{base}/lucca-api/employee-attributes?include=links&limit=1000");
    let mut texts = Vec::new();
    loop {
        // reqwest takes the content-encoding header away when it has decompressed a body.
        let request = client.get(&url).bearer_auth(token).header("Api-Version", "2024-11-01");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.headers().get("content-encoding").is_none() && answer.headers().get("content-length").is_none());
        let page: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(page["url"], url);
        texts.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["links"]["next"]["href"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    let expected: Vec<serde_json::Value> = tenant
        .record_texts("employee-attributes", &base)
        .map(|text| {
            let mut record: serde_json::Value = serde_json::from_slice(&text).unwrap();
            record["links"] = serde_json::json!({});
            record
        })
        .collect();
    assert_eq!(texts, expected);

    let plain = client.get(format!("{base}/lucca-api/departments")).header("accept-encoding", "gzip;q=0, identity");
    let plain = plain.bearer_auth(token).header("Api-Version", "2024-11-01").send().await.unwrap();
    assert!(plain.headers().get("content-length").is_some(), "sent as it is");
    let large = client.post(format!("{base}/connect/token")).body(vec![b'x'; 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(large.status(), 413);

    stop.send(()).unwrap();
    drop(client);
    server.await.unwrap().unwrap();
}
