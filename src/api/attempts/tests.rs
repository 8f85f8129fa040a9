//! What a key is answered, and what becomes of it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use http::{Request, Response};

use super::*;
use crate::{
    api::{Credentials, Key, Transport, TransportError, purpose::Purpose, testing},
    exit_code::ExitCode,
};

const KEY: &str = "0f9619ff-8b86-d011-b42d-canarycanary";

/// Answers one thing after another, and remembers what it was asked.
struct Scripted {
    script: Mutex<VecDeque<(u16, &'static str)>>,
    seen: Mutex<Vec<Request<Bytes>>>,
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>, _: u64) -> Result<Response<Bytes>, TransportError> {
        self.seen.lock().unwrap().push(request);
        let mut script = self.script.lock().unwrap();
        let (status, body) = if script.len() > 1 { script.pop_front().unwrap() } else { script[0] };
        Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
    }
}

/// A tenant whose last answer is that to all later requests.
struct Asked {
    client: Client,
    transport: Arc<Scripted>,
    url: Url,
}

impl Asked {
    fn with(key: &str, script: impl IntoIterator<Item = (u16, &'static str)>) -> Self {
        let transport = Arc::new(Scripted { script: Mutex::new(script.into_iter().collect()), seen: Mutex::default() });
        let url = testing::tenant().route("/api/v3/users", &[("paging", "0,1000")]);
        let key = Credentials::Key(Key::new(&key.into()).ok().unwrap());
        let client = testing::client_with(key, Arc::<Scripted>::clone(&transport));
        Self { client, transport, url }
    }

    async fn page(&self, is_later: bool) -> Result<(), ApiError> {
        let about = About {
            resource: "v3-users",
            scope: "Collaborators: see employees",
            route: Some("/api/v3/users"),
            purpose: Purpose::Page,
        };
        let ask = Ask { about, message: Message::get(&self.url), has_simpler: false, is_later };
        let is_page = |body: &[u8]| body.starts_with(b"{\"data\"");
        self.client
            .ask(ask, |answer| match is_page(&answer.body) {
                true => Ok(()),
                false => Err(Unreadable::NotAPage("it is no page".into())),
            })
            .await
    }

    fn requests(&self) -> usize {
        self.transport.seen.lock().unwrap().len()
    }
}

const PAGE: (u16, &str) = (200, "{\"data\":{\"items\":[]}}");

/// What is asked for after one good page, or at once.
async fn refused(after_a_page: bool, answer: (u16, &'static str)) -> (ApiError, usize) {
    let script: Vec<_> = if after_a_page { vec![PAGE, answer] } else { vec![answer] };
    let asked = Asked::with(KEY, script);
    if after_a_page {
        asked.page(false).await.unwrap();
    }
    let before = asked.requests();
    let error = asked.page(after_a_page).await.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(!said.to_lowercase().contains("canary"), "{said}");
    (error, asked.requests() - before)
}

#[tokio::test(start_paused = true)]
async fn a_key_goes_into_its_header_and_nowhere_else() {
    let asked = Asked::with(KEY, [PAGE]);
    asked.page(false).await.unwrap();
    let seen = asked.transport.seen.lock().unwrap();
    let [request] = seen.as_slice() else { panic!("no token is asked for: {}", seen.len()) };
    let authorization = &request.headers()[header::AUTHORIZATION];
    assert_eq!(authorization.to_str().unwrap(), format!("lucca application={KEY}"));
    assert!(authorization.is_sensitive());
    assert!(!request.headers().contains_key("Api-Version"));
    assert!(!request.uri().to_string().contains("canary") && !format!("{request:?}").contains("canary"));
    assert!(!format!("{:?}", asked.client).contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_never_let_in_is_wrong() {
    for body in ["", "<html>", r#"{"Message":"Unknown key 0F9619FF-8B86-D011-B42D-CANARYCANARY"}"#] {
        let (error, requests) = refused(false, (401, body)).await;
        assert_eq!((error.exit_code(), requests), (ExitCode::Permission, 2));
        let said = error.to_string();
        assert!(said.starts_with("v3-users (/api/v3/users): the API answered 401 Unauthorized ("), "{said}");
        assert!(
            said.contains("compare LUCCA_API_KEY") && said.contains("API keys; it does not look like a key"),
            "{said}"
        );
    }
    let asked = Asked::with("0f9619ff-8b86-d011-b42d-00c04fc964ff", [(401, "")]);
    let said = asked.page(false).await.unwrap_err().to_string();
    assert!(!said.contains("does not look like") && !said.contains("0f9619ff"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_let_in_is_tried_again_before_it_counts_as_revoked() {
    for answer in [(401, ""), (403, r#"{"status":403,"title":"Forbidden"}"#)] {
        let (error, requests) = refused(true, answer).await;
        assert_eq!((error.exit_code(), requests), (ExitCode::Permission, 6), "{error}");
        assert!(!error.is_inaccessible());
        assert!(error.to_string().contains("deleted or renewed"), "{error}");
    }
    let asked = Asked::with(KEY, [PAGE, (401, ""), (401, ""), PAGE]);
    asked.page(false).await.unwrap();
    asked.page(true).await.unwrap();
    assert_eq!(asked.requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_route_names_the_permission_and_an_ended_one_says_so() {
    let (forbidden, requests) = refused(false, (403, r#"{"Status":403,"Message":"Forbidden"}"#)).await;
    assert_eq!((forbidden.exit_code(), requests, forbidden.is_inaccessible()), (ExitCode::Permission, 1, true));
    let said = forbidden.to_string();
    assert!(said.contains("(/api/v3/users)") && said.contains("tick \"Collaborators: see employees\""), "{said}");
    assert!(said.contains("--optional-tables"), "{said}");
    for (status, why) in [(404, "has ended it, or its module is not active"), (410, "has ended this route")] {
        let (gone, requests) = refused(false, (status, "")).await;
        assert_eq!((gone.exit_code(), requests, gone.is_inaccessible()), (ExitCode::Permission, 1, true));
        assert!(gone.to_string().contains(why), "{gone}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_one_whatever_the_status_of_its_response() {
    let (forbidden, requests) = refused(false, (200, r#"{"status":403,"detail":"Not for you."}"#)).await;
    assert!(
        forbidden.is_inaccessible() && forbidden.to_string().contains("403 Forbidden (Not for you.)"),
        "{forbidden}"
    );
    assert_eq!(requests, 1);
    let (unknown, requests) = refused(false, (200, r#"{"Status":401,"Message":"No."}"#)).await;
    assert_eq!((unknown.exit_code(), requests), (ExitCode::Permission, 2));
    for (body, what) in [
        (r#"{"Message":"Later."}"#, "200 that is no page (Later.)"),
        (r#"{"Status":503,"Message":"Busy."}"#, "503 service unavailable (Busy.)"),
        ("<html>", "200 that is no page"),
        ("", "200 that is no page"),
    ] {
        let (error, requests) = refused(false, (200, body)).await;
        assert_eq!((error.exit_code(), requests), (ExitCode::Temporary, 7), "{body}");
        assert!(error.to_string().contains(&format!("{what} after 7 attempts")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_a_500_that_no_patience_helps() {
    let (error, requests) = refused(false, (500, r#"{"Message":"User Not Found"}"#)).await;
    assert_eq!((error.exit_code(), requests), (ExitCode::Contract, 1));
    assert!(
        error.to_string().contains("(User Not Found); the older APIs answer so about what is not there"),
        "{error}"
    );
    let (error, requests) = refused(false, (500, "")).await;
    assert_eq!((error.exit_code(), requests), (ExitCode::Temporary, 7));
}

#[tokio::test(start_paused = true)]
async fn a_collection_of_v5_is_not_asked_for_with_a_key() {
    let asked = Asked::with(KEY, [PAGE]);
    let about = About { resource: "employees", scope: "employees.readonly", route: None, purpose: Purpose::Page };
    let ask = Ask { about, message: Message::get(&asked.url), has_simpler: false, is_later: false };
    let error = asked.client.ask(ask, |_| Ok(())).await.unwrap_err();
    assert_eq!((error.exit_code(), asked.requests()), (ExitCode::Usage, 0));
    assert!(error.to_string().contains("needs an OAuth application"), "{error}");
}
