//! Records by their ids are those of the lists, for as few requests as there can be.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use tokio::time::Instant;

use super::{Account, Catalog, Found, Settings};
use crate::{
    api::{Transport, TransportError},
    catalog::Resource,
    clock::{SharedClock, TokioClock},
    context::{Context, Turn},
    env_vars::{Environment, LUCCA_CLIENT_SECRET},
    fake_tenant::{FakeTenant, Options},
    progress::Progress,
};

const TENANT: &str = "http://localhost:1";

/// A tenant in this process, and what it was asked.
struct InProcess {
    tenant: FakeTenant,
    asked: Mutex<Vec<String>>,
    /// A page is cut to so many records, as by a server whose pages are smaller than documented.
    most: Option<usize>,
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request<Bytes>, _: u64) -> Result<Response<Bytes>, TransportError> {
        let response = self.tenant.handle(&request, Instant::now());
        let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        if let Some(target) = target.strip_prefix("/lucca-api/") {
            self.asked.lock().unwrap().push(target.to_owned());
        }
        let Some(most) = self.most else { return Ok(response) };
        let (parts, body) = response.into_parts();
        let mut page: Value = serde_json::from_slice(&body).unwrap();
        if let Some(items) = page.get_mut("items").and_then(Value::as_array_mut) {
            items.truncate(most);
        }
        Ok(Response::from_parts(parts, page.to_string().into()))
    }
}

/// A tenant of so many people, and how to ask it.
struct Asked {
    transport: Arc<InProcess>,
    account: Account,
    catalog: Catalog,
}

impl Asked {
    fn of(employees: usize, most: Option<usize>) -> Self {
        let mut options = Options::new("2026-03-15".parse().unwrap());
        (options.employees, options.requests_per_window) = (employees, u32::MAX);
        let transport = Arc::new(InProcess { tenant: FakeTenant::new(options), asked: Mutex::default(), most });
        let catalog = Catalog::embedded().unwrap();
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
        let context = Context {
            catalog: catalog.clone(),
            environment: Environment::default(),
            clock,
            transport: Arc::clone(&transport) as Arc<_>,
            progress: Progress::in_logs(),
            quiet: false,
            seed: 1,
            state: None,
        };
        let flags = [
            ("base-url", TENANT.to_owned()),
            ("token-url", format!("{TENANT}/connect/token")),
            ("client-id", "fake-client".to_owned()),
        ];
        let environment = Environment::from([(LUCCA_CLIENT_SECRET, "fake-secret")]);
        let settings = Settings::resolve(&BTreeMap::from(flags), &environment, None).unwrap();
        let scopes = catalog.resources.iter().map(|resource| resource.scope.clone());
        let scopes = scopes.chain(["files.readonly".to_owned()]).collect();
        let client = context.client(&settings, scopes, &Turn::default()).unwrap();
        Self { transport, account: Account::new(client), catalog }
    }

    fn resource(&self, name: &str) -> &Resource {
        self.catalog.resource(name).unwrap()
    }

    /// Every record of a list, by its id, in the list's order.
    fn listed(&self, name: &str) -> Vec<(String, String)> {
        let texts = self.transport.tenant.record_texts(name, TENANT).take(230);
        let text = |text: Vec<u8>| {
            let id = serde_json::from_slice::<Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
            (id, String::from_utf8(text).unwrap())
        };
        texts.map(text).collect()
    }

    async fn records(&self, name: &str, ids: &[&str], embedded: bool) -> (Found, Vec<String>) {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        self.transport.asked.lock().unwrap().clear();
        let found = self.account.records(self.resource(name), &ids, embedded).await.unwrap();
        (found, std::mem::take(&mut *self.transport.asked.lock().unwrap()))
    }
}

