//! Collections of the older APIs over a client with a key: which requests are made, and what comes of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::*;
use crate::{
    api::{Credentials, Key, Transport, TransportError, testing},
    catalog::{Catalog, Route},
    page::{NothingKept, Unreadable},
};

/// A list behind a route, and what happens to it.
struct Listed {
    ids: Mutex<Vec<u64>>,
    /// Removed before the request of that number, from 1.
    removed: BTreeMap<usize, Vec<u64>>,
    /// Largest page; more is refused.
    most: u64,
    /// Requests that take too long, by their limit.
    slow: u64,
    asked: Mutex<Vec<String>>,
}

impl Listed {
    fn of(records: u64) -> Self {
        Self {
            ids: Mutex::new((1..=records).collect()),
            removed: BTreeMap::new(),
            most: 1000,
            slow: u64::MAX,
            asked: Mutex::default(),
        }
    }

    fn answer(&self, query: &BTreeMap<String, String>) -> (u16, Value) {
        let number = |text: &str| text.parse::<u64>().unwrap();
        let (start, limit) = match query.get("paging") {
            Some(paging) => {
                let (start, limit) = paging.split_once(',').unwrap();
                (number(start), number(limit))
            }
            None => {
                let limit = number(&query["limit"]);
                (query.get("page").map_or(0, |page| (number(page) - 1) * limit), limit)
            }
        };
        if limit >= self.slow {
            return (408, json!({}));
        }
        let is_v3 = query.contains_key("paging");
        if limit > self.most || (is_v3 && limit == 0) {
            return (400, json!({"Status": 400, "Message": "Paging limit should be between 1 and 1000"}));
        }
        let ids = self.ids.lock().unwrap();
        let items: Vec<Value> = ids
            .iter()
            .zip(0..)
            .filter(|(_, at)| (start..start + limit).contains(at))
            .map(|(id, _)| json!({ "id": id }))
            .collect();
        match is_v3 {
            true if query["fields"].contains("collection.count") => {
                (200, json!({"data": {"items": items, "count": ids.len()}}))
            }
            true => (200, json!({"data": {"items": items}})),
            false => (200, json!({"items": items, "count": ids.len()})),
        }
    }
}

#[async_trait]
impl Transport for Listed {
    async fn send(&self, request: Request<Bytes>, _: u64) -> Result<Response<Bytes>, TransportError> {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        let mut asked = self.asked.lock().unwrap();
        asked.push(url.query().unwrap().to_owned());
        if let Some(removed) = self.removed.get(&asked.len()) {
            self.ids.lock().unwrap().retain(|id| !removed.contains(id));
        }
        let query = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        let (status, body) = self.answer(&query);
        Ok(Response::builder().status(status).body(body.to_string().into()).unwrap())
    }
}

/// Reads ids.
struct Ids;

impl ReadPage for Ids {
    type Rows = Vec<u64>;

    fn read(&self, page: &Page) -> Result<(Vec<u64>, PageEnd), Unreadable> {
        let body: Value = serde_json::from_slice(&page.body).map_err(|e| Unreadable::NotAPage(e.into()))?;
        let envelope = body.get("data").unwrap_or(&body);
        let ids: Vec<u64> = envelope["items"].as_array().unwrap().iter().map(|i| i["id"].as_u64().unwrap()).collect();
        let total_count = envelope["count"].as_u64();
        let end = PageEnd { records: ids.len() as u64, next: crate::page::Next::Unsaid, total_count };
        Ok((ids, end))
    }

    fn ids(&self, rows: &Vec<u64>) -> Vec<String> {
        rows.iter().map(u64::to_string).collect()
    }

    fn count(&self, page: &Page) -> Result<Option<u64>, Unreadable> {
        self.read(page).map(|(_, end)| end.total_count)
    }
}

