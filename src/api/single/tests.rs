use bytes::Bytes;
use http::{Method, Request, header};

use super::*;
use crate::{
    api::testing::{
        Does::{self, Answers, Breaks},
        client, tenant,
    },
    exit_code::ExitCode,
};

struct Sent {
    answer: Result<Answer, ApiError>,
    /// Every request that reached the tenant.
    seen: Vec<Request<Bytes>>,
}

async fn send(method: Method, known: Option<&str>, script: impl IntoIterator<Item = Does>) -> Sent {
    let (client, transport) = client("webhook-endpoints.readwrite", script);
    let url = tenant().record("webhook-endpoints", "7", &[]).unwrap();
    let body = (method != Method::GET).then(|| Bytes::from_static(b"{}"));
    let single = Single { method, if_none_match: known, body, ..Single::get("webhook-endpoints", "s", &url) };
    let answer = client.single(single).await;
    Sent { answer, seen: transport.seen().requests }
}

#[tokio::test(start_paused = true)]
async fn what_may_be_sent_twice_is_asked_until_it_is_answered() {
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let script = [Answers(503, ""), Breaks, Answers(200, "<html>"), Answers(429, ""), Answers(200, "{}")];
        let sent = send(method, None, script).await;
        assert_eq!((sent.answer.unwrap().body, sent.seen.len()), (Bytes::from_static(b"{}"), 5));
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_is_sent_again_only_when_it_was_surely_not_done() {
    let sent = send(Method::POST, None, [Answers(429, ""), Answers(401, ""), Answers(201, "{}")]).await;
    assert_eq!((sent.answer.unwrap().status.as_u16(), sent.seen.len()), (201, 3));
    for unsure in [Answers(503, ""), Answers(500, ""), Breaks, Answers(201, "{\"id\":")] {
        let sent = send(Method::POST, None, [unsure]).await;
        let error = sent.answer.unwrap_err();
        assert!(matches!(error, ApiError::Unsure { .. }), "{error}");
        assert!(error.to_string().contains("look before sending it again"), "{error}");
        assert_eq!((error.exit_code(), sent.seen.len()), (ExitCode::Contract, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_known_record_may_be_unmodified() {
    let sent = send(Method::GET, Some("\"1\""), [Answers(304, "")]).await;
    assert_eq!(sent.answer.unwrap().status, StatusCode::NOT_MODIFIED);
    assert_eq!(sent.seen[0].headers()[header::IF_NONE_MATCH], "\"1\"");
    let sent = send(Method::GET, Some("\"1\""), [Answers(200, "{}")]).await;
    assert_eq!(sent.answer.unwrap().headers[header::ETAG], "\"2\"");
    assert!(send(Method::GET, None, [Answers(304, "")]).await.answer.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_to_do() {
    let unknown = send(Method::GET, None, [Answers(404, "{}")]).await.answer.unwrap_err();
    assert!(unknown.is_unknown_record() && unknown.exit_code() == ExitCode::Contract, "{unknown}");
    let forbidden = send(Method::PATCH, None, [Answers(403, "{}")]).await.answer.unwrap_err();
    assert_eq!(forbidden.exit_code(), ExitCode::Permission);
    assert!(!forbidden.to_string().contains("--tables"), "{forbidden}");
    let body = r#"{"title":"t","errors":{"webhookUrl":["must be https"]}}"#;
    let invalid = send(Method::POST, None, [Answers(400, body)]).await.answer.unwrap_err();
    assert_eq!(invalid.exit_code(), ExitCode::Usage);
    assert!(invalid.to_string().contains("must be https"), "{invalid}");
}

#[tokio::test(start_paused = true)]
async fn a_body_goes_out_as_json() {
    let sent = send(Method::PATCH, None, [Answers(200, "{}")]).await;
    let request = &sent.seen[0];
    assert_eq!((request.method(), &request.body()[..]), (&Method::PATCH, &b"{}"[..]));
    assert_eq!(request.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(request.headers()["Api-Version"], "2024-11-01");
}