fn texts(found: &Found) -> Vec<&str> {
    found.records.iter().map(|record| record.json.get()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_record_is_that_of_the_list_byte_for_byte_and_100_ids_take_one_request() {
    let asked = Asked::of(240, None);
    let mut filtered = 0;
    for resource in asked.catalog.resources.iter().filter(|resource| resource.list.is_some()) {
        let mut listed = asked.listed(&resource.name);
        // Ids of attributes are looked up one by one, and there are very many.
        let by_list = resource.filters_by("id");
        if !by_list {
            listed.truncate(40);
        }
        assert!(!listed.is_empty(), "{}", resource.name);
        listed.reverse();
        let ids: Vec<&str> = listed.iter().map(|(id, _)| id.as_str()).collect();
        let (found, requests) = asked.records(&resource.name, &ids, false).await;
        let expected: Vec<&str> = listed.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts(&found), expected, "{}", resource.name);
        assert!(found.missing.is_empty() && found.records.iter().all(|record| record.found_by.is_none()));
        let fewest = if by_list { ids.len().div_ceil(100) } else { ids.len() };
        assert_eq!(requests.len(), fewest, "{}: {requests:?}", resource.name);
        filtered += usize::from(by_list);

        let (one, requests) = asked.records(&resource.name, &ids[..1], false).await;
        assert_eq!((texts(&one), requests.len()), (expected[..1].to_vec(), 1), "{}", resource.name);
    }
    assert!(filtered >= 3, "employees, employments and job-positions can be filtered by their ids");
}

#[tokio::test(start_paused = true)]
async fn ids_without_a_record_are_told_and_the_others_found() {
    let asked = Asked::of(30, None);
    let (found, requests) =
        asked.records("employees", &["8", "999999", "9", "../x", "10,11", "null", "é"], false).await;
    let ids = |found: &Found| -> Vec<String> {
        let id = |json: &&str| serde_json::from_str::<Value>(json).unwrap()["id"].as_str().unwrap().to_owned();
        texts(found).iter().map(id).collect()
    };
    assert_eq!(ids(&found), ["8", "9"]);
    assert_eq!(found.missing, ["999999", "../x", "10,11", "null", "é"]);
    assert_eq!(requests.len(), 5, "{requests:?}");
    assert!(requests.iter().any(|request| request == "employees/..%2Fx"), "{requests:?}");
    let (found, requests) = asked.records("departments", &["999999"], false).await;
    assert_eq!((found.records.len(), found.missing.len(), requests.len()), (0, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_a_smaller_page_left_out_is_asked_for_by_itself() {
    let asked = Asked::of(30, Some(10));
    let listed = asked.listed("employees");
    let ids: Vec<&str> = listed.iter().map(|(id, _)| id.as_str()).collect();
    let (found, requests) = asked.records("employees", &ids, false).await;
    assert_eq!((found.records.len(), found.missing.len(), requests.len()), (30, 0, 21));
}

#[tokio::test(start_paused = true)]
async fn a_record_is_found_by_the_id_of_whom_it_is_about() {
    let asked = Asked::of(30, None);
    let listed = asked.listed("employee-personal-records");
    let own: HashMap<&str, &str> = listed.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let people = asked.listed("employees");
    let people: Vec<&str> = people.iter().map(|(id, _)| id.as_str()).filter(|id| !own.contains_key(id)).collect();
    assert!(people.len() > 5);
    for embedded in [false, true] {
        let (found, requests) = asked.records("employee-personal-records", &people, embedded).await;
        assert_eq!((found.records.len(), found.missing.len()), (people.len(), 0));
        // One each that is refused, one list of people, and what is embedded comes with one record alone.
        assert_eq!(requests.len(), people.len() + 1 + if embedded { people.len() } else { 0 });
        for (record, person) in found.records.iter().zip(&people) {
            let json: Value = serde_json::from_str(record.json.get()).unwrap();
            assert_eq!(json["employee"]["id"], *person);
            assert_eq!(record.found_by.as_deref(), Some("employee.id"));
            assert_eq!(json.get("embedded").is_some(), embedded);
            assert!(embedded || own[json["id"].as_str().unwrap()] == record.json.get());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn files_are_asked_for_by_the_links_of_records_and_their_secrets_kept() {
    let asked = Asked::of(30, None);
    let ids: Vec<String> =
        asked.listed("employments").iter().map(|(id, _)| id.clone()).chain(["999999".into()]).collect();
    let found = asked.account.files(asked.resource("employments"), &ids).await.unwrap();
    let named: Vec<String> = asked
        .listed("employments")
        .iter()
        .filter_map(|(_, text)| {
            let record: Value = serde_json::from_str(text).unwrap();
            record["document"]["id"].as_str().map(str::to_owned)
        })
        .collect();
    let got: Vec<Value> = texts(&found).into_iter().map(|json| serde_json::from_str(json).unwrap()).collect();
    assert!(!named.is_empty() && named.len() < ids.len());
    assert_eq!(got.iter().map(|file| file["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), named);
    assert!(got.iter().all(|file| file["type"] == "file" && file["contentType"] == "application/pdf"));
    assert_eq!(found.missing, ["999999"]);
    assert!(texts(&found).iter().all(|json| !json.contains("token")));
    let requests = asked.transport.asked.lock().unwrap().len();
    assert_eq!(requests, ids.len() + named.len());
    let portraits = asked.account.files(asked.resource("employees"), &["8".to_owned(), "10".to_owned()]).await.unwrap();
    assert_eq!((portraits.records.len(), portraits.missing.len()), (1, 0), "one of the two has a portrait");
}

#[tokio::test(start_paused = true)]
async fn what_is_embedded_comes_with_each_record() {
    let asked = Asked::of(30, None);
    let (found, requests) = asked.records("job-positions", &["61", "62"], true).await;
    assert_eq!(requests, ["job-positions/61?include=embedded", "job-positions/62?include=embedded"]);
    for json in texts(&found) {
        let json: Value = serde_json::from_str(json).unwrap();
        let employee = json["employee"]["id"].as_str().unwrap();
        assert_eq!(json["embedded"]["employee"][employee]["id"], employee);
    }
}

#[tokio::test(start_paused = true)]
async fn a_portrait_is_a_record_and_an_image() {
    let asked = Asked::of(30, None);
    let listed = asked.listed("portraits");
    let ids: Vec<&str> = listed.iter().map(|(id, _)| id.as_str()).collect();
    let (found, requests) = asked.records("portraits", &ids, false).await;
    assert_eq!(texts(&found), listed.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>());
    assert_eq!(requests.len(), ids.len());
    let portraits = asked.resource("portraits");
    let content = portraits.content.as_ref().unwrap();
    let image = asked.account.image(portraits, content, ids[0]).await.unwrap().unwrap();
    assert!(matches!(crate::image_type::look(&image, None), crate::image_type::Looked::Image(_)));
    assert_eq!(asked.account.image(portraits, content, "1").await.unwrap(), None);
}