fn resource(style: Style) -> Resource {
    let mut resource = Catalog::embedded().unwrap().legacy.first().unwrap().clone();
    resource.page_limit = 1000;
    resource.columns.truncate(1);
    let order = (style == Style::V3).then(|| "id,asc".to_owned());
    resource.route = Some(Route {
        path: "/api/v3/users".to_owned(),
        style,
        order,
        parameters: BTreeMap::new(),
        shows_fields: true,
        may_lack_count: false,
        nested: BTreeMap::new(),
        since: Vec::new(),
        ended: None,
        window: None,
        required: None,
    });
    resource
}

fn client(list: &Arc<Listed>) -> Client {
    let key = Credentials::Key(Key::new(&"key".into()).ok().unwrap());
    testing::client_with(key, Arc::<Listed>::clone(list))
}

/// The ids read, each once, and the queries that were sent.
async fn read(style: Style, list: Listed) -> (Vec<u64>, Vec<String>, PagesRead) {
    let (list, resource) = (Arc::new(list), resource(style));
    let client = client(&list);
    let limits = PageLimits::new(BTreeMap::new(), chrono::DateTime::UNIX_EPOCH, None);
    let ways = Ways { reader: &Ids, kept: &NothingKept, limits: &limits };
    let mut pages = client.pages(&resource, &[], ways);
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        ids.extend(page);
    }
    let facts = pages.facts();
    ids.sort_unstable();
    let handed = ids.len() as u64;
    ids.dedup();
    assert_eq!(facts.records, handed);
    let asked = list.asked.lock().unwrap().clone();
    (ids, asked, facts)
}

#[tokio::test(start_paused = true)]
async fn five_thousand_people_are_six_requests_by_offset_and_by_number() {
    let (ids, asked, facts) = read(Style::V3, Listed::of(5000)).await;
    assert_eq!(ids, (1..=5000).collect::<Vec<_>>());
    let of = |start| format!("fields=id,collection.count&orderBy=id,asc&paging={start},1000");
    assert_eq!(asked, [of(0), of(999), of(1998), of(2997), of(3996), of(4995)]);
    assert_eq!((facts.again, facts.records, facts.loose_pages), (5, 5005, 0));
    let (ids, asked, facts) = read(Style::V4, Listed::of(5000)).await;
    assert_eq!((ids.len(), asked.len(), facts.records - facts.again), (5000, 6, 5000));
    assert_eq!(asked[0], "fields.root=count,prev,next&page=1&limit=1000");
    assert_eq!(asked[1], "fields.root=count,prev,next&page=2&limit=999");
}

#[tokio::test(start_paused = true)]
async fn those_who_leave_between_two_pages_take_nobody_with_them() {
    for style in [Style::V3, Style::V4] {
        let removed = BTreeMap::from([(2, vec![1, 2, 3]), (5, (500..900).collect())]);
        let (ids, _, facts) = read(style, Listed { removed, ..Listed::of(3000) }).await;
        let stayed = (4..500).chain(900..=3000);
        assert!(stayed.clone().all(|id| ids.binary_search(&id).is_ok()), "{style:?}");
        assert!(facts.loose_pages > 0, "{style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_refused_or_takes_too_long_is_followed_by_less() {
    let (ids, asked, _) = read(Style::V3, Listed { most: 100, ..Listed::of(250) }).await;
    assert_eq!(ids.len(), 250);
    assert!(asked[0].ends_with("paging=0,1000") && asked[1].ends_with("paging=0,100"), "{asked:?}");
    assert_eq!(asked.len(), 4);
    let (ids, asked, _) = read(Style::V4, Listed { slow: 500, ..Listed::of(1200) }).await;
    assert_eq!(ids.len(), 1200);
    assert!(asked.last().unwrap().contains("&page=13&"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_count_is_one_request_and_two_where_none_is_too_few() {
    for (style, query) in [(Style::V3, "fields=collection.count&paging=0,1"), (Style::V4, "limit=0&fields.root=count")]
    {
        let list = Arc::new(Listed::of(42));
        let count = client(&list).count(&resource(style), &[], &Ids, &NothingKept).await.unwrap();
        assert_eq!((count, list.asked.lock().unwrap().as_slice()), (Some(42), [query.to_owned()].as_slice()));
    }
}
